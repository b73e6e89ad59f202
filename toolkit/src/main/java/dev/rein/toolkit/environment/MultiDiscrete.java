package dev.rein.toolkit.environment;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/// Several choices at once, each numbered from 0: part `i` is one of `n(i)`.
public final class MultiDiscrete implements Space {
    private final int[] n;
    /// Where the choices of a part begin among those of all; one more than parts.
    private final int[] from;

    /// @param n at least one part, each of 1..16,777,216 choices
    public MultiDiscrete(int... n) {
        if (n.length == 0) {
            throw new IllegalArgumentException("MultiDiscrete: no parts (expected: at least one)");
        }
        this.n = n.clone();
        from = new int[n.length + 1];
        for (int i = 0; i < n.length; i++) {
            if (n[i] < 1 || n[i] > Discrete.MOST) {
                throw new IllegalArgumentException(
                        "MultiDiscrete: part %d has %d choices (expected: 1..%d)".formatted(i, n[i], Discrete.MOST));
            }
            from[i + 1] = Math.addExact(from[i], n[i]);
        }
    }

    /// All choices of a space side by side, as a mask has them: a part for each [Discrete] and for each part of a
    /// MultiDiscrete, in the order they lie in a row. Empty where the space has nothing to choose from.
    public static Optional<MultiDiscrete> choicesOf(Space space) {
        int[] all = space.leaves().stream()
                .flatMapToInt(leaf -> Arrays.stream(ofLeaf(leaf.space())))
                .toArray();
        return all.length == 0 ? Optional.empty() : Optional.of(new MultiDiscrete(all));
    }

    static int[] ofLeaf(Space leaf) {
        return switch (leaf) {
            case Discrete(int n) -> new int[] {n};
            case MultiDiscrete multi -> multi.n;
            case Box _, MultiBinary _, Dict _, Tuple _ -> new int[0];
        };
    }

    /// The first part that a mask leaves without a choice, or -1.
    ///
    /// @param mask from element `mask0`, [#choices] of them
    public int partWithoutChoice(boolean[] mask, int mask0) {
        for (int part = 0; part < n.length; part++) {
            int choice = from[part];
            while (choice < from[part + 1] && !mask[mask0 + choice]) {
                choice++;
            }
            if (choice == from[part + 1]) {
                return part;
            }
        }
        return -1;
    }

    public int parts() {
        return n.length;
    }

    /// Choices of a part.
    public int n(int part) {
        return n[part];
    }

    public int[] n() {
        return n.clone();
    }

    /// Where the choices of a part begin in a mask and among the features; those of the last end where part
    /// `parts()` would begin.
    public int from(int part) {
        return from[part];
    }

    @Override
    public int size() {
        return n.length;
    }

    @Override
    public int features() {
        return from[n.length];
    }

    @Override
    public int choices() {
        return from[n.length];
    }

    @Override
    public void encode(float[] value, int value0, float[] feature, int feature0) {
        Arrays.fill(feature, feature0, feature0 + features(), 0);
        for (int i = 0; i < n.length; i++) {
            feature[feature0 + from[i] + (int) value[value0 + i]] = 1;
        }
    }

    @Override
    public String problem(float[] value, int value0) {
        for (int i = 0; i < n.length; i++) {
            float v = value[value0 + i];
            if (!Discrete.isChoice(v, n[i])) {
                return "choice %d is %s (expected: a whole number of 0..%d)".formatted(i, v, n[i] - 1);
            }
        }
        return "";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MultiDiscrete multi && Arrays.equals(n, multi.n);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(n);
    }

    @Override
    public String toString() {
        return "MultiDiscrete(%s)"
                .formatted(Arrays.stream(n).mapToObj(Integer::toString).collect(Collectors.joining(", ")));
    }
}
