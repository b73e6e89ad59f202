package dev.rein.toolkit.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.nn.Architecture.Filters;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LayerTest {
    private static final int ROWS = 3;

    private final RandomGenerator random = new EpisodeRandom(7, 0, 0);

    static Stream<Layer> layers() {
        return Stream.of(
                new Linear(5, 3, Activation.TANH),
                new Linear(3, 11, Activation.IDENTITY),
                new LayerNorm(7, Activation.TANH),
                new Noisy(5, 3, Activation.TANH, 0.5f),
                new Noisy(4, 17, Activation.IDENTITY, 0.5f),
                new Expectation(3, 5, -2, 4),
                new Convolution(2, 5, 4, false, 3, 3, 1, Activation.TANH),
                new Convolution(2, 5, 4, true, 3, 2, 2, Activation.IDENTITY));
    }

    /// By parameters and by inputs: the slope seen by moving one number.
    @ParameterizedTest
    @MethodSource("layers")
    void gradientIsTheSlopeOfTheLoss(Layer layer) {
        Sequential network = new Sequential(List.of(layer)).initialise(random, Initialisation.UNIFORM, 1);
        network.draw(random);
        float[] input = gaussian(ROWS * layer.inputs());
        float[] weights = gaussian(ROWS * layer.outputs());
        network.forward(input, 0, ROWS, new float[weights.length], 0);
        float[] inputGradient = new float[input.length];
        network.backward(weights.clone(), inputGradient);
        compare(network, network.parameters(), network.gradient(), input, weights);
        compare(network, input, inputGradient, input, weights);
    }

    private static void compare(Sequential network, float[] moved, float[] gradient, float[] input, float[] weights) {
        float h = 1e-2f;
        for (int i = 0; i < moved.length; i++) {
            float kept = moved[i];
            moved[i] = kept + h;
            double above = loss(network, input, weights);
            moved[i] = kept - h;
            double below = loss(network, input, weights);
            moved[i] = kept;
            float slope = (float) ((above - below) / (2 * h));
            assertThat(gradient[i]).as("number %d", i).isCloseTo(slope, within(2e-3f * (1 + Math.abs(slope))));
        }
    }

    private static double loss(Sequential network, float[] input, float[] weights) {
        float[] output = new float[weights.length];
        network.forward(input, 0, ROWS, output, 0);
        double loss = 0;
        for (int i = 0; i < output.length; i++) {
            loss += (double) weights[i] * output[i];
        }
        return loss;
    }

    @ParameterizedTest
    @MethodSource("layers")
    void whatALayerSaysOfItselfIsReadAgain(Layer layer) {
        Layer read = Layer.parse(layer.describe());
        assertThat(read.describe()).isEqualTo(layer.describe());
        assertThat(read.parameterCount()).isEqualTo(layer.parameterCount());
    }

    /// Fortunato et al. 2018, section 3: each weight has its learned deviation, √(2/π) of it by the factors' f.
    @Test
    void noiseIsDrawnAroundTheMeansWithTheLearnedDeviation() {
        var network = new Sequential(List.of(new Linear(4, 2, Activation.IDENTITY)))
                .noisy(0.5f)
                .initialise(random, Initialisation.UNIFORM, 1);
        float[] input = {1, 0, 0, 0};
        float[] quiet = new float[2];
        network.means().forward(input, 0, 1, quiet, 0);
        int draws = 20_000;
        double sum = 0;
        double squares = 0;
        float[] output = new float[2];
        for (int i = 0; i < draws; i++) {
            network.draw(random);
            network.forward(input, 0, 1, output, 0);
            sum += output[0] - quiet[0];
            squares += (output[0] - quiet[0]) * (output[0] - quiet[0]);
        }
        // σ = 0.5 / √4; the weight's noise is f(ε)f(ε'), of variance E|ε| E|ε'| = 2/π; the bias's f(ε'), of E|ε'|
        double variance = 0.0625 * (2 / Math.PI + Math.sqrt(2 / Math.PI));
        assertThat(sum / draws).isCloseTo(0, within(0.01));
        assertThat(squares / draws).isCloseTo(variance, within(0.05 * variance));
    }

    @Test
    void noiseHoldsUntilTheNextDraw() {
        var network = Sequential.mlp(Activation.RELU, Activation.IDENTITY, 3, 8, 2)
                .noisy(0.5f)
                .initialise(random, Initialisation.UNIFORM, 1);
        float[] input = gaussian(3);
        float[] first = new float[2];
        float[] second = new float[2];
        network.draw(random);
        network.forward(input, 0, 1, first, 0);
        network.forward(input, 0, 1, second, 0);
        assertThat(second).containsExactly(first);
        network.draw(random);
        network.forward(input, 0, 1, second, 0);
        assertThat(second).isNotEqualTo(first);
    }

    @Test
    void aConvolutionSeesTheSameImageInBothLayouts() {
        var pixels = new Sequential(List.of(new Convolution(2, 4, 3, false, 2, 2, 1, Activation.IDENTITY)))
                .initialise(random, Initialisation.UNIFORM, 1);
        var planes = new Sequential(List.of(new Convolution(2, 4, 3, true, 2, 2, 1, Activation.IDENTITY)));
        System.arraycopy(pixels.parameters(), 0, planes.parameters(), 0, pixels.parameters().length);
        float[] byPixel = gaussian(24);
        float[] byPlane = new float[24];
        for (int place = 0; place < 12; place++) {
            for (int c = 0; c < 2; c++) {
                byPlane[c * 12 + place] = byPixel[place * 2 + c];
            }
        }
        float[] one = new float[pixels.outputSize()];
        float[] other = new float[one.length];
        pixels.forward(byPixel, 0, 1, one, 0);
        planes.forward(byPlane, 0, 1, other, 0);
        assertThat(other).containsExactly(one);
        // one window by hand: rows 1..2, columns 0..1, weights in the order channel, row, column
        float sum = pixels.parameters()[16 + 1];
        int weight = 0;
        for (int c = 0; c < 2; c++) {
            for (int i = 1; i <= 2; i++) {
                for (int j = 0; j <= 1; j++) {
                    sum += byPixel[(i * 3 + j) * 2 + c] * pixels.parameters()[weight++ * 2 + 1];
                }
            }
        }
        assertThat(one[2 * 2 + 1]).isCloseTo(sum, within(1e-5f));
    }

    @Test
    void imagesGoThroughConvolutionsAndNothingElseMay() {
        var filters = List.of(new Filters(16, 3, 1));
        var image = Box.of(0, 1, 10, 10, 4);
        Sequential network = Architecture.of(image, filters, List.of(128), Activation.RELU, false)
                .network(400, 3, Activation.IDENTITY);
        assertThat(network.describe())
                .isEqualTo(
                        "convolution 4 10 10 channels_last 16 3 1 relu; linear 1024 128 relu; linear 128 3 identity");
        var planes = Box.of(0, 1, 3, 9, 8);
        assertThat(Architecture.of(planes, filters, List.of(), Activation.RELU, false)
                        .network(216, 3, Activation.IDENTITY)
                        .describe())
                .startsWith("convolution 3 9 8 channels_first");
        var numbers = Box.of(0, 1, 4);
        assertThatThrownBy(() -> Architecture.of(numbers, filters, List.of(), Activation.RELU, false))
                .hasMessageContaining("filters: convolutions over observations of shape [4] (expected: no filters, or");
        var small = Box.of(0, 1, 2, 2, 1);
        assertThatThrownBy(() -> Architecture.of(small, filters, List.of(), Activation.RELU, false)
                        .network(4, 1, Activation.IDENTITY))
                .hasMessageContaining("a kernel that fits into the image");
    }

    @Test
    void channelsAreWhereTheSpaceSaysAndNotGuessedWhereItDoesNot() {
        var filters = List.of(new Filters(4, 3, 1));
        var deep = Box.of(0, 1, 8, 8, 8);
        assertThatThrownBy(() -> Architecture.of(deep, filters, List.of(), Activation.RELU, false)
                        .network(512, 1, Activation.IDENTITY))
                .hasMessageContaining("[8, 8, 8] does not tell which dimension are the channels")
                .hasMessageContaining("Box.channelsFirst() or channelsLast()");
        assertThat(Architecture.of(deep.channelsFirst(), filters, List.of(), Activation.RELU, false)
                        .network(512, 1, Activation.IDENTITY)
                        .describe())
                .startsWith("convolution 8 8 8 channels_first");
        assertThat(Architecture.of(Box.of(0, 1, 9, 8, 7).channelsFirst(), filters, List.of(), Activation.RELU, false)
                        .network(504, 1, Activation.IDENTITY)
                        .describe())
                .startsWith("convolution 9 8 7 channels_first");
    }

    private float[] gaussian(int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
