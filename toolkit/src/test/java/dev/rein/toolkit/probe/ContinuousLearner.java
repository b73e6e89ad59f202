package dev.rein.toolkit.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.environment.classic.Pendulum;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.training.Algorithm;
import dev.rein.toolkit.training.Evaluation;
import dev.rein.toolkit.training.HyperParameters;
import dev.rein.toolkit.training.Preset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What holds for every algorithm that learns numbers from a replay buffer.
public abstract class ContinuousLearner<H extends Record & HyperParameters<H>> {
    private final H defaults;

    /// Learns small worlds in a second.
    protected final H small;

    /// @param noise added to actions, by name; empty where the policy has its own
    protected ContinuousLearner(H defaults, Map<String, String> noise) {
        this.defaults = defaults;
        small = defaults.with(Map.of(
                        "net_arch", "32,32",
                        "batch_size", "64",
                        "learning_rate", "0.003",
                        "buffer_size", "5000"))
                .with(noise);
    }

    protected abstract Algorithm make(H hp, Supplier<? extends Environment> maker, long seed, int threads);

    protected abstract Preset<H> preset(String environment);

    protected final Algorithm make(H hp, Supplier<? extends Environment> maker) {
        return make(hp, maker, 5, 1);
    }

    @Test
    void learnsNumbersFromWhatItSees() {
        try (var learner = make(small, World.AimAbove::new)) {
            learner.train(2_500, _ -> {});
            Policy policy = learner.policy();
            assertThat(policy.act(0.25f)[0]).isCloseTo(0.75f, within(0.15f));
            assertThat(policy.act(-0.25f)[0]).isCloseTo(0.25f, within(0.15f));
        }
    }

    @Test
    void sameSeedGivesTheSamePolicyBitForBitAndAnotherSeedDoesNot() {
        float[][] parameters = new float[3][];
        for (int run = 0; run < 3; run++) {
            try (var learner = make(small.with("n_envs", 2), Pendulum::v1, run == 2 ? 6 : 5, 1)) {
                learner.train(750, _ -> {});
                parameters[run] = learner.policy().network().parameters();
            }
        }
        assertThat(parameters[1]).containsExactly(parameters[0]);
        assertThat(parameters[2]).isNotEqualTo(parameters[0]);
    }

    @Test
    void threadsDoNotChangeThePolicy() {
        float[][] parameters = new float[3][];
        for (int threads = 1; threads <= 3; threads++) {
            try (var learner = make(small, Pendulum::v1, 5, threads)) {
                learner.train(500, _ -> {});
                parameters[threads - 1] = learner.policy().network().parameters();
            }
        }
        assertThat(parameters[1]).containsExactly(parameters[0]);
        assertThat(parameters[2]).containsExactly(parameters[0]);
    }

    @Test
    void savedPolicyActsTheSame(@TempDir Path folder) throws IOException {
        try (var learner = make(small, Pendulum::v1)) {
            learner.train(500, _ -> {});
            learner.policy().save(folder.resolve("policy.rein"));
            Policy read = Policy.load(folder.resolve("policy.rein"));
            assertThat(read.act(0.6f, 0.8f, 1)).containsExactly(learner.policy().act(0.6f, 0.8f, 1));
        }
    }

    @Test
    void discreteActionsAreRefused() {
        assertThatThrownBy(() -> make(small, CartPole::v1))
                .hasMessageContaining(
                        "(expected: a Box; for one Discrete choice take DQN or PPO, for others PPO or A2C)");
    }

    @Test
    void aBufferLargerThanMemoryIsRefusedWithTheArithmetic() {
        assertThatThrownBy(() -> make(small.with("buffer_size", 2_000_000_000), Pendulum::v1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("buffer_size: 2,000,000,000 transitions of 36 bytes")
                .hasMessageContaining("Lower buffer_size");
    }

    @Test
    void aRestoredRunGoesOnBitForBit(@TempDir Path folder) throws IOException {
        H hp = small.with("n_steps", 3);
        Resumed.goesOnBitForBit(() -> make(hp, Pendulum::v1), 750, 1_500, folder);
    }

    @Test
    void everyPresetIsReadable() {
        assertThat(Preset.all(defaults))
                .containsKeys("Pendulum-v1", "MountainCarContinuous-v0", "LunarLanderContinuous-v3");
    }

    @Test
    void everyBadHyperparameterIsNamedAtOnce() {
        String record = defaults.getClass().getSimpleName();
        assertThatThrownBy(() -> defaults.with(Map.of("gradient_steps", "0", "tau", "0", "gama", "0.9")))
                .hasMessageContaining(record + ".gradient_steps: 0 (expected: at least 1, or -1")
                .hasMessageContaining(record + ".tau: 0.0 (expected: at most 1 and > 0)")
                .hasMessageContaining(record + ".gama: unknown");
    }

    @Tag("slow")
    @Test
    void swingsThePendulumUp() {
        Preset<H> preset = preset("Pendulum-v1");
        try (var learner = make(preset.hyperParameters(), Pendulum::v1)) {
            learner.train(preset.steps(), _ -> {});
            assertThat(Evaluation.of(learner.policy(), Pendulum::v1, 100, 5).returnMean())
                    .isGreaterThan(-200);
        }
    }
}
