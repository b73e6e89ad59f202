package dev.rein.toolkit.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.rein.toolkit.a2c.A2c;
import dev.rein.toolkit.a2c.A2cHyperParameters;
import dev.rein.toolkit.dqn.Dqn;
import dev.rein.toolkit.dqn.DqnHyperParameters;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.ppo.PpoHyperParameters;
import dev.rein.toolkit.probe.World.SpotTheSide;
import dev.rein.toolkit.training.Algorithm;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Algorithms that see images: each learns from one through a convolution, and what it learned is the same through
/// ONNX Runtime.
class ImagesTest {
    private static final Map<String, String> NETWORK =
            Map.of("filters", "8x3x1", "net_arch", "32", "activation", "relu", "learning_rate", "0.003");
    private static final int SIZE = SpotTheSide.HEIGHT * SpotTheSide.WIDTH * 2;

    enum Learner {
        PPO(8_000) {
            @Override
            Algorithm make(Supplier<? extends Environment> maker) {
                return new Ppo(PpoHyperParameters.defaults().with(NETWORK), maker, 5);
            }
        },
        A2C(16_000) {
            @Override
            Algorithm make(Supplier<? extends Environment> maker) {
                return new A2c(A2cHyperParameters.defaults().with(NETWORK), maker, 5);
            }
        },
        DQN(4_000) {
            @Override
            Algorithm make(Supplier<? extends Environment> maker) {
                var hp = DqnHyperParameters.defaults()
                        .with(NETWORK)
                        .with(Map.of("buffer_size", "5000", "target_update_interval", "100"));
                return new Dqn(hp, maker, 5);
            }
        },
        RAINBOW(4_000) {
            @Override
            Algorithm make(Supplier<? extends Environment> maker) {
                var hp = DqnHyperParameters.rainbow()
                        .with(NETWORK)
                        .with(Map.of("buffer_size", "5000", "target_update_interval", "100", "v_min", "-1"))
                        .with("v_max", 2f);
                return new Dqn(hp, maker, 5);
            }
        };

        private final int steps;

        Learner(int steps) {
            this.steps = steps;
        }

        abstract Algorithm make(Supplier<? extends Environment> maker);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsSeenInAnImageIsLearnedAndExported(Learner learner, @TempDir Path folder)
            throws IOException, OrtException {
        Policy policy;
        try (Algorithm algorithm = learner.make(SpotTheSide::new)) {
            algorithm.train(learner.steps, _ -> {});
            policy = algorithm.policy();
        }
        assertThat(policy.network().describe()).startsWith("convolution 2 5 6 channels_last 8 3 1 relu");
        float[] images = new float[SIZE * SIZE]; // every one there is, a row each
        for (int lit = 0; lit < SIZE; lit++) {
            images[lit * SIZE + lit] = 1;
        }
        float[] actions = new float[SIZE];
        policy.act(images, SIZE, actions);
        int right = 0;
        for (int lit = 0; lit < SIZE; lit++) {
            int column = lit / 2 % SpotTheSide.WIDTH;
            right += actions[lit] == (column < SpotTheSide.WIDTH / 2 ? 0 : 1) ? 1 : 0;
        }
        assertThat(right).isGreaterThanOrEqualTo(SIZE - 3);
        assertSameThroughOnnx(policy, images, actions, folder.resolve("policy.onnx"));
    }

    private static void assertSameThroughOnnx(Policy policy, float[] images, float[] actions, Path file)
            throws IOException, OrtException {
        policy.exportOnnx(file);
        OrtEnvironment onnx = OrtEnvironment.getEnvironment();
        try (var session = onnx.createSession(file.toString());
                var input = OnnxTensor.createTensor(onnx, FloatBuffer.wrap(images), new long[] {SIZE, SIZE});
                var result = session.run(Map.of("observation", input))) {
            long[] chosen = (long[]) ((OnnxTensor) result.get("action").orElseThrow()).getValue();
            for (int row = 0; row < SIZE; row++) {
                assertThat(chosen[row]).isEqualTo((long) actions[row]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void filtersOverWhatIsNoImageAreRefused(Learner learner) {
        assertThatThrownBy(() -> learner.make(World.FollowTheSign::new))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("filters: convolutions over observations of shape [1]");
    }
}
