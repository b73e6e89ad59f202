package dev.rein.toolkit.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// Two steps of each, told by hand from its paper: the gradient is 3, then -1, halved by a clip.
class OptimizerTest {
    private static final float RATE = 0.1f;
    private static final double[] HALVED = {1.5, -0.5};
    private static final Offset<Float> CLOSE = within(1e-6f);

    private static float after(Optimizer optimizer) {
        float[] parameter = {2};
        optimizer.step(parameter, new float[] {3}, 0.5f, RATE);
        optimizer.step(parameter, new float[] {-1}, 0.5f, RATE);
        return parameter[0];
    }

    /// Kingma & Ba 2015, algorithm 1.
    private static double adam(double epsilon, double decay) {
        double parameter = 2;
        double mean = 0;
        double square = 0;
        for (int t = 1; t <= 2; t++) {
            double g = HALVED[t - 1];
            mean = 0.9 * mean + 0.1 * g;
            square = 0.999 * square + 0.001 * g * g;
            parameter *= 1 - RATE * decay; // Loshchilov & Hutter 2019, algorithm 2: apart from the gradient
            parameter -=
                    RATE * (mean / (1 - Math.pow(0.9, t))) / (Math.sqrt(square / (1 - Math.pow(0.999, t))) + epsilon);
        }
        return parameter;
    }

    @Test
    void adamIsItsPapers() {
        assertThat(after(new Adam(1, 1e-8f))).isCloseTo((float) adam(1e-8, 0), CLOSE);
        assertThat(after(new Adam(1, 0.5f))).isCloseTo((float) adam(0.5, 0), CLOSE);
    }

    @Test
    void adamWithDecayIsAdamW() {
        assertThat(after(new Adam(1, 1e-8f, 0.2f))).isCloseTo((float) adam(1e-8, 0.2), CLOSE);
    }

    @Test
    void rmsPropDividesByTheRootOfTheRunningMeanSquare() {
        double first = 0.01 * 1.5 * 1.5;
        double second = 0.99 * first + 0.01 * 0.5 * 0.5;
        double expected = 2 - RATE * 1.5 / (Math.sqrt(first) + 1e-5) + RATE * 0.5 / (Math.sqrt(second) + 1e-5);
        assertThat(after(new RmsProp(1, 0.99f, 1e-5f))).isCloseTo((float) expected, within(1e-5f));
    }

    @Test
    void descentKeepsItsMomentum() {
        assertThat(after(new Sgd(1, 0))).isCloseTo(2 - 0.15f + 0.05f, CLOSE);
        assertThat(after(new Sgd(1, 0.9f))).isCloseTo((float) (2 - 0.15 - RATE * (0.9 * 1.5 - 0.5)), CLOSE);
    }

    @Test
    void gradientsAreShortenedToTheirLimitAndNeverStretched() {
        assertThat(Optimizer.clip(10, 0.5f)).isCloseTo(0.05f, CLOSE);
        assertThat(Optimizer.clip(0.4, 0.5f)).isEqualTo(1);
        assertThat(Optimizer.clip(1e9, 0)).as("0 is no limit").isEqualTo(1);
    }
}
