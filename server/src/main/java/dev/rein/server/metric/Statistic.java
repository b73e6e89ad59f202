package dev.rein.server.metric;

import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How a [Period] becomes one number.
///
/// @param name        as CloudWatch spells it
/// @param needsValues whether the period must keep each reading
record Statistic(String name, boolean needsValues, ToDoubleFunction<Period> of) {
    static final String KNOWN = "Average, Minimum, Maximum, Sum, SampleCount, or a percentile such as p50 or p99.9";

    private static final Pattern PERCENTILE = Pattern.compile("p(\\d{1,3}(?:\\.\\d{1,10})?)");

    /// @return nothing if it is none of [#KNOWN]
    static Optional<Statistic> named(String name) {
        return switch (name) {
            case "Average" -> Optional.of(new Statistic(name, false, Period::average));
            case "Minimum" -> Optional.of(new Statistic(name, false, Period::minimum));
            case "Maximum" -> Optional.of(new Statistic(name, false, Period::maximum));
            case "Sum" -> Optional.of(new Statistic(name, false, Period::sum));
            case "SampleCount" -> Optional.of(new Statistic(name, false, Period::count));
            default -> percentile(name);
        };
    }

    private static Optional<Statistic> percentile(String name) {
        Matcher matcher = PERCENTILE.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        double p = Double.parseDouble(matcher.group(1));
        return p > 100 ? Optional.empty() : Optional.of(new Statistic(name, true, period -> period.percentile(p)));
    }
}
