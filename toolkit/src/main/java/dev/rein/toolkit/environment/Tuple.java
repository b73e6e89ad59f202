package dev.rein.toolkit.environment;

import java.util.List;
import java.util.stream.IntStream;

/// Parts without names, in order; [Dict] is the better choice where a reader should know what is what.
public final class Tuple implements Space {
    private final List<Space> spaces;
    private final Parts parts;

    /// @param spaces at least one
    public Tuple(List<? extends Space> spaces) {
        this.spaces = List.copyOf(spaces);
        parts = new Parts(
                "Tuple",
                IntStream.range(0, spaces.size()).mapToObj(Integer::toString).toList(),
                this.spaces);
    }

    public static Tuple of(Space... spaces) {
        return new Tuple(List.of(spaces));
    }

    public List<Part> parts() {
        return parts.direct;
    }

    public Part part(int index) {
        return parts.direct.get(index);
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

    @Override
    public boolean equals(Object other) {
        return other instanceof Tuple tuple && spaces.equals(tuple.spaces);
    }

    @Override
    public int hashCode() {
        return spaces.hashCode();
    }

    @Override
    public String toString() {
        return "Tuple(%s)".formatted(spaces);
    }
}
