package dev.rein.toolkit.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.ddpg.Ddpg;
import dev.rein.toolkit.ddpg.DdpgHyperParameters;
import dev.rein.toolkit.dqn.Dqn;
import dev.rein.toolkit.dqn.DqnHyperParameters;
import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.environment.classic.MountainCar;
import dev.rein.toolkit.nn.Normalizer;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.probe.Resumed;
import dev.rein.toolkit.qrdqn.QrDqn;
import dev.rein.toolkit.qrdqn.QrDqnHyperParameters;
import dev.rein.toolkit.sac.Sac;
import dev.rein.toolkit.sac.SacHyperParameters;
import dev.rein.toolkit.td3.Td3;
import dev.rein.toolkit.td3.Td3HyperParameters;
import dev.rein.toolkit.tqc.Tqc;
import dev.rein.toolkit.tqc.TqcHyperParameters;
import dev.rein.toolkit.training.Algorithm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Algorithms that replay what they saw, in a world whose observations no network could tell apart as they are.
class NormalizedReplayTest {
    @TempDir
    private Path folder = Path.of("");

    private static Algorithm made(String name) {
        var small = Map.of(
                "net_arch", "16",
                "gamma", "0.5",
                "n_envs", "2",
                "learning_rate", "0.01",
                "batch_size", "32",
                "buffer_size", "2000",
                "normalize_observations", "true");
        Supplier<Environment> choices = () -> new FarAway(new Discrete(2));
        Supplier<Environment> numbers = () -> new FarAway(Box.of(-1, 1, 1));
        var slowly = Map.of("target_update_interval", "50");
        return switch (name) {
            case "dqn" -> new Dqn(DqnHyperParameters.defaults().with(small).with(slowly), choices, 4);
            case "qrdqn" ->
                new QrDqn(
                        QrDqnHyperParameters.defaults().with(small).with(slowly).with("n_quantiles", 5), choices, 4);
            case "sac" -> new Sac(SacHyperParameters.defaults().with(small), numbers, 4);
            case "td3" -> new Td3(Td3HyperParameters.defaults().with(small).with("action_noise_std", 0.3), numbers, 4);
            case "ddpg" ->
                new Ddpg(DdpgHyperParameters.defaults().with(small).with("action_noise_std", 0.3), numbers, 4);
            default -> new Tqc(TqcHyperParameters.defaults().with(small).with("n_quantiles", 5), numbers, 4);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"dqn", "qrdqn", "sac", "td3", "ddpg", "tqc"})
    void whatIsFarFromZeroIsLearnedAndTheSavedPolicyKnowsHowFar(String name) throws IOException {
        Path saved = folder.resolve("policy");
        try (var algorithm = made(name)) {
            algorithm.train(4_000, _ -> {});
            algorithm.policy().save(saved);
            Policy read = Policy.load(saved);
            for (float observed : new float[] {FarAway.LOW, FarAway.HIGH}) {
                float[] action = read.act(observed);
                assertThat(action).isEqualTo(algorithm.policy().act(observed));
                assertThat(FarAway.reward(observed, action[0]))
                        .as("at %s", observed)
                        .isPositive();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dqn", "qrdqn", "sac", "td3", "ddpg", "tqc"})
    void aResumedRunGoesOnBitForBit(String name) throws IOException {
        Resumed.goesOnBitForBit(() -> made(name), 500, 1_000, folder);
    }

    @Test
    void whatIsDrawnIsNormalisedByWhatIsKnownThenAndTheBufferKeepsWhatWasObserved() {
        try (var environments = VectorEnvironment.of(() -> new FarAway(new Discrete(2)), 3, 1)) {
            environments.reset();
            var buffer = new ReplayBuffer(environments.observationSpace(), 1, 0, 1_000);
            var normalizer = new Normalizer(1);
            var experience = new Experience(environments, buffer, 0.5f, 1, normalizer);
            for (int i = 0; i < 100; i++) {
                experience.step(new float[3], new float[3]);
            }
            Batch kept = buffer.batch(32);
            Batch drawn = buffer.batch(32);
            buffer.sample(new java.util.Random(7), 0, kept);
            experience.sample(new java.util.Random(7), 0, drawn);
            assertThat(kept.observation()).containsAnyOf(FarAway.LOW, FarAway.HIGH);
            normalizer.apply(kept.observation(), 0, 32);
            normalizer.apply(kept.next(), 0, 32);
            assertThat(drawn.observation()).isEqualTo(kept.observation()).doesNotContain(FarAway.LOW, FarAway.HIGH);
            assertThat(drawn.next()).isEqualTo(kept.next());
            assertThat(Math.abs(drawn.observation()[0])).isBetween(0.8f, 1.2f);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dqn", "qrdqn"})
    void aBoxCanBeBroughtFromItsBoundsToOneAndTheSavedPolicyDoesSo(String name) throws IOException {
        var rescaled = Map.of("rescale_observations", "true", "learning_starts", "50", "buffer_size", "2000");
        try (var algorithm = name.equals("dqn")
                ? new Dqn(DqnHyperParameters.defaults().with(rescaled), MountainCar::v0, 4)
                : new QrDqn(QrDqnHyperParameters.defaults().with(rescaled), MountainCar::v0, 4)) {
            algorithm.train(500, _ -> {});
            Policy policy = algorithm.policy();
            policy.save(folder.resolve("policy"));
            Policy read = Policy.load(folder.resolve("policy"));
            var values = new float[3];
            for (int i = 0; i <= 20; i++) {
                float place = i / 10f - 1;
                float speed = (i * 7 % 21) / 10f - 1;
                policy.network().forward(new float[] {place, speed}, 0, 1, values, 0);
                float best = Math.max(values[0], Math.max(values[1], values[2]));
                int taken = (int) read.act(-0.3f + 0.9f * place, 0.07f * speed)[0];
                assertThat(values[taken]).as("at %s, %s", place, speed).isCloseTo(best, within(1e-5f));
            }
        }
    }

    @Test
    void boundsThatAreNotThereAndTwoWaysAtOnceAreRefused() {
        var hp = DqnHyperParameters.defaults();
        assertThatThrownBy(() -> new Dqn(hp.with("rescale_observations", true), CartPole::v1, 1))
                .hasMessageContaining("rescale_observations: true, where observations are Box")
                .hasMessageContaining("normalize_observations=true goes by what is seen");
        assertThatThrownBy(() -> hp.with(Map.of("rescale_observations", "true", "normalize_observations", "true")))
                .hasMessageContaining("rescale_observations: true (expected: one of it and normalize_observations)");
    }

    /// Shows one of two numbers that differ by a hundredth of their size; the upper action is right at the upper one.
    private static final class FarAway implements Environment {
        static final float LOW = 4_980;
        static final float HIGH = 5_020;

        private final Space actions;
        private RandomGenerator random = RandomGenerator.getDefault();
        private float shown;

        FarAway(Space actions) {
            this.actions = actions;
        }

        static float reward(float shown, float action) {
            return (shown == HIGH) == (action > 0.2f) ? 1 : 0;
        }

        @Override
        public Space observationSpace() {
            return Box.of(0, 10_000, 1);
        }

        @Override
        public Space actionSpace() {
            return actions;
        }

        @Override
        public void reset(RandomGenerator newRandom, Step step) {
            random = newRandom;
            look(step);
        }

        @Override
        public void step(Row action, Step step) {
            step.reward(reward(shown, action.get(0)));
            look(step);
            step.terminate();
        }

        private void look(Step step) {
            shown = random.nextBoolean() ? HIGH : LOW;
            step.observation().put(shown);
        }
    }
}
