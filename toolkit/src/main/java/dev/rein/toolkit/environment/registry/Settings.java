package dev.rein.toolkit.environment.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// The options given for one environment, read one by one; what is wrong is gathered and said together.
final class Settings {
    private final String id;
    private final Map<String, String> left = new TreeMap<>();
    private final List<String> known = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    Settings(String id, Map<String, ?> given) {
        this.id = id;
        given.forEach((name, value) -> left.put(name, String.valueOf(value)));
    }

    boolean flag(String name, boolean otherwise) {
        return choice(name, Boolean.toString(otherwise), Map.of("true", true, "false", false));
    }

    <T> T choice(String name, String otherwise, Map<String, T> choices) {
        String given = take(name, otherwise);
        var insensitive = new TreeMap<String, T>(String.CASE_INSENSITIVE_ORDER);
        insensitive.putAll(choices);
        T value = insensitive.get(given);
        if (value == null) {
            problems.add(
                    "%s: \"%s\" (expected: one of %s)".formatted(name, given, String.join(", ", insensitive.keySet())));
            return insensitive.firstEntry().getValue();
        }
        return value;
    }

    /// A number of an inclusive range.
    double number(String name, double otherwise, double low, double high) {
        String given = take(name, Double.toString(otherwise));
        double value;
        try {
            value = Double.parseDouble(given);
        } catch (NumberFormatException e) {
            value = Double.NaN;
        }
        if (!(value >= low && value <= high)) {
            problems.add(
                    String.format(Locale.ROOT, "%s: \"%s\" (expected: a number of %s..%s)", name, given, low, high));
            return otherwise;
        }
        return value;
    }

    private String take(String name, String otherwise) {
        known.add(name);
        String given = left.remove(name);
        return given == null ? otherwise : given;
    }

    /// @throws IllegalArgumentException with all problems
    void finish() {
        var unknown = new LinkedHashMap<>(left);
        unknown.forEach((name, value) -> problems.add("%s: unknown (expected: %s)"
                .formatted(name, known.isEmpty() ? "no options" : "one of " + String.join(", ", known))));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("environment %s: %s".formatted(id, String.join("; ", problems)));
        }
    }
}
