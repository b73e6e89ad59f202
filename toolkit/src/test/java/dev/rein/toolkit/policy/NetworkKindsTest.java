package dev.rein.toolkit.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.rein.toolkit.distribution.Greedy;
import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Architecture;
import dev.rein.toolkit.nn.Architecture.Filters;
import dev.rein.toolkit.nn.Expectation;
import dev.rein.toolkit.nn.Initialisation;
import dev.rein.toolkit.nn.Layer;
import dev.rein.toolkit.nn.Sequential;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Policies of every kind of layer: their file and their ONNX twin say the same numbers as they do.
class NetworkKindsTest {
    private static final int ROWS = 13;

    private final RandomGenerator random = new EpisodeRandom(3, 0, 0);

    static Stream<Arguments> networks() {
        var one = List.of(new Filters(5, 3, 1));
        var two = List.of(new Filters(5, 3, 1), new Filters(4, 2, 2));
        int[] pixels = {7, 6, 2};
        int[] planes = {2, 7, 6};
        return Stream.of(
                Arguments.of(pixels, layers(pixels, one, false, 3)),
                Arguments.of(pixels, layers(pixels, two, false, 3)),
                Arguments.of(planes, layers(planes, one, false, 3)),
                Arguments.of(planes, layers(planes, two, true, 3)),
                Arguments.of(new int[] {84}, layers(new int[] {84}, List.of(), true, 3)),
                Arguments.of(pixels, atoms(layers(pixels, two, false, 33))));
    }

    private static List<Layer> layers(int[] shape, List<Filters> filters, boolean layerNorm, int outputs) {
        return Architecture.of(Box.of(-1, 1, shape), filters, List.of(16), Activation.RELU, layerNorm)
                .network(84, outputs, Activation.IDENTITY)
                .layers();
    }

    private static List<Layer> atoms(List<Layer> layers) {
        List<Layer> all = new ArrayList<>(layers);
        all.add(new Expectation(3, 11, -4, 9));
        return all;
    }

    @ParameterizedTest
    @MethodSource("networks")
    void fileAndOnnxModelSayWhatThePolicySays(int[] shape, List<Layer> layers, @TempDir Path folder)
            throws IOException, OrtException {
        Sequential network = new Sequential(layers).initialise(random, Initialisation.UNIFORM, 1);
        var policy = new Policy(Box.of(0, 1, shape), new Discrete(3), network, new Greedy(new Discrete(3)), null);
        float[] observations = new float[ROWS * 84];
        for (int i = 0; i < observations.length; i++) {
            observations[i] = random.nextFloat();
        }
        float[] values = new float[ROWS * 3];
        network.forward(observations, 0, ROWS, values, 0);
        float[] actions = new float[ROWS];
        policy.act(observations, ROWS, actions);

        policy.save(folder.resolve("policy.rein"));
        float[] read = new float[ROWS];
        Policy.load(folder.resolve("policy.rein")).act(observations, ROWS, read);
        assertThat(read).containsExactly(actions);

        policy.exportOnnx(folder.resolve("policy.onnx"));
        OrtEnvironment onnx = OrtEnvironment.getEnvironment();
        try (var session = onnx.createSession(folder.resolve("policy.onnx").toString());
                var input = OnnxTensor.createTensor(onnx, FloatBuffer.wrap(observations), new long[] {ROWS, 84});
                var result = session.run(Map.of("observation", input))) {
            float[] said = new float[values.length];
            ((OnnxTensor) result.get("values").orElseThrow()).getFloatBuffer().get(said);
            assertThat(said).containsExactly(values, within(1e-5f));
            long[] chosen = (long[]) ((OnnxTensor) result.get("action").orElseThrow()).getValue();
            for (int row = 0; row < ROWS; row++) {
                assertThat(chosen[row]).isEqualTo((long) actions[row]);
            }
        }
    }
}
