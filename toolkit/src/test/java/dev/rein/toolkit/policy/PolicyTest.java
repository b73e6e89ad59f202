package dev.rein.toolkit.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.MultiBinary;
import dev.rein.toolkit.environment.MultiDiscrete;
import dev.rein.toolkit.environment.Part;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Tuple;
import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Initialisation;
import dev.rein.toolkit.nn.Sequential;
import dev.rein.toolkit.probe.ManyParts;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyTest {
    @TempDir
    private Path folder = Path.of("");

    private final RandomGenerator random = new EpisodeRandom(3, 0, 0);

    private final Space four = Box.symmetric(4.8f, Float.POSITIVE_INFINITY, 0.4f, Float.POSITIVE_INFINITY);
    private final Policy choosing = new Policy(four, new Discrete(3), network(Activation.TANH, 4, 64, 64, 3));
    private final Policy steering = new Policy(
            four, new Box(new float[] {-0.1f, -2}, new float[] {0.1f, 2}), network(Activation.RELU, 4, 32, 2));
    private final Policy tabular = new Policy(new Discrete(5), new Discrete(2), network(Activation.TANH, 5, 8, 2));

    private final Policy several =
            new Policy(new MultiDiscrete(3, 2), new MultiDiscrete(4, 2, 3), network(Activation.TANH, 5, 16, 9));
    private final Policy switching =
            new Policy(new MultiBinary(3), new MultiBinary(2), network(Activation.TANH, 3, 16, 2));
    private final Policy driving =
            new Policy(ManyParts.OBSERVATIONS, ManyParts.ACTIONS, network(Activation.TANH, 10, 32, 12));
    private final Policy wholly = new Policy(
            Tuple.of(new Discrete(2), four),
            Tuple.of(new Discrete(3), new MultiBinary(2)),
            network(Activation.TANH, 6, 16, 5));
    private final Policy[] all = {choosing, steering, tabular, several, switching, driving, wholly};

    private Sequential network(Activation hidden, int... sizes) {
        return Sequential.mlp(hidden, Activation.IDENTITY, sizes).initialise(random, Initialisation.ORTHOGONAL, 1);
    }

    @Nested
    class GivenItsFile {
        @Test
        void whatIsReadActsAsWhatWasWritten() throws IOException {
            for (Policy policy : all) {
                Path file = folder.resolve("policy.rein");
                policy.save(file);
                Policy read = Policy.load(file);
                assertThat(read.observationSpace()).isEqualTo(policy.observationSpace());
                assertThat(read.actionSpace()).isEqualTo(policy.actionSpace());
                assertThat(read.network().parameters())
                        .containsExactly(policy.network().parameters());
                float[] seen = observations(policy, 20);
                assertThat(acted(read, seen, 20)).containsExactly(acted(policy, seen, 20));
            }
            assertThat(folder).isDirectoryContaining(file -> file.endsWith("policy.rein"));
            assertThat(folder).isDirectoryNotContaining(file -> file.toString().endsWith(".tmp"));
        }

        /// Others serve what was trained.
        @Test
        void whoMayReadAnyNewFileMayReadIt() throws IOException {
            tabular.save(folder.resolve("policy.rein"));
            Path any = Files.createFile(folder.resolve("any"));
            assumeThat(Files.getFileStore(any).supportsFileAttributeView("posix"))
                    .isTrue();
            assertThat(Files.getPosixFilePermissions(folder.resolve("policy.rein")))
                    .isEqualTo(Files.getPosixFilePermissions(any));
        }

        @Test
        void everyDamagedByteIsNoticed() throws IOException {
            Path file = folder.resolve("policy.rein");
            tabular.save(file);
            byte[] whole = Files.readAllBytes(file);
            for (int i = 0; i < whole.length; i++) {
                byte[] damaged = whole.clone();
                damaged[i] ^= 0x10;
                Files.write(file, damaged);
                assertThatThrownBy(() -> Policy.load(file)).isInstanceOf(PolicyFormatException.class);
            }
        }

        @Test
        void everyTruncationIsNoticed() throws IOException {
            Path file = folder.resolve("policy.rein");
            tabular.save(file);
            byte[] whole = Files.readAllBytes(file);
            for (int length = 0; length < whole.length; length++) {
                Files.write(file, Arrays.copyOf(whole, length));
                assertThatThrownBy(() -> Policy.load(file)).isInstanceOf(PolicyFormatException.class);
            }
        }

        @Test
        void fileOfANewerVersionSaysSo() throws IOException {
            Path file = Files.writeString(folder.resolve("policy.rein"), "REIN-POLICY 2\nobservation=graph\n\n1234");
            assertThatThrownBy(() -> Policy.load(file)).hasMessageContaining("newer Rein");
        }

        @Test
        void foreignFileIsNoPolicy() throws IOException {
            Path file = Files.writeString(folder.resolve("weights.pt"), "PK something else");
            assertThatThrownBy(() -> Policy.load(file)).hasMessageContaining("not a policy of Rein");
        }
    }

    @Test
    void onnxModelActsAsThePolicy() throws IOException, OrtException {
        for (Policy policy : all) {
            assertOnnxEqual(policy);
        }
    }

    private float[] observations(Policy policy, int rows) {
        float[] observations = new float[rows * policy.observationSpace().size()];
        for (int row = 0; row < rows; row++) {
            for (Part leaf : policy.observationSpace().leaves()) {
                int at = row * policy.observationSpace().size() + leaf.offset();
                for (int i = 0; i < leaf.size(); i++) {
                    observations[at + i] = switch (leaf.space()) {
                        case Discrete(int n) -> random.nextInt(n);
                        case MultiDiscrete multi -> random.nextInt(multi.n(i));
                        case MultiBinary _ -> random.nextInt(2);
                        default -> (float) random.nextGaussian();
                    };
                }
            }
        }
        return observations;
    }

    private static float[] acted(Policy policy, float[] observations, int rows) {
        float[] actions = new float[rows * policy.actionSpace().size()];
        policy.act(observations, rows, actions);
        return actions;
    }

    @Test
    void everyDrawnActionIsOfItsSpace() {
        for (Policy policy : all) {
            float[] observation = observations(policy, 1);
            for (int i = 0; i < 50; i++) {
                float[] action = policy.act(observation, new boolean[0], random);
                assertThat(policy.actionSpace().problem(action, 0)).isEmpty();
            }
        }
    }

    @Test
    void masksAreOfEachPartAndEachLeavesSomething() {
        boolean[] mask = {true, true, true, true, false, false, true, true, true};
        assertThatThrownBy(() -> several.act(new float[] {0, 1}, mask, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("all 2 actions of part 1 are forbidden");
        mask[5] = true;
        assertThat(several.act(new float[] {0, 1}, mask, null)[1]).isEqualTo(1);
        assertThatThrownBy(() -> switching.act(new float[3], new boolean[2], null))
                .hasMessageContaining("mask: 2 of actions MultiBinary[n=2] (expected: 0)");
    }

    @Test
    void partThatIsNotOfItsSpaceIsNamed() {
        assertThatThrownBy(() -> driving.act(0, 0, 2, 0, 0, 0))
                .hasMessageContaining("observation: in \"pair\" choice 1 is 2.0 (expected: a whole number of 0..1)");
    }

    private void assertOnnxEqual(Policy policy) throws IOException, OrtException {
        Path file = folder.resolve("policy.onnx");
        policy.exportOnnx(file);
        int rows = 57;
        float[] observations = observations(policy, rows);
        assertSays(file, policy, observations, new boolean[0], acted(policy, observations, rows));
    }

    /// The masks of all rows that allow something in each part, drawn by chance.
    private boolean[] masks(Policy policy, int rows) {
        int choices = policy.actionSpace().choices();
        boolean[] masks = new boolean[rows * choices];
        MultiDiscrete parts = MultiDiscrete.choicesOf(policy.actionSpace()).orElseThrow();
        for (int row = 0; row < rows; row++) {
            for (int part = 0; part < parts.parts(); part++) {
                int from = row * choices + parts.from(part);
                for (int i = 0; i < parts.n(part); i++) {
                    masks[from + i] = random.nextInt(3) == 0;
                }
                masks[from + random.nextInt(parts.n(part))] = true;
            }
        }
        return masks;
    }

    @Test
    void maskedOnnxModelsTakeWhatIsAllowedAsThePolicyDoes() throws IOException, OrtException {
        for (Policy policy : List.of(choosing, tabular, several, driving, wholly)) {
            Path file = folder.resolve("masked.onnx");
            policy.exportMaskedOnnx(file);
            int rows = 57;
            float[] observations = observations(policy, rows);
            boolean[] masks = masks(policy, rows);
            float[] expected = new float[rows * policy.actionSpace().size()];
            policy.act(observations, masks, rows, null, expected);
            assertThat(expected).isNotEqualTo(acted(policy, observations, rows));
            assertSays(file, policy, observations, masks, expected);
        }
        assertThatThrownBy(() -> steering.exportMaskedOnnx(folder.resolve("masked.onnx")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("mask: of actions Box(");
    }

    private static void assertSays(Path model, Policy policy, float[] observations, boolean[] masks, float... expected)
            throws OrtException {
        int rows = observations.length / policy.observationSpace().size();
        OrtEnvironment onnx = OrtEnvironment.getEnvironment();
        boolean[][] allowed = new boolean[rows][policy.actionSpace().choices()];
        for (int row = 0; row < rows && masks.length > 0; row++) {
            System.arraycopy(masks, row * allowed[row].length, allowed[row], 0, allowed[row].length);
        }
        try (var session = onnx.createSession(model.toString());
                var input = OnnxTensor.createTensor(
                        onnx, FloatBuffer.wrap(observations), new long[] {rows, observations.length / rows});
                var mask = masks.length == 0 ? null : OnnxTensor.createTensor(onnx, allowed);
                var result = session.run(
                        mask == null ? Map.of("observation", input) : Map.of("observation", input, "mask", mask))) {
            OnnxTensor action = (OnnxTensor) result.get("action").orElseThrow();
            if (action.getInfo().type == OnnxJavaType.INT64) {
                long[] actions = new long[expected.length];
                action.getLongBuffer().get(actions);
                for (int i = 0; i < actions.length; i++) {
                    assertThat(actions[i]).isEqualTo((long) expected[i]);
                }
            } else {
                float[] actions = new float[expected.length];
                action.getFloatBuffer().get(actions);
                assertThat(actions).containsExactly(expected, within(1e-5f));
            }
        }
    }

    @Test
    void manyThreadsGetTheSameAnswers() throws InterruptedException {
        float[] expected = choosing.act(0.1f, 0.2f, -0.05f, 1);
        Thread[] threads = new Thread[8];
        boolean[] same = new boolean[threads.length];
        for (int t = 0; t < threads.length; t++) {
            int mine = t;
            threads[t] = Thread.ofPlatform().start(() -> {
                boolean all = true;
                for (int i = 0; i < 500; i++) {
                    all &= Arrays.equals(choosing.act(0.1f, 0.2f, -0.05f, 1), expected);
                }
                same[mine] = all;
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(same).containsOnly(true);
    }

    @Test
    void observationOfTheWrongLengthOrWithNoNumberIsRefused() {
        assertThatThrownBy(() -> choosing.act(1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 numbers (expected: 4");
        assertThatThrownBy(() -> choosing.act(1, 2, Float.NaN, 4)).hasMessageContaining("element 2 is NaN");
        assertThatThrownBy(() -> choosing.act(1, 2, 3, 4, 5)).hasMessageContaining("5 numbers (expected: 4");
    }

    @Test
    void observationThatIsNoChoiceIsRefused() {
        for (float none : new float[] {-1, 5, 1.5f}) {
            assertThatThrownBy(() -> tabular.act(none))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("it is %s (expected: a whole number of 0..4)", none);
        }
    }
}
