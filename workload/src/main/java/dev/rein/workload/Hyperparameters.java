package dev.rein.workload;

import static java.util.Objects.requireNonNull;

import dev.rein.workload.json.Json;
import dev.rein.workload.json.PythonText;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// A script's hyperparameters, read with the type the script needs.
///
/// Numbers and flags may have been given as text, as they are on a command line. Every name that is asked for is
/// remembered, so that [#refuseUnknown] can tell the misspelled ones. Not safe for several threads at once.
public final class Hyperparameters {
    private final Map<String, Json> values;
    private final Set<String> known = new TreeSet<>();

    Hyperparameters(Map<String, Json> values) {
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /// Names of everything given, asked for or not.
    public Set<String> names() {
        return values.keySet();
    }

    /// @throws IllegalArgumentException if it is given and no whole number of 64 bits
    public long integer(String name, long otherwise) {
        return given(name)
                .map(value -> {
                    try {
                        return Long.parseLong(PythonText.str(value));
                    } catch (NumberFormatException notWhole) {
                        throw refused(name, value, "a whole number such as " + otherwise);
                    }
                })
                .orElse(otherwise);
    }

    /// @throws IllegalArgumentException if it is given and no finite number
    public double number(String name, double otherwise) {
        return given(name)
                .map(value -> {
                    try {
                        double number = Double.parseDouble(PythonText.str(value));
                        if (Double.isFinite(number)) {
                            return number;
                        }
                    } catch (NumberFormatException notANumber) {
                        // told below, together with NaN
                    }
                    throw refused(name, value, "a number such as " + otherwise);
                })
                .orElse(otherwise);
    }

    /// `true` and `false` in any spelling of case.
    ///
    /// @throws IllegalArgumentException if it is given and neither
    public boolean flag(String name, boolean otherwise) {
        return given(name)
                .map(value -> switch (PythonText.str(value)) {
                    case "true", "True", "TRUE" -> true;
                    case "false", "False", "FALSE" -> false;
                    default -> throw refused(name, value, "true or false");
                })
                .orElse(otherwise);
    }

    public String text(String name, String otherwise) {
        requireNonNull(otherwise, "otherwise");
        return given(name).map(PythonText::str).orElse(otherwise);
    }

    /// A list of whole numbers, for example the widths of a network's layers.
    ///
    /// @throws IllegalArgumentException if it is given and no such list
    public List<Integer> integers(String name, List<Integer> otherwise) {
        return given(name)
                .map(value -> {
                    try {
                        Json list = value instanceof Json.Text(String text) ? Json.parse(text) : value;
                        if (list instanceof Json.Arr(List<Json> items)) {
                            return items.stream()
                                    .map(item -> Integer.valueOf(PythonText.str(item)))
                                    .toList();
                        }
                    } catch (IllegalArgumentException notAList) {
                        // told below, together with what is no list at all
                    }
                    throw refused(name, value, "a list of whole numbers such as " + otherwise);
                })
                .orElse(List.copyOf(otherwise));
    }

    /// What has not been asked for yet, as text: for whoever checks names and values of its own, such as an
    /// algorithm. Counts as asked for.
    public Map<String, String> others() {
        Map<String, String> others = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            if (known.add(name)) {
                others.put(name, PythonText.str(value));
            }
        });
        return others;
    }

    /// Call after the last one is read.
    ///
    /// @throws IllegalArgumentException naming every hyperparameter that nobody asked for
    public void refuseUnknown() {
        Set<String> unknown = new TreeSet<>(values.keySet());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("hyperparameters %s are unknown (expected: some of %s)"
                    .formatted(String.join(", ", unknown), String.join(", ", known)));
        }
    }

    private Optional<Json> given(String name) {
        known.add(name);
        return Optional.ofNullable(values.get(name));
    }

    private static IllegalArgumentException refused(String name, Json value, String expected) {
        return new IllegalArgumentException(
                "hyperparameter %s: %s (expected: %s)".formatted(name, PythonText.dumps(value), expected));
    }
}
