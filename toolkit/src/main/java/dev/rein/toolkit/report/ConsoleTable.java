package dev.rein.toolkit.report;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.training.Progress;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/// Prints every number of a round as a small table, for people who watch:
///
/// ```
/// ---------------------------------
/// step                        10240
/// episode_return_mean         195.3
/// ---------------------------------
/// ```
public final class ConsoleTable implements Consumer<Progress> {
    private static final int VALUE_WIDTH = 12;

    private final PrintStream out;

    public ConsoleTable(PrintStream out) {
        this.out = requireNonNull(out, "out");
    }

    @Override
    public void accept(Progress progress) {
        Map<String, Double> numbers = progress.numbers();
        int width = numbers.keySet().stream().mapToInt(String::length).max().orElse(0) + 2;
        String rule = "-".repeat(width + VALUE_WIDTH);
        StringBuilder table = new StringBuilder(rule).append('\n');
        numbers.forEach((name, value) -> {
            if (!value.isNaN()) {
                table.append(name).append(" ".repeat(width - name.length()));
                table.append(padded(text(value))).append('\n');
            }
        });
        out.println(table.append(rule));
        out.flush();
    }

    private static String padded(String text) {
        return " ".repeat(Math.max(0, VALUE_WIDTH - text.length())) + text;
    }

    /// Whole numbers whole, others with four digits that say something.
    private static String text(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e12) {
            return Long.toString((long) value);
        }
        return String.format(Locale.ROOT, "%.4g", value);
    }
}
