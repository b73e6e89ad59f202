package dev.rein.toolkit.environment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Named parts, in the order they were named.
///
/// ```java
/// private static final Dict CAR =
///         Dict.of("gear", new Discrete(5)).with("speed", Box.of(0, 90, 1));
/// private static final Part SPEED = CAR.part("speed");
/// …
/// step.observation().part(SPEED).put(speed);
/// ```
public final class Dict implements Space {
    private final SequencedMap<String, Space> spaces;
    private final Parts parts;

    /// @param spaces at least one; names are of letters, digits, `_` and `-`
    public Dict(SequencedMap<String, ? extends Space> spaces) {
        this.spaces = new LinkedHashMap<>(spaces);
        for (String name : this.spaces.keySet()) {
            if (!name.matches("[\\p{L}\\p{N}_-]+")) {
                throw new IllegalArgumentException(
                        "Dict: part \"%s\" (expected: a name of letters, digits, _ and -)".formatted(name));
            }
        }
        parts = new Parts("Dict", List.copyOf(this.spaces.keySet()), List.copyOf(this.spaces.values()));
    }

    public static Dict of(String name, Space space) {
        SequencedMap<String, Space> one = new LinkedHashMap<>();
        one.put(name, space);
        return new Dict(one);
    }

    /// The same with one more part behind the others.
    public Dict with(String name, Space space) {
        SequencedMap<String, Space> more = new LinkedHashMap<>(spaces);
        if (more.putIfAbsent(name, space) != null) {
            throw new IllegalArgumentException("Dict: part \"%s\" twice (expected: names that differ)".formatted(name));
        }
        return new Dict(more);
    }

    /// The parts named by this space itself, not those further down.
    public List<Part> parts() {
        return parts.direct;
    }

    /// @throws IllegalArgumentException if there is no such part; says which there are
    public Part part(String name) {
        for (Part part : parts.direct) {
            if (part.name().equals(name)) {
                return part;
            }
        }
        throw new IllegalArgumentException(
                "part: \"%s\" is unknown (expected: one of %s)".formatted(name, String.join(", ", spaces.keySet())));
    }

    @Override
    public int size() {
        return parts.size;
    }

    @Override
    public int features() {
        return parts.features;
    }

    @Override
    public int choices() {
        return parts.choices;
    }

    @Override
    public void clip(float[] value, int value0) {
        parts.clip(value, value0);
    }

    @Override
    public void encode(float[] value, int value0, float[] feature, int feature0) {
        parts.encode(value, value0, feature, feature0);
    }

    @Override
    public String problem(float[] value, int value0) {
        return parts.problem(value, value0);
    }

    @Override
    public List<Part> leaves() {
        return parts.leaves;
    }

    /// Order matters: it says what lies where.
    @Override
    public boolean equals(Object other) {
        return other instanceof Dict dict
                && new ArrayList<>(spaces.entrySet()).equals(new ArrayList<>(dict.spaces.entrySet()));
    }

    @Override
    public int hashCode() {
        return spaces.hashCode();
    }

    @Override
    public String toString() {
        return "Dict(%s)".formatted(spaces);
    }
}
