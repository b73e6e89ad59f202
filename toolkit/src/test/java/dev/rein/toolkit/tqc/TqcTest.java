package dev.rein.toolkit.tqc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.environment.classic.Pendulum;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.probe.World;
import dev.rein.toolkit.training.Evaluation;
import dev.rein.toolkit.training.Preset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TqcTest {
    private static final TqcHyperParameters SMALL = TqcHyperParameters.defaults()
            .with(Map.of(
                    "net_arch", "32,32",
                    "batch_size", "64",
                    "learning_rate", "0.003",
                    "buffer_size", "5000"));

    @Test
    void learnsNumbersFromWhatItSees() {
        try (var learner = new Tqc(SMALL, World.AimAbove::new, 5)) {
            learner.train(2_500, _ -> {});
            Policy policy = learner.policy();
            assertThat(policy.act(0.25f)[0]).isCloseTo(0.75f, within(0.15f));
            assertThat(policy.act(-0.25f)[0]).isCloseTo(0.25f, within(0.15f));
            assertThat(learner.metrics().get("ent_coef")).isLessThan(1);
        }
    }

    @Test
    void aFixedTemperatureStays() {
        try (var learner =
                new Tqc(SMALL.with(Map.of("auto_entropy", "false", "ent_coef", "0.2")), World.AimAbove::new, 5)) {
            learner.train(500, _ -> {});
            assertThat(learner.metrics().get("ent_coef")).isCloseTo(0.2, within(1e-6));
        }
    }

    @Test
    void sameSeedGivesTheSamePolicyBitForBitAndAnotherSeedDoesNot() {
        float[][] parameters = new float[3][];
        for (int run = 0; run < 3; run++) {
            try (var learner = new Tqc(SMALL.with("n_envs", 2), Pendulum::v1, run == 2 ? 6 : 5)) {
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
            try (var learner = new Tqc(SMALL.with("batch_size", 64), Pendulum::v1, 5, threads)) {
                learner.train(500, _ -> {});
                parameters[threads - 1] = learner.policy().network().parameters();
            }
        }
        assertThat(parameters[1]).containsExactly(parameters[0]);
        assertThat(parameters[2]).containsExactly(parameters[0]);
    }

    @Test
    void savedPolicyActsTheSame(@TempDir Path folder) throws IOException {
        try (var learner = new Tqc(SMALL, Pendulum::v1, 5)) {
            learner.train(500, _ -> {});
            learner.policy().save(folder.resolve("policy.rein"));
            Policy read = Policy.load(folder.resolve("policy.rein"));
            assertThat(read.act(0.6f, 0.8f, 1)).containsExactly(learner.policy().act(0.6f, 0.8f, 1));
        }
    }

    @Test
    void discreteActionsAreRefused() {
        assertThatThrownBy(() -> new Tqc(SMALL, CartPole::v1, 1))
                .hasMessageContaining(
                        "(expected: a Box; for one Discrete choice take DQN or PPO, for others PPO or A2C)");
    }

    @Test
    void aBufferLargerThanMemoryIsRefusedWithTheArithmetic() {
        assertThatThrownBy(() -> new Tqc(SMALL.with("buffer_size", 2_000_000_000), Pendulum::v1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("buffer_size: 2,000,000,000 transitions of 36 bytes")
                .hasMessageContaining("Lower buffer_size");
    }

    @Test
    void aRestoredRunGoesOnBitForBit(@TempDir Path folder) throws IOException {
        var hp = SMALL.with("n_steps", 3);
        try (var whole = new Tqc(hp, Pendulum::v1, 5);
                var resumed = new Tqc(hp, Pendulum::v1, 5)) {
            whole.train(750, _ -> {});
            whole.save(folder.resolve("checkpoint"));
            resumed.restore(folder.resolve("checkpoint"));
            assertThat(resumed.steps()).isEqualTo(whole.steps());
            whole.train(1_500, _ -> {});
            resumed.train(1_500, _ -> {});
            assertThat(resumed.policy().network().parameters())
                    .containsExactly(whole.policy().network().parameters());
            assertThat(resumed.statistics().returnMean())
                    .isEqualTo(whole.statistics().returnMean());
        }
    }

    @Test
    void everyPresetIsReadable() {
        assertThat(Preset.all(TqcHyperParameters.defaults()))
                .containsKeys("Pendulum-v1", "MountainCarContinuous-v0", "LunarLanderContinuous-v3");
    }

    @Test
    void everyBadHyperparameterIsNamedAtOnce() {
        assertThatThrownBy(() ->
                        TqcHyperParameters.defaults().with(Map.of("gradient_steps", "0", "tau", "0", "gama", "0.9")))
                .hasMessageContaining("TqcHyperParameters.gradient_steps: 0 (expected: at least 1, or -1")
                .hasMessageContaining("TqcHyperParameters.tau: 0.0 (expected: at most 1 and > 0)")
                .hasMessageContaining("TqcHyperParameters.gama: unknown");
    }

    @Tag("slow")
    @Test
    void swingsThePendulumUp() {
        var preset = TqcHyperParameters.preset("Pendulum-v1");
        try (var learner = new Tqc(preset.hyperParameters(), Pendulum::v1, 5)) {
            learner.train(preset.steps(), _ -> {});
            assertThat(Evaluation.of(learner.policy(), Pendulum::v1, 100, 5).returnMean())
                    .isGreaterThan(-200);
        }
    }
}
