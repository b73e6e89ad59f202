package dev.rein.toolkit.environment;

import java.util.Arrays;

/// Numbers between bounds, each with its own; a bound may be infinite. Numbers may be arranged in a shape, such as
/// `[channels, height, width]` of an image: they then lie row by row, the last dimension closest together.
///
/// Which dimension of an image are its channels is told by the shape where only one end of it is smaller than both
/// other dimensions, as in `[3, 84, 84]` and `[10, 10, 4]`; elsewhere [#channelsFirst] or [#channelsLast] has to say.
public final class Box implements Space {
    private static final int LISTED = 16;
    private static final int UNKNOWN = -1;

    private final float[] low;
    private final float[] high;
    private final int[] shape;
    private final int channels;

    /// @param low  inclusive
    /// @param high inclusive, as long as `low`
    public Box(float[] low, float[] high) {
        this(low, high, low.length);
    }

    /// @param low   inclusive, for each number
    /// @param high  inclusive, as long as `low`
    /// @param shape whose product is as much
    public Box(float[] low, float[] high, int... shape) {
        this(low, high, shape, channelsOf(shape));
    }

    private Box(float[] low, float[] high, int[] shape, int channels) {
        if (low.length == 0 || low.length != high.length) {
            throw new IllegalArgumentException("Box: %d lower and %d upper bounds (expected: as many, at least one)"
                    .formatted(low.length, high.length));
        }
        if (size(shape) != low.length) {
            throw new IllegalArgumentException("Box: %d bounds for shape %s (expected: %d)"
                    .formatted(low.length, Arrays.toString(shape), size(shape)));
        }
        this.shape = shape.clone();
        this.channels = channels;
        this.low = low.clone();
        this.high = high.clone();
        for (int i = 0; i < low.length; i++) {
            if (!(low[i] <= high[i]) || low[i] == Float.POSITIVE_INFINITY || high[i] == Float.NEGATIVE_INFINITY) {
                throw new IllegalArgumentException(
                        "Box: bounds %d are %s and %s (expected: low <= high, with a number between)"
                                .formatted(i, low[i], high[i]));
            }
        }
    }

    /// Numbers with the same bounds.
    ///
    /// @param shape how many, or several dimensions; each at least 1
    public static Box of(float low, float high, int... shape) {
        int size = size(shape);
        float[] lows = new float[size];
        float[] highs = new float[size];
        Arrays.fill(lows, low);
        Arrays.fill(highs, high);
        return new Box(lows, highs, shape);
    }

    /// Numbers between `-bound` and `bound`.
    public static Box symmetric(float... bound) {
        float[] low = new float[bound.length];
        for (int i = 0; i < bound.length; i++) {
            low[i] = -bound[i];
        }
        return new Box(low, bound);
    }

    static int size(int... shape) {
        int size = shape.length == 0 ? 0 : 1;
        for (int length : shape) {
            size = length < 1 ? 0 : Math.multiplyExact(size, length);
            if (size == 0) {
                break;
            }
        }
        if (size == 0) {
            throw new IllegalArgumentException("Box: shape is %s (expected: at least one dimension, each at least 1)"
                    .formatted(Arrays.toString(shape)));
        }
        return size;
    }

    private static int channelsOf(int... shape) {
        if (shape.length != 3) {
            return UNKNOWN;
        }
        boolean first = shape[0] < Math.min(shape[1], shape[2]);
        boolean last = shape[2] < Math.min(shape[0], shape[1]);
        return first ? 0 : last ? 2 : UNKNOWN;
    }

    /// These numbers as an image `[channels, height, width]`, whatever its size.
    ///
    /// @throws IllegalArgumentException unless there are three dimensions
    public Box channelsFirst() {
        return withChannels(0);
    }

    /// These numbers as an image `[height, width, channels]`, whatever its size.
    ///
    /// @throws IllegalArgumentException unless there are three dimensions
    public Box channelsLast() {
        return withChannels(2);
    }

    private Box withChannels(int axis) {
        if (shape.length != 3) {
            throw new IllegalArgumentException("Box: channels of shape %s (expected: an image of three dimensions)"
                    .formatted(Arrays.toString(shape)));
        }
        return new Box(low, high, shape, axis);
    }

    /// Which dimension of this image are its channels: 0 or 2.
    ///
    /// @throws IllegalArgumentException if this is no image, or one that does not say
    public int channelAxis() {
        if (channels == UNKNOWN) {
            throw new IllegalArgumentException(
                    shape.length == 3
                            ? "Box: shape %s does not tell which dimension are the channels (expected: the first or the last smaller than both others). Say it with Box.channelsFirst() or channelsLast()."
                                    .formatted(Arrays.toString(shape))
                            : "Box: shape %s is no image (expected: height, width and channels)"
                                    .formatted(Arrays.toString(shape)));
        }
        return channels;
    }

    /// Whether [#channelAxis] is another than the shape alone tells.
    boolean saysChannels() {
        return channels != channelsOf(shape);
    }

    /// Numbers of this shape, an image if this is one, all with the same bounds.
    public Box withBounds(float low, float high) {
        Box box = of(low, high, shape);
        return saysChannels() ? box.withChannels(channels) : box;
    }

    /// One dimension, unless it was made with more.
    @Override
    public int[] shape() {
        return shape.clone();
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
    public void clip(float[] value, int value0) {
        for (int i = 0; i < low.length; i++) {
            value[value0 + i] = Math.clamp(value[value0 + i], low[i], high[i]);
        }
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
        return other instanceof Box box
                && Arrays.equals(shape, box.shape)
                && channels == box.channels
                && Arrays.equals(low, box.low)
                && Arrays.equals(high, box.high);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(low) + Arrays.hashCode(high);
    }

    @Override
    public String toString() {
        if (low.length <= LISTED) {
            return shape.length == 1
                    ? "Box(%s, %s)".formatted(Arrays.toString(low), Arrays.toString(high))
                    : "Box(%s, %s, %s)".formatted(Arrays.toString(low), Arrays.toString(high), Arrays.toString(shape));
        }
        return "Box(%s…, %s…, %s)".formatted(low[0], high[0], Arrays.toString(shape));
    }
}
