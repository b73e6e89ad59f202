package dev.rein.toolkit.environment;

/// `n` switches, each 0 or 1.
///
/// @param n at least 1
public record MultiBinary(int n) implements Space {
    public MultiBinary {
        if (n < 1) {
            throw new IllegalArgumentException("MultiBinary: n is %d (expected: at least 1)".formatted(n));
        }
    }

    @Override
    public int size() {
        return n;
    }

    @Override
    public int features() {
        return n;
    }

    @Override
    public void encode(float[] value, int value0, float[] feature, int feature0) {
        System.arraycopy(value, value0, feature, feature0, n);
    }

    @Override
    public String problem(float[] value, int value0) {
        for (int i = 0; i < n; i++) {
            float v = value[value0 + i];
            if (v != 0 && v != 1) {
                return "switch %d is %s (expected: 0 or 1)".formatted(i, v);
            }
        }
        return "";
    }
}
