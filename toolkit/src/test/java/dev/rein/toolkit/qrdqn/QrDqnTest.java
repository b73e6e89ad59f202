package dev.rein.toolkit.qrdqn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.environment.classic.Pendulum;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.probe.Resumed;
import dev.rein.toolkit.probe.World;
import dev.rein.toolkit.training.Preset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QrDqnTest {
    private static final QrDqnHyperParameters SMALL = QrDqnHyperParameters.defaults()
            .with(Map.of(
                    "net_arch", "32,32",
                    "batch_size", "64",
                    "learning_rate", "0.003",
                    "buffer_size", "5000",
                    "target_update_interval", "100",
                    "exploration_final_eps", "0.1",
                    "n_quantiles", "8",
                    "exploration_fraction", "0.3"));

    private static Policy trained(QrDqnHyperParameters hp, int steps) {
        try (var learner = new QrDqn(hp, World.FollowTheSign::new, 5)) {
            learner.train(steps, _ -> {});
            return learner.policy();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"gamma=0.99", "double_dqn=true", "dueling=true", "n_steps=3", "prioritized=true", "n_envs=4"})
    void learnsWhatToDoFromWhatItSees(String option) {
        String[] words = option.split("=", 2);
        Policy policy = trained(SMALL.with(Map.of(words[0], words[1])), 4_000);
        assertThat(policy.act(1)[0]).isEqualTo(1);
        assertThat(policy.act(-1)[0]).isEqualTo(0);
    }

    /// A cut episode goes on: each state is worth 1 / (1 - γ), were a cut an end it would be less.
    @Test
    void cutEpisodesAreValuedAsIfTheyWentOn() {
        try (var learner = new QrDqn(SMALL.with("gamma", 0.5f), World.EndlessButCut::new, 5)) {
            learner.train(4_000, _ -> {});
            assertThat(learner.metrics().get("value_mean")).isBetween(1.95, 2.05);
        }
    }

    /// V(1) = 1 whatever the last step takes, V(0) = γ³ = 1/8, and both are seen as often.
    @Test
    void timeThatAStepTookIsDiscounted() {
        try (var learner = new QrDqn(SMALL.with("gamma", 0.5f), World.UnevenTime::new, 5)) {
            learner.train(4_000, _ -> {});
            assertThat(learner.metrics().get("value_mean")).isBetween(0.42, 0.70);
        }
    }

    /// Action 1 earns 1 and ends; action 0 is cut where only action 0 is allowed, so nothing can be hoped for there.
    @Test
    void whatIsForbiddenAfterACutIsNotHopedFor() {
        try (var learner = new QrDqn(SMALL.with("gamma", 0.5f), World.NothingAfterTheCut::new, 5)) {
            learner.train(4_000, _ -> {});
            float[] values = new float[2];
            learner.policy().network().forward(new float[1], 0, 1, values, 0);
            assertThat(values[1]).isCloseTo(1, within(0.05f));
            assertThat(values[0]).isCloseTo(0, within(0.1f));
        }
    }

    @Test
    void noiseExploresInPlaceOfRandomActions() {
        var hp = SMALL.with(Map.of("noisy", "true", "exploration_initial_eps", "0", "exploration_final_eps", "0"));
        Policy policy = trained(hp, 4_000);
        assertThat(policy.act(1)[0]).isEqualTo(1);
        assertThat(policy.act(-1)[0]).isEqualTo(0);
        assertThat(policy.network().describe()).doesNotContain("noisy");
    }

    @Test
    void maskedActionsAreNeverTaken() {
        try (var learner = new QrDqn(SMALL, World.OnlyTheLast::new, 5)) {
            learner.train(2_000, _ -> {});
        }
    }

    @Test
    void sameSeedGivesTheSamePolicyBitForBitAndAnotherSeedDoesNot() {
        float[][] parameters = new float[3][];
        for (int run = 0; run < 3; run++) {
            try (var learner = new QrDqn(
                    SMALL.with(Map.of("dueling", "true", "prioritized", "true")), CartPole::v1, run == 2 ? 6 : 5)) {
                learner.train(1_500, _ -> {});
                parameters[run] = learner.policy().network().parameters();
            }
        }
        assertThat(parameters[1]).containsExactly(parameters[0]);
        assertThat(parameters[2]).isNotEqualTo(parameters[0]);
    }

    @Test
    void savedPolicyActsTheSame(@TempDir Path folder) throws IOException {
        Policy policy = trained(SMALL.with("dueling", true), 1_000);
        policy.save(folder.resolve("policy.rein"));
        Policy read = Policy.load(folder.resolve("policy.rein"));
        for (float x = -1; x <= 1; x += 0.25f) {
            assertThat(read.act(x)).containsExactly(policy.act(x));
        }
    }

    @Test
    void numbersAsActionsAreRefused() {
        assertThatThrownBy(() -> new QrDqn(SMALL, Pendulum::v1, 1))
                .hasMessageContaining("(expected: Discrete; for a Box take SAC");
    }

    @Test
    void aRestoredRunGoesOnBitForBit(@TempDir Path folder) throws IOException {
        var hp = SMALL.with(Map.of("n_steps", "3", "prioritized", "true"));
        Resumed.goesOnBitForBit(() -> new QrDqn(hp, CartPole::v1, 5), 750, 1_500, folder);
    }

    @Test
    void everyPresetIsReadable() {
        assertThat(Preset.all(QrDqnHyperParameters.defaults()))
                .containsKeys("CartPole-v1", "Acrobot-v1", "MountainCar-v0", "LunarLander-v3");
    }

    @Test
    void everyBadHyperparameterIsNamedAtOnce() {
        assertThatThrownBy(() -> QrDqnHyperParameters.defaults()
                        .with(Map.of("gradient_steps", "0", "priority_beta", "2", "gama", "0.9")))
                .hasMessageContaining("QrDqnHyperParameters.gradient_steps: 0 (expected: at least 1, or -1")
                .hasMessageContaining("QrDqnHyperParameters.priority_beta: 2.0 (expected: 0..1)")
                .hasMessageContaining("QrDqnHyperParameters.gama: unknown");
    }
}
