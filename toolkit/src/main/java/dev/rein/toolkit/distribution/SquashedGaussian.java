package dev.rein.toolkit.distribution;

import dev.rein.toolkit.environment.Box;
import java.util.random.RandomGenerator;

/// A normal squashed by tanh and stretched to the bounds of a [Box] (Haarnoja et al. 2018, appendix C). A row of
/// outputs holds the means, then the logarithms of the deviations, which are kept within [#LOWEST]..[#HIGHEST].
public final class SquashedGaussian implements Squashed {
    public static final float LOWEST = -20;
    public static final float HIGHEST = 2;

    private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

    /// Keeps the logarithm finite where tanh has reached 1.
    private static final double EDGE = 1e-6;

    private final Box box;

    /// @throws IllegalArgumentException unless all bounds are finite
    public SquashedGaussian(Box box) {
        this.box = Bounded.checkedFinite(box);
    }

    @Override
    public int outputs() {
        return 2 * box.size();
    }

    @Override
    public void mode(float[] outputs, boolean[] masks, int rows, float[] actions) {
        int size = box.size();
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < size; j++) {
                float mean = outputs[row * 2 * size + j];
                actions[row * size + j] = Bounded.stretched(box, j, (float) Math.tanh(mean));
            }
        }
    }

    @Override
    public void sample(float[] outputs, boolean[] masks, int rows, RandomGenerator random, float[] actions) {
        int size = box.size();
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < size; j++) {
                float mean = outputs[row * 2 * size + j];
                float logDeviation = Math.clamp(outputs[row * 2 * size + size + j], LOWEST, HIGHEST);
                double drawn = mean + Math.exp(logDeviation) * random.nextGaussian();
                actions[row * size + j] = Bounded.stretched(box, j, (float) Math.tanh(drawn));
            }
        }
    }

    /// `u = mean + deviation · noise`, the noise from a standard normal.
    @Override
    public void draw(float[] outputs, int rows, RandomGenerator random, float[] noise, float[] unit, float[] logProb) {
        int size = box.size();
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int j = 0; j < size; j++) {
                int i = row * size + j;
                float logDeviation = Math.clamp(outputs[row * 2 * size + size + j], LOWEST, HIGHEST);
                noise[i] = (float) random.nextGaussian();
                double tanh = Math.tanh(outputs[row * 2 * size + j] + Math.exp(logDeviation) * noise[i]);
                unit[i] = (float) tanh;
                sum -= 0.5 * noise[i] * noise[i] + logDeviation + HALF_LOG_TWO_PI + Math.log(1 - tanh * tanh + EDGE);
            }
            logProb[row] = (float) sum;
        }
    }

    @Override
    public void drawExploring(
            float[] outputs, int rows, RandomGenerator random, float[] noise, float[] unit, float[] logProb) {
        draw(outputs, rows, random, noise, unit, logProb);
    }

    @Override
    public void gradient(
            float weight,
            float[] noise,
            float[] unit,
            float[] byUnit,
            float[] outputs,
            int rows,
            float[] outputGradient) {
        int size = box.size();
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < size; j++) {
                int i = row * size + j;
                double slope = 1 - (double) unit[i] * unit[i];
                double byDrawn = weight * 2 * unit[i] * slope / (slope + EDGE) + byUnit[i] * slope;
                float given = outputs[row * 2 * size + size + j];
                boolean inside = given > LOWEST && given < HIGHEST;
                outputGradient[row * 2 * size + j] = (float) byDrawn;
                outputGradient[row * 2 * size + size + j] =
                        inside ? (float) (byDrawn * Math.exp(given) * noise[i] - weight) : 0;
            }
        }
    }

    @Override
    public void stretch(float[] unit, int rows, float[] actions) {
        for (int i = 0; i < rows * box.size(); i++) {
            actions[i] = Bounded.stretched(box, i % box.size(), unit[i]);
        }
    }

    @Override
    public String describe() {
        return "squashed";
    }

    @Override
    public SquashedGaussian copy() {
        return new SquashedGaussian(box);
    }
}
