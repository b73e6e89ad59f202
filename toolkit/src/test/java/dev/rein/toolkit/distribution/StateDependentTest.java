package dev.rein.toolkit.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Initialisation;
import dev.rein.toolkit.nn.Sequential;
import java.util.Arrays;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class StateDependentTest {
    private static final boolean[] NO_MASK = new boolean[0];
    private static final int ROWS = 3;

    /// 2 features, 5 that the last layer reads, 2 actions.
    private final Sequential network = Sequential.mlp(Activation.TANH, Activation.IDENTITY, 2, 5, 2)
            .initialise(new EpisodeRandom(7, 0, 0), Initialisation.UNIFORM, 1);

    private final float[] features = {0.3f, -0.8f, 1.5f, 0.2f, -0.1f, 0.9f};
    private final float[] outputs = new float[ROWS * 2];

    /// log N(a; μ, Σ z² σ² + ε), summed over actions.
    private double closedForm(float[] logDeviation, float[] actions, int row) {
        double sum = 0;
        for (int j = 0; j < 2; j++) {
            double variance = 1e-6;
            for (int k = 0; k < 5; k++) {
                double z = network.latent()[row * 5 + k];
                variance += z * z * Math.exp(2 * logDeviation[k * 2 + j]);
            }
            double d = actions[row * 2 + j] - outputs[row * 2 + j];
            sum -= 0.5 * d * d / variance + 0.5 * Math.log(2 * Math.PI * variance);
        }
        return sum;
    }

    @Nested
    class OfPolicyGradients {
        private final StateDependent head = head(-0.7f, 4);
        private final float[] actions = {0.5f, -0.2f, 0.1f, 0.7f, -1, 0.4f};

        private StateDependent head(float logDeviation, int every) {
            var made = new StateDependent(5, 2, logDeviation, every);
            made.reads(network);
            network.forward(features, 0, ROWS, outputs, 0);
            var random = new EpisodeRandom(9, 0, 0);
            for (int i = 0; i < 10; i++) {
                made.parameters()[i] += 0.3f * (float) random.nextGaussian();
            }
            return made;
        }

        @Test
        void logProbabilityIsItsClosedForm() {
            for (int row = 0; row < ROWS; row++) {
                assertThat((double) head.logProb(outputs, row, NO_MASK, actions))
                        .isCloseTo(closedForm(head.parameters(), actions, row), within(1e-5));
            }
        }

        /// `g · log π − bonus · H` by finite differences, for every mean and every deviation.
        @Test
        void theGradientIsThatOfTheLoss() {
            float g = 0.7f;
            float bonus = 0.2f;
            int row = 1;
            float[] byOutput = new float[outputs.length];
            Arrays.fill(head.parameterGradient(), 0);
            head.logProb(outputs, row, NO_MASK, actions);
            head.gradient(g, bonus, byOutput, row);
            float h = 1e-2f;
            for (int j = 0; j < 2; j++) {
                assertThat((double) byOutput[row * 2 + j])
                        .isCloseTo(slope(outputs, row * 2 + j, g, bonus, row, h), within(2e-3));
            }
            for (int i = 0; i < 10; i++) {
                assertThat((double) head.parameterGradient()[i])
                        .as("deviation %d", i)
                        .isCloseTo(slope(head.parameters(), i, g, bonus, row, h), within(2e-3));
            }
        }

        private double slope(float[] array, int i, float g, float bonus, int row, float h) {
            float was = array[i];
            array[i] = was + h;
            double above = g * head.logProb(outputs, row, NO_MASK, actions) - bonus * head.entropy();
            array[i] = was - h;
            double below = g * head.logProb(outputs, row, NO_MASK, actions) - bonus * head.entropy();
            array[i] = was;
            return (above - below) / (2 * h);
        }

        @Test
        void noiseIsHeldAsLongAsAskedAndIsAFunctionOfTheState() {
            var random = new EpisodeRandom(1, 0, 0);
            float[][] drawn = new float[9][ROWS * 2];
            for (int step = 0; step < 9; step++) {
                head.explore(random, ROWS, step);
                head.sample(outputs, NO_MASK, ROWS, random, drawn[step]);
            }
            assertThat(drawn[3]).containsExactly(drawn[0]);
            assertThat(drawn[4]).isNotEqualTo(drawn[0]);
            assertThat(drawn[7]).containsExactly(drawn[4]);
            assertThat(drawn[8]).isNotEqualTo(drawn[4]);
        }

        @Test
        void overManyMatricesTheNoiseHasTheVarianceItSays() {
            var random = new EpisodeRandom(1, 0, 0);
            float[] drawn = new float[ROWS * 2];
            double squares = 0;
            int draws = 20_000;
            for (int i = 0; i < draws; i++) {
                head.explore(random, ROWS, 0);
                head.sample(outputs, NO_MASK, ROWS, random, drawn);
                squares += Math.pow(drawn[0] - outputs[0], 2) / draws;
            }
            double variance = 1e-6;
            for (int k = 0; k < 5; k++) {
                variance += Math.pow(network.latent()[k] * Math.exp(head.parameters()[2 * k]), 2);
            }
            assertThat(squares).isCloseTo(variance, within(0.05 * variance));
        }

        @Test
        void whatItSaysOfItselfIsReadAgain() {
            var read = (StateDependent) ActionHead.parse(head.describe(), Box.of(-1, 1, 2));
            assertThat(read.parameters()).containsExactly(head.parameters());
            assertThat(read.describe()).isEqualTo(head.describe());
            assertThatThrownBy(() -> ActionHead.parse("state_dependent 5 2 1.0,2.0", Box.of(-1, 1, 2)))
                    .hasMessage("deviations: 2 (expected: 5 × 2)");
        }

        @Test
        void choicesAreRefused() {
            assertThatThrownBy(() -> Distribution.stateDependent(new Discrete(2), 5, 0, -1))
                    .hasMessageContaining("use_sde: true with actions Discrete[n=2] (expected: false");
        }
    }

    @Nested
    class OfSoftAlgorithms {
        private final SquashedStateDependent head = new SquashedStateDependent(Box.of(-2, 2, 2), 5, -0.7f, -1);
        private final float[] noise = new float[ROWS * 2];
        private final float[] unit = new float[ROWS * 2];
        private final float[] logProb = new float[ROWS];
        private final float[] byUnit = {1.5f, -0.4f, 0.3f, 0.8f, -1, 0.6f};

        private double loss(float weight) {
            network.forward(features, 0, ROWS, outputs, 0);
            head.draw(outputs, ROWS, new EpisodeRandom(0, 0, 0), noise, unit, logProb);
            double loss = 0;
            for (int row = 0; row < ROWS; row++) {
                loss += weight * logProb[row];
            }
            for (int i = 0; i < unit.length; i++) {
                loss += byUnit[i] * unit[i];
            }
            return loss;
        }

        @Test
        void logProbabilityIsItsClosedForm() {
            head.reads(network);
            head.renew(new EpisodeRandom(3, 0, 0));
            loss(1);
            for (int row = 0; row < ROWS; row++) {
                float[] drawn = new float[ROWS * 2];
                double squash = 0;
                for (int j = 0; j < 2; j++) {
                    drawn[row * 2 + j] = outputs[row * 2 + j] + noise[row * 2 + j];
                    squash += Math.log(1 - unit[row * 2 + j] * unit[row * 2 + j] + 1e-6);
                }
                assertThat((double) logProb[row])
                        .isCloseTo(closedForm(head.parameters(), drawn, row) - squash, within(1e-4));
            }
        }

        /// `weight · log π(a|s) + c · a` through the drawing, by finite differences in every parameter of the network
        /// and every deviation: the path through the state's features is in it.
        @Test
        void theGradientIsThatOfTheLossThroughTheDrawing() {
            head.reads(network);
            head.renew(new EpisodeRandom(3, 0, 0));
            float weight = 0.7f;
            loss(weight);
            float[] byOutput = new float[outputs.length];
            head.gradient(weight, noise, unit, byUnit, outputs, ROWS, byOutput);
            network.zeroGradient();
            network.backwardLatent(byOutput, head.latentGradient());
            float[] byParameter = network.gradient().clone();
            float[] byDeviation = head.parameterGradient().clone();
            compare(network.parameters(), byParameter, weight);
            compare(head.parameters(), byDeviation, weight);
        }

        private void compare(float[] parameters, float[] gradient, float weight) {
            float h = 1e-2f;
            for (int i = 0; i < parameters.length; i++) {
                float was = parameters[i];
                parameters[i] = was + h;
                double above = loss(weight);
                parameters[i] = was - h;
                double below = loss(weight);
                parameters[i] = was;
                assertThat((double) gradient[i])
                        .as("parameter %d of %d", i, parameters.length)
                        .isCloseTo((above - below) / (2 * h), within(5e-3));
            }
        }

        @Test
        void meansBeyondTheirLimitLearnNothingFromThemselves() {
            head.reads(network);
            head.renew(new EpisodeRandom(3, 0, 0));
            loss(1);
            float[] far = outputs.clone();
            far[0] = 2.5f;
            float[] byOutput = new float[outputs.length];
            head.gradient(1, noise, unit, byUnit, far, ROWS, byOutput);
            assertThat(byOutput[0]).isZero();
            assertThat(byOutput[1]).isNotZero();
        }

        @Test
        void exploringWithoutNoiseIsAMistakeThatIsNamed() {
            head.reads(network);
            network.forward(features, 0, ROWS, outputs, 0);
            assertThatThrownBy(
                            () -> head.drawExploring(outputs, ROWS, new EpisodeRandom(0, 0, 0), noise, unit, logProb))
                    .hasMessageContaining("expected: explore(random, 3, step) first");
        }

        @Test
        void whatItSaysOfItselfIsReadAgain() {
            var read = (SquashedStateDependent) ActionHead.parse(head.describe(), Box.of(-2, 2, 2));
            assertThat(read.parameters()).containsExactly(head.parameters());
            assertThatThrownBy(() -> ActionHead.parse(head.describe(), Box.of(-2, 2, 3)))
                    .hasMessage("deviations: of 2 numbers (expected: 3)");
        }
    }
}
