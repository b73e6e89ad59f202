package dev.rein.toolkit.environment;

import java.util.Arrays;

/// Numbers between bounds, each with its own; a bound may be infinite.
public final class Box implements Space {
    private final float[] low;
    private final float[] high;

    /// @param low  inclusive
    /// @param high inclusive, as long as `low`
    public Box(float[] low, float[] high) {
        if (low.length == 0 || low.length != high.length) {
            throw new IllegalArgumentException("Box: %d lower and %d upper bounds (expected: as many, at least one)"
                    .formatted(low.length, high.length));
        }
        this.low = low.clone();
        this.high = high.clone();
        for (int i = 0; i < low.length; i++) {
            if (!(low[i] <= high[i])) {
                throw new IllegalArgumentException(
                        "Box: bounds %d are %s and %s (expected: low <= high)".formatted(i, low[i], high[i]));
            }
        }
    }

    /// `size` numbers with the same bounds.
    public static Box of(float low, float high, int size) {
        float[] lows = new float[size];
        float[] highs = new float[size];
        Arrays.fill(lows, low);
        Arrays.fill(highs, high);
        return new Box(lows, highs);
    }

    /// Numbers between `-bound` and `bound`.
    public static Box symmetric(float... bound) {
        float[] low = new float[bound.length];
        for (int i = 0; i < bound.length; i++) {
            low[i] = -bound[i];
        }
        return new Box(low, bound);
    }

    public float[] low() {
        return low.clone();
    }

    public float[] high() {
        return high.clone();
    }

    public float low(int i) {
        return low[i];
    }

    public float high(int i) {
        return high[i];
    }

    @Override
    public int size() {
        return low.length;
    }

    @Override
    public int features() {
        return low.length;
    }

    @Override
    public void encode(float[] value, int value0, float[] feature, int feature0) {
        System.arraycopy(value, value0, feature, feature0, low.length);
    }

    @Override
    public String problem(float[] value, int value0) {
        for (int i = 0; i < low.length; i++) {
            float v = value[value0 + i];
            if (!(v >= low[i] && v <= high[i])) {
                return "element %d is %s (expected: %s..%s)".formatted(i, v, low[i], high[i]);
            }
        }
        return "";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Box box && Arrays.equals(low, box.low) && Arrays.equals(high, box.high);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(low) + Arrays.hashCode(high);
    }

    @Override
    public String toString() {
        return "Box(%s, %s)".formatted(Arrays.toString(low), Arrays.toString(high));
    }
}
