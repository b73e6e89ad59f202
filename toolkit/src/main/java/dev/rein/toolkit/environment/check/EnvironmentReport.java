package dev.rein.toolkit.environment.check;

import java.util.List;
import java.util.Locale;

/// What [EnvironmentChecker] found.
///
/// @param problems       each what, where, and what is expected; empty if all is well
/// @param steps          taken to find out
/// @param stepsPerSecond of one environment on one thread, an estimate: the JVM has just begun to compile it
public record EnvironmentReport(List<String> problems, long steps, double stepsPerSecond) {
    public EnvironmentReport {
        problems = List.copyOf(problems);
        if (steps < 0 || !(stepsPerSecond >= 0)) {
            throw new IllegalArgumentException(
                    "report: %d steps, %s a second (expected: 0 or more)".formatted(steps, stepsPerSecond));
        }
    }

    public boolean isClean() {
        return problems.isEmpty();
    }

    /// @throws IllegalStateException with every problem, if there is one
    public EnvironmentReport orThrow() {
        if (!isClean()) {
            throw new IllegalStateException(toString());
        }
        return this;
    }

    /// For people: a line for each problem, and the speed.
    @Override
    public String toString() {
        var text = new StringBuilder();
        text.append(isClean() ? "no problems" : problems.size() + " problems");
        text.append(String.format(Locale.ROOT, " in %,d steps; about %,.0f steps/s", steps, stepsPerSecond));
        problems.forEach(problem -> text.append("\n- ").append(problem));
        return text.toString();
    }
}
