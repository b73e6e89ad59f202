package dev.rein.toolkit.rollout;

import dev.rein.toolkit.checkpoint.Checkpoint;

/// Divides rewards by the running deviation of the discounted return, and cuts them off at ±10 (37 details,
/// continuous 8-9).
final class RewardScale {
    private static final float CLIP = 10;
    private static final double EPSILON = 1e-8;

    private final double[] running;
    private double mean;
    private double variance = 1;
    private double count = 1e-4;

    RewardScale(int environments) {
        running = new double[environments];
    }

    /// Takes one step of every environment into account, then scales its rewards in place.
    ///
    /// @param reward   `[environments]`, from `at`
    /// @param discount likewise
    /// @param ended    likewise
    void apply(float[] reward, float[] discount, boolean[] ended, int at) {
        int rows = running.length;
        double batchMean = 0;
        for (int e = 0; e < rows; e++) {
            running[e] = running[e] * discount[at + e] + reward[at + e];
            batchMean += running[e] / rows;
        }
        double squares = 0;
        for (int e = 0; e < rows; e++) {
            squares += (running[e] - batchMean) * (running[e] - batchMean);
        }
        double total = count + rows;
        double delta = batchMean - mean;
        mean += delta * rows / total;
        variance = (variance * count + squares + delta * delta * count * rows / total) / total;
        count = total;
        float scale = (float) (1 / Math.sqrt(variance + EPSILON));
        for (int e = 0; e < rows; e++) {
            reward[at + e] = Math.clamp(reward[at + e] * scale, -CLIP, CLIP);
            if (ended[at + e]) {
                running[e] = 0;
            }
        }
    }

    void state(Checkpoint checkpoint) {
        checkpoint.doubles("running", running);
        mean = checkpoint.number("mean", mean);
        variance = checkpoint.number("variance", variance);
        count = checkpoint.number("count", count);
    }
}
