package dev.rein.toolkit.environment;

import java.util.Arrays;

/// One of `n` choices, numbered from 0.
///
/// @param n 1..16,777,216: choices travel as floats, which hold that many whole numbers
public record Discrete(int n) implements Space {
    static final int MOST = 1 << 24;

    public Discrete {
        if (n < 1 || n > MOST) {
            throw new IllegalArgumentException("Discrete: n is %d (expected: 1..%d)".formatted(n, MOST));
        }
    }

    static boolean isChoice(float value, int n) {
        return value >= 0 && value < n && value == (int) value;
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
    public int choices() {
        return n;
    }

    @Override
    public void encode(float[] value, int value0, float[] feature, int feature0) {
        Arrays.fill(feature, feature0, feature0 + n, 0);
        feature[feature0 + (int) value[value0]] = 1;
    }

    @Override
    public String problem(float[] value, int value0) {
        float v = value[value0];
        return isChoice(v, n) ? "" : "it is %s (expected: a whole number of 0..%d)".formatted(v, n - 1);
    }
}
