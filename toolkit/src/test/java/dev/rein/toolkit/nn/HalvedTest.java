package dev.rein.toolkit.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.EpisodeRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HalvedTest {
    private static final int IN = 5;
    private static final int OUT = 3;

    private final RandomGenerator random = new EpisodeRandom(3, 0, 0);
    private final Sequential network = Sequential.mlp(Activation.TANH, Activation.IDENTITY, IN, 33, 17, OUT)
            .initialise(random, Initialisation.ORTHOGONAL, 1);

    /// What one pass each way leaves behind.
    private static final class Pass {
        final float[] output;
        final float[] gradient;
        final float[] inputGradient;
        final float[] heldInputGradient;

        Pass(Network network, float[] input, float[] byOutput) {
            int rows = input.length / IN;
            output = new float[rows * OUT];
            inputGradient = new float[input.length];
            heldInputGradient = new float[input.length];
            network.zeroGradient();
            network.forward(input, 0, rows, output, 0);
            network.backward(byOutput.clone(), inputGradient);
            network.backwardInput(byOutput.clone(), heldInputGradient);
            gradient = network.gradient().clone();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 63, 64, 65, 256})
    void halvesAreTheWholeAndThreadsChangeNothing(int rows) {
        float[] input = gaussian(rows * IN);
        float[] byOutput = gaussian(rows * OUT);
        Pass whole = new Pass(network, input, byOutput);
        try (var alone = new Team(1);
                var two = new Team(2)) {
            Pass halves = new Pass(new Halved(network, alone), input, byOutput);
            assertThat(halves.output).containsExactly(whole.output);
            assertThat(halves.inputGradient).containsExactly(whole.inputGradient);
            assertThat(halves.heldInputGradient).containsExactly(whole.heldInputGradient);
            assertThat(halves.gradient).containsExactly(whole.gradient, within(1e-3f)); // summed in another order

            Pass byTwo = new Pass(new Halved(network, two), input, byOutput);
            assertThat(byTwo.output).containsExactly(halves.output);
            assertThat(byTwo.gradient).containsExactly(halves.gradient);
            assertThat(byTwo.inputGradient).containsExactly(halves.inputGradient);
        }
    }

    private float[] gaussian(int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
