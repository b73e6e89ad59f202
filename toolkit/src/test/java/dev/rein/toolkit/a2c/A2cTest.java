package dev.rein.toolkit.a2c;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.probe.ManyParts;
import dev.rein.toolkit.probe.World;
import dev.rein.toolkit.training.Evaluation;
import dev.rein.toolkit.training.Preset;
import dev.rein.toolkit.training.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class A2cTest {
    private static final A2cHyperParameters SMALL =
            A2cHyperParameters.defaults().with(Map.of("net_arch", "16,16", "learning_rate", "0.005"));

    private static Policy trained(A2cHyperParameters hp, Supplier<? extends Environment> maker, long steps) {
        try (var a2c = new A2c(hp, maker, 5)) {
            a2c.train(steps, _ -> {});
            return a2c.policy();
        }
    }

    @Test
    void learnsWhatToDoFromWhatItSees() {
        Policy policy = trained(SMALL, World.FollowTheSign::new, 10_000);
        assertThat(policy.act(1)[0]).isEqualTo(1);
        assertThat(policy.act(-1)[0]).isEqualTo(0);
    }

    @Test
    void learnsNumbersToo() {
        Policy policy = trained(SMALL, World.AimAbove::new, 60_000);
        assertThat(policy.act(0.25f)[0]).isCloseTo(0.75f, within(0.2f));
        assertThat(policy.act(-0.25f)[0]).isCloseTo(0.25f, within(0.2f));
    }

    @Test
    void maskedActionsAreNeverTaken() {
        trained(SMALL, World.OnlyTheLast::new, 2_000);
    }

    @Test
    void learnsEveryPartOfAnActionFromEveryPartOfAnObservation() {
        Policy policy = trained(SMALL, ManyParts::new, 100_000);
        assertThat(Evaluation.of(policy, ManyParts::new, 200, 1).returnMean()).isGreaterThan(5.5);
    }

    @Test
    void masksHoldInEvaluationToo() {
        Policy policy = trained(SMALL, World.OnlyTheLast::new, 50);
        assertThat(Evaluation.of(policy, World.OnlyTheLast::new, 5, 1).returnMean())
                .isEqualTo(10);
    }

    @Test
    void cutEpisodesAreValuedAsIfTheyWentOn() {
        var hp = SMALL.with(Map.of("gamma", "0.9", "max_grad_norm", "10"));
        assertThat(latest(hp, World.EndlessButCut::new, 40_000).metric("value_loss"))
                .isLessThan(0.01);
    }

    @Test
    void timeThatAStepTookIsDiscounted() {
        // V(1) = 1 whatever the last step takes, V(0) = γ³: were time ignored, V(0) would be γ
        var hp = SMALL.with(Map.of("gamma", "0.5", "max_grad_norm", "10"));
        var latest = latest(hp, World.UnevenTime::new, 40_000);
        assertThat(latest.metric("value_loss")).isLessThan(1e-3);
        assertThat(latest.metric("explained_variance")).isGreaterThan(0.99);
    }

    private static Progress latest(A2cHyperParameters hp, Supplier<? extends Environment> maker, long steps) {
        List<Progress> updates = new ArrayList<>();
        try (var a2c = new A2c(hp, maker, 5)) {
            a2c.train(steps, updates::add);
        }
        return updates.getLast();
    }

    @Test
    void sameSeedGivesTheSamePolicyBitForBitAndAnotherSeedDoesNot() {
        float[][] parameters = new float[3][];
        for (int run = 0; run < 3; run++) {
            try (var a2c = new A2c(SMALL, CartPole::v1, run == 2 ? 6 : 5)) {
                a2c.train(4_000, _ -> {});
                parameters[run] = a2c.policy().network().parameters();
            }
        }
        assertThat(parameters[1]).containsExactly(parameters[0]);
        assertThat(parameters[2]).isNotEqualTo(parameters[0]);
    }

    @Test
    void savedPolicyActsTheSame(@TempDir Path folder) throws IOException {
        Policy policy = trained(SMALL.with("normalize_observations", true), CartPole::v1, 4_000);
        policy.save(folder.resolve("policy.rein"));
        Policy read = Policy.load(folder.resolve("policy.rein"));
        for (float x = -1; x < 1; x += 0.1f) {
            float[] observation = {x, -x, x / 5, 0.3f};
            assertThat(read.probabilities(observation, new boolean[0]))
                    .containsExactly(policy.probabilities(observation, new boolean[0]));
        }
    }

    @Test
    void adamAndNormalisedAdvantagesAndRewardsAreOffered() {
        Policy policy = trained(
                SMALL.with(Map.of("use_rms_prop", "false", "normalize_advantage", "true", "normalize_rewards", "true")),
                World.FollowTheSign::new,
                10_000);
        assertThat(policy.act(1)[0]).isEqualTo(1);
        assertThat(policy.act(-1)[0]).isEqualTo(0);
    }

    @Test
    void everyPresetIsReadable() {
        assertThat(Preset.all(A2cHyperParameters.stableBaselines()))
                .containsKeys("CartPole-v1", "Acrobot-v1", "MountainCar-v0", "Pendulum-v1", "LunarLander-v3");
    }

    @Test
    void everyBadHyperparameterIsNamedAtOnce() {
        assertThatThrownBy(() -> A2cHyperParameters.defaults()
                        .with(Map.of("n_steps", "0", "gama", "0.9", "rms_prop_eps", "0", "learning_rate", "fast")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("A2cHyperParameters.n_steps: 0 (expected: at least 1")
                .hasMessageContaining("A2cHyperParameters.gama: unknown")
                .hasMessageContaining("A2cHyperParameters.rms_prop_eps: 0.0 (expected: > 0 and < 1)")
                .hasMessageContaining("A2cHyperParameters.learning_rate: \"fast\"");
    }

    @Test
    void advantagesOfOneStepCannotBeNormalised() {
        assertThatThrownBy(() -> A2cHyperParameters.defaults()
                        .with(Map.of("n_envs", "1", "n_steps", "1", "normalize_advantage", "true")))
                .hasMessageContaining("A2cHyperParameters.normalize_advantage: true (expected: false");
    }

    @Tag("slow")
    @Test
    void solvesCartPole() {
        var preset = A2cHyperParameters.preset("CartPole-v1");
        Policy policy = trained(preset.hyperParameters(), CartPole::v1, preset.steps());
        assertThat(Evaluation.of(policy, CartPole::v1, 100, 5).returnMean()).isGreaterThanOrEqualTo(475);
    }
}
