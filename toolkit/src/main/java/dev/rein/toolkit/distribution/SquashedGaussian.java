package dev.rein.toolkit.distribution;

import dev.rein.toolkit.environment.Box;
import java.util.random.RandomGenerator;

/// A normal squashed by tanh and stretched to the bounds of a [Box] (Haarnoja et al. 2018, appendix C). A row of
/// outputs holds the means, then the logarithms of the deviations, which are kept within [#LOWEST]..[#HIGHEST].
public final class SquashedGaussian implements ActionHead {
    public static final float LOWEST = -20;
    public static final float HIGHEST = 2;

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

    @Override
    public String describe() {
        return "squashed";
    }

    @Override
    public SquashedGaussian copy() {
        return new SquashedGaussian(box);
    }
}
