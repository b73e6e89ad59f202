package dev.rein.toolkit.environment;

/// One of `n` choices, numbered from 0.
///
/// @param n 1..16,777,216: choices travel as floats, which hold that many whole numbers
public record Discrete(int n) implements Space {
    public Discrete {
        if (n < 1 || n > 1 << 24) {
            throw new IllegalArgumentException("Discrete: n is %d (expected: 1..%d)".formatted(n, 1 << 24));
        }
    }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public int features() {
        return n;
    }

    @Override
    public void encode(float[] value, int value0, float[] feature, int feature0) {
        java.util.Arrays.fill(feature, feature0, feature0 + n, 0);
        feature[feature0 + (int) value[value0]] = 1;
    }

    @Override
    public String problem(float[] value, int value0) {
        float v = value[value0];
        return v >= 0 && v < n && v == (int) v
                ? ""
                : "it is %s (expected: a whole number of 0..%d)".formatted(v, n - 1);
    }
}
