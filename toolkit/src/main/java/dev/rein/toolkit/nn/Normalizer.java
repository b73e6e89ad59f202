package dev.rein.toolkit.nn;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Space;

/// Brings features to mean 0 and variance 1 by what was seen so far, cut off at ±[#CLIP] (37 details, continuous
/// 6-7); or, by [#ofBounds], to -1..1 by their bounds. Moments are combined batch by batch (Chan, Golub & LeVeque
/// 1979), so no sum grows.
public final class Normalizer {
    public static final float CLIP = 10;
    private static final double EPSILON = 1e-8;

    private final int size;
    private final double[] mean;
    private final double[] variance;
    private final float[] shift;
    private final float[] scale;
    private final boolean fixed;
    private double count = 1e-4;

    public Normalizer(int size) {
        this(size, false);
    }

    private Normalizer(int size, boolean fixed) {
        this.size = size;
        this.fixed = fixed;
        mean = new double[size];
        variance = new double[size];
        shift = new float[size];
        scale = new float[size];
        java.util.Arrays.fill(variance, 1);
        refresh();
    }

    /// Brings each number from its bounds to -1..1; what is seen changes nothing.
    ///
    /// @throws IllegalArgumentException unless the space is a [Box] whose bounds are finite and apart
    public static Normalizer ofBounds(Space space) {
        if (!(space instanceof Box box) || !bounded(box)) {
            throw new IllegalArgumentException(
                    ("rescale_observations: true, where observations are %s (expected: a Box with finite bounds; "
                                    + "normalize_observations=true goes by what is seen instead)")
                            .formatted(space));
        }
        var normalizer = new Normalizer(box.features(), true);
        for (int j = 0; j < normalizer.size; j++) {
            normalizer.shift[j] = (box.low(j) + box.high(j)) / 2;
            normalizer.scale[j] = 2 / (box.high(j) - box.low(j));
        }
        return normalizer;
    }

    private static boolean bounded(Box box) {
        boolean bounded = true;
        for (int j = 0; j < box.size(); j++) {
            float width = box.high(j) - box.low(j);
            bounded &= width > 0 && Float.isFinite(width);
        }
        return bounded;
    }

    /// Takes `rows` of features into account.
    public void update(float[] features, int from, int rows) {
        if (fixed) {
            return;
        }
        double total = count + rows;
        for (int j = 0; j < size; j++) {
            double batchMean = 0;
            for (int i = 0; i < rows; i++) {
                batchMean += features[from + i * size + j];
            }
            batchMean /= rows;
            double squares = 0;
            for (int i = 0; i < rows; i++) {
                double difference = features[from + i * size + j] - batchMean;
                squares += difference * difference;
            }
            double delta = batchMean - mean[j];
            mean[j] += delta * rows / total;
            variance[j] = (variance[j] * count + squares + delta * delta * count * rows / total) / total;
        }
        count = total;
        refresh();
    }

    private void refresh() {
        for (int j = 0; j < size; j++) {
            shift[j] = (float) mean[j];
            scale[j] = (float) (1 / Math.sqrt(variance[j] + EPSILON));
        }
    }

    /// Normalises `rows` of features in place.
    public void apply(float[] features, int from, int rows) {
        apply(shift, scale, features, from, rows);
    }

    /// `(x − shift) · scale`, cut off at ±[#CLIP], in place.
    public static void apply(float[] shift, float[] scale, float[] features, int from, int rows) {
        int size = shift.length;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < size; j++) {
                int at = from + i * size + j;
                features[at] = Math.clamp((features[at] - shift[j]) * scale[j], -CLIP, CLIP);
            }
        }
    }

    /// What is subtracted from each feature. A copy.
    public float[] shift() {
        return shift.clone();
    }

    /// What each feature is then multiplied by. A copy.
    public float[] scale() {
        return scale.clone();
    }

    public void state(Checkpoint checkpoint) {
        if (fixed) {
            return;
        }
        count = checkpoint.number("count", count);
        checkpoint.doubles("mean", mean);
        checkpoint.doubles("variance", variance);
        refresh();
    }
}
