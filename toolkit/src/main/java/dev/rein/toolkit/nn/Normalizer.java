package dev.rein.toolkit.nn;

import dev.rein.toolkit.checkpoint.Checkpoint;

/// Brings features to mean 0 and variance 1 by what was seen so far, cut off at ±[#CLIP] (37 details, continuous
/// 6-7). Moments are combined batch by batch (Chan, Golub & LeVeque 1979), so no sum grows.
public final class Normalizer {
    public static final float CLIP = 10;
    private static final double EPSILON = 1e-8;

    private final int size;
    private final double[] mean;
    private final double[] variance;
    private final float[] shift;
    private final float[] scale;
    private double count = 1e-4;

    public Normalizer(int size) {
        this.size = size;
        mean = new double[size];
        variance = new double[size];
        shift = new float[size];
        scale = new float[size];
        java.util.Arrays.fill(variance, 1);
        refresh();
    }

    /// Takes `rows` of features into account.
    public void update(float[] features, int from, int rows) {
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
        count = checkpoint.number("count", count);
        checkpoint.doubles("mean", mean);
        checkpoint.doubles("variance", variance);
        refresh();
    }
}
