package dev.rein.toolkit.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.EpisodeRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SquashedGaussianTest {
    private static final float[] OUTPUTS = {0.3f, -0.8f, -0.5f, 0.2f};
    private final SquashedGaussian head = new SquashedGaussian(Box.of(-2, 2, 2));
    private final float[] noise = new float[2];
    private final float[] unit = new float[2];
    private final float[] logProb = new float[1];

    /// Gives the same normal numbers again: the noise is held while outputs are moved.
    private RandomGenerator same() {
        return new EpisodeRandom(3, 0, 0);
    }

    @Test
    void densitiesIntegrateToOne() {
        var one = new SquashedGaussian(Box.of(-1, 1, 1));
        float[] outputs = {0.4f, -0.3f};
        double mean = 0;
        int draws = 20_000;
        var random = new EpisodeRandom(1, 0, 0);
        for (int i = 0; i < draws; i++) {
            one.draw(outputs, 1, random, noise, unit, logProb);
            mean += Math.exp(-logProb[0]) / draws; // ∫ p / p over the support: its length
        }
        assertThat(mean).isCloseTo(2, within(0.1));
    }

    /// `weight · log π(a|s) + c · a`, by finite differences through the drawing.
    @Test
    void theGradientIsThatOfTheLossThroughTheDrawing() {
        float weight = 0.7f;
        float[] byUnit = {1.5f, -0.4f};
        float[] gradient = new float[4];
        head.draw(OUTPUTS, 1, same(), noise, unit, logProb);
        head.gradient(weight, noise, unit, byUnit, OUTPUTS, 1, gradient);
        for (int i = 0; i < 4; i++) {
            float h = 1e-2f;
            double numeric = (loss(weight, byUnit, i, h) - loss(weight, byUnit, i, -h)) / (2 * h);
            assertThat(gradient[i]).as("output %d", i).isCloseTo((float) numeric, within(2e-3f));
        }
    }

    private double loss(float weight, float[] byUnit, int moved, float by) {
        float[] outputs = OUTPUTS.clone();
        outputs[moved] += by;
        head.draw(outputs, 1, same(), noise, unit, logProb);
        return weight * logProb[0] + byUnit[0] * unit[0] + byUnit[1] * unit[1];
    }

    @Test
    void deviationsBeyondTheirLimitsLearnNothing() {
        float[] outputs = {0, 0, 5, -30};
        float[] gradient = new float[4];
        head.draw(outputs, 1, same(), noise, unit, logProb);
        head.gradient(1, noise, unit, new float[2], outputs, 1, gradient);
        assertThat(gradient[2]).isZero();
        assertThat(gradient[3]).isZero();
    }
}
