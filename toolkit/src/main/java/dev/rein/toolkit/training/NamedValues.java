package dev.rein.toolkit.training;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// Reads numbers by name and keeps every problem until the end, so that a user hears of all of them at once.
public final class NamedValues {
    private final String owner;
    private final Map<String, String> values;
    private final Set<String> known = new LinkedHashSet<>();
    private final List<String> problems = new ArrayList<>();

    /// @param owner what the messages begin with, for example `PpoHyperParameters`
    public NamedValues(String owner, Map<String, String> values) {
        this.owner = requireNonNull(owner, "owner");
        this.values = Map.copyOf(values);
    }

    public int integer(String name, int otherwise) {
        return read(name, otherwise, "a whole number", Integer::valueOf);
    }

    public float number(String name, float otherwise) {
        return read(name, otherwise, "a number", Float::valueOf);
    }

    public boolean truth(String name, boolean otherwise) {
        return read(name, otherwise, "true or false", text -> switch (text) {
            case "true", "True" -> true;
            case "false", "False" -> false;
            default -> throw new IllegalArgumentException(text);
        });
    }

    /// Reads a text, or throws [IllegalArgumentException].
    interface Parser<T> {
        T parse(String text);
    }

    /// @param expected what the text may be, in words
    <T> T read(String name, T otherwise, String expected, Parser<T> parser) {
        known.add(name);
        String text = values.get(name);
        if (text == null) {
            return otherwise;
        }
        try {
            return parser.parse(text);
        } catch (IllegalArgumentException e) {
            problems.add("%s.%s: \"%s\" (expected: %s).".formatted(owner, name, text, expected));
            return otherwise;
        }
    }

    /// Makes the value when nothing was wrong.
    ///
    /// @throws IllegalArgumentException with every problem, those of the value's own check included
    public <T> T checked(Supplier<T> maker) {
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                problems.add("%s.%s: unknown (expected: one of %s).".formatted(owner, name, known));
            }
        }
        T made = null;
        try {
            made = maker.get();
        } catch (IllegalArgumentException e) {
            problems.add(requireNonNull(e.getMessage()));
        }
        if (made == null || !problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        return made;
    }
}
