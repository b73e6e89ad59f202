package dev.rein.toolkit.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.EpisodeRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SequentialTest {
    private final RandomGenerator random = new EpisodeRandom(11, 0, 0);

    /// The loss is the sum of outputs weighted by fixed numbers; its gradient must be the slope seen by moving one
    /// number.
    @ParameterizedTest
    @EnumSource
    void gradientIsTheSlopeOfTheLoss(Activation activation) {
        int rows = 5;
        Sequential mlp = Sequential.mlp(activation, Activation.IDENTITY, 3, 17, 8, 2)
                .initialise(random, Initialisation.ORTHOGONAL, 1);
        float[] input = gaussian(rows * 3);
        float[] weights = gaussian(rows * 2);
        mlp.forward(input, 0, rows, new float[rows * 2], 0);
        float[] inputGradient = new float[rows * 3];
        mlp.backward(weights.clone(), inputGradient);
        float[] gradient = mlp.gradient().clone();

        float h = 3e-4f; // small, so that hardly any relu changes sides between the two
        for (int i = 0; i < mlp.parameters().length; i += 3) {
            float kept = mlp.parameters()[i];
            mlp.parameters()[i] = kept + h;
            double above = loss(mlp, input, rows, weights);
            mlp.parameters()[i] = kept - h;
            double below = loss(mlp, input, rows, weights);
            mlp.parameters()[i] = kept;
            assertThat(gradient[i]).as("parameter %d", i).isCloseTo((float) ((above - below) / (2 * h)), within(2e-2f));
        }
        for (int i = 0; i < input.length; i++) {
            float kept = input[i];
            input[i] = kept + h;
            double above = loss(mlp, input, rows, weights);
            input[i] = kept - h;
            double below = loss(mlp, input, rows, weights);
            input[i] = kept;
            assertThat(inputGradient[i])
                    .as("input %d", i)
                    .isCloseTo((float) ((above - below) / (2 * h)), within(2e-2f));
        }
    }

    @Test
    void initialWeightsAreOrthogonalWithTheirGainAndBiasesAreZero() {
        Sequential mlp = Sequential.mlp(Activation.TANH, Activation.IDENTITY, 4, 64, 2)
                .initialise(random, Initialisation.ORTHOGONAL, 0.01f);
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j <= i; j++) {
                double dot = 0;
                for (int k = 0; k < 64; k++) {
                    dot += (double) mlp.parameters()[i * 64 + k] * mlp.parameters()[j * 64 + k];
                }
                assertThat(dot).isCloseTo(i == j ? 2 : 0, within(1e-5));
            }
        }
        for (int k = 0; k < 64; k++) {
            assertThat(mlp.parameters()[4 * 64 + k]).isZero();
        }
    }

    @Test
    void rowsDoNotInfluenceEachOther() {
        Sequential mlp = Sequential.mlp(Activation.TANH, Activation.IDENTITY, 4, 64, 64, 2)
                .initialise(random, Initialisation.ORTHOGONAL, 1);
        float[] input = gaussian(9 * 4);
        float[] together = new float[18];
        mlp.forward(input, 0, 9, together, 0);
        for (int row = 0; row < 9; row++) {
            float[] alone = new float[2];
            mlp.forward(input, row * 4, 1, alone, 0);
            assertThat(alone[0]).isEqualTo(together[row * 2]);
        }
    }

    @Test
    void shapeThatIsNoneIsRefused() {
        assertThatThrownBy(() -> Sequential.mlp(Activation.TANH, Activation.IDENTITY, 4, 0, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4 inputs and 0 outputs");
    }

    private static double loss(Sequential mlp, float[] input, int rows, float[] weights) {
        float[] output = new float[weights.length];
        mlp.forward(input, 0, rows, output, 0);
        double loss = 0;
        for (int i = 0; i < output.length; i++) {
            loss += (double) weights[i] * output[i];
        }
        return loss;
    }

    private float[] gaussian(int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
