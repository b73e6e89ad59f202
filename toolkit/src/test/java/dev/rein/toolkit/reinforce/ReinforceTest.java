package dev.rein.toolkit.reinforce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.environment.classic.Pendulum;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.probe.Resumed;
import dev.rein.toolkit.probe.World;
import dev.rein.toolkit.training.Evaluation;
import dev.rein.toolkit.training.Preset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReinforceTest {
    private static final ReinforceHyperParameters SMALL = ReinforceHyperParameters.defaults()
            .with(Map.of("net_arch", "16", "learning_rate", "0.01", "value_learning_rate", "0.01"));

    private static Policy trained(
            ReinforceHyperParameters hp, Supplier<? extends Environment> maker, long steps, long seed) {
        try (var reinforce = new Reinforce(hp, maker, seed)) {
            reinforce.train(steps, _ -> {});
            return reinforce.policy();
        }
    }

    @Test
    void everyBaselineLearnsWhatToDoFromWhatItSees() {
        for (Baseline baseline : Baseline.values()) {
            for (boolean toGo : new boolean[] {true, false}) {
                var hp = SMALL.with(Map.of("baseline", baseline.name(), "returns_to_go", Boolean.toString(toGo)));
                Policy policy = trained(hp, World.FollowTheSign::new, 5_000, 5);
                assertThat(policy.act(1)[0]).as("%s", hp).isEqualTo(1);
                assertThat(policy.act(-1)[0]).as("%s", hp).isEqualTo(0);
            }
        }
    }

    @Test
    void asThePaperHasItItLearnsToo() {
        var hp = ReinforceHyperParameters.williams().with("learning_rate", 0.01f);
        Policy policy = trained(hp, World.FollowTheSign::new, 5_000, 5);
        assertThat(policy.act(1)[0]).isEqualTo(1);
        assertThat(policy.act(-1)[0]).isEqualTo(0);
    }

    @Test
    void learnsNumbersToo() {
        Policy policy = trained(SMALL.with("n_episodes", 64), World.AimAbove::new, 60_000, 5);
        assertThat(policy.act(0.25f)[0]).isCloseTo(0.75f, within(0.2f));
        assertThat(policy.act(-0.25f)[0]).isCloseTo(0.25f, within(0.2f));
    }

    /// Two actions and one weight each: `∂ log π(a) / ∂ bias_j = 1{a = j} − π_j`, so by a plain episode of return 1 the
    /// bias of the action taken rises and the other falls by as much.
    @Test
    void oneEpisodeMovesThePolicyAlongTheLogProbability() {
        var hp = ReinforceHyperParameters.williams().with(Map.of("net_arch", "", "learning_rate", "0.1"));
        try (var reinforce = new Reinforce(hp, AlwaysOne::new, 5)) {
            float[] before = reinforce.policy().network().parameters();
            reinforce.round(0);
            float[] after = reinforce.policy().network().parameters();
            // the observation is 1, so the weights move as the biases; Adam's first step is the rate's length
            for (int parameter = 0; parameter < 4; parameter++) {
                assertThat(Math.abs(after[parameter] - before[parameter])).isCloseTo(0.1f, within(1e-3f));
            }
            assertThat(after[2] - before[2]).isCloseTo(before[3] - after[3], within(1e-6f));
            assertThat(after[2] - before[2]).isCloseTo(after[0] - before[0], within(1e-6f));
        }
    }

    /// Whatever is done earns 1, and ends.
    private static final class AlwaysOne extends World {
        @Override
        public void reset(java.util.random.RandomGenerator newRandom, Step step) {
            super.reset(newRandom, step);
            step.observation().put(1);
        }

        @Override
        public void step(Row action, Step step) {
            step.observation().put(1);
            step.reward(1);
            step.terminate();
        }
    }

    @Test
    void returnsAreDiscountedByTheTimeStepsTook() {
        try (var reinforce = new Reinforce(SMALL.with("gamma", 0.5f), World.UnevenTime::new, 5)) {
            reinforce.train(20_000, _ -> {});
            // γ³ · 1: were time ignored, γ
            assertThat(reinforce.metrics().get("discounted_return")).isCloseTo(0.125, within(1e-6));
            assertThat(reinforce.metrics().get("value_loss")).isLessThan(1e-3);
        }
    }

    @Test
    void cutEpisodesAreValuedAsIfTheyWentOn() {
        try (var reinforce = new Reinforce(SMALL.with(Map.of("gamma", "0.9")), World.EndlessButCut::new, 5)) {
            reinforce.train(80_000, _ -> {});
            assertThat(reinforce.metrics().get("discounted_return")).isCloseTo(10, within(0.2));
        }
    }

    @Test
    void maskedActionsAreNeverTaken() {
        trained(SMALL, World.OnlyTheLast::new, 2_000, 5);
    }

    @Test
    void sameSeedGivesTheSamePolicyBitForBitAndAnotherSeedDoesNot() {
        float[] first = trained(SMALL, CartPole::v1, 3_000, 5).network().parameters();
        assertThat(trained(SMALL, CartPole::v1, 3_000, 5).network().parameters())
                .containsExactly(first);
        assertThat(trained(SMALL, CartPole::v1, 3_000, 6).network().parameters())
                .isNotEqualTo(first);
    }

    @Test
    void savedPolicyActsTheSame(@TempDir Path folder) throws IOException {
        Policy policy = trained(SMALL.with("normalize_observations", true), Pendulum::v1, 3_000, 5);
        policy.save(folder.resolve("policy.rein"));
        assertThat(Policy.load(folder.resolve("policy.rein")).act(0.6f, 0.8f, 1))
                .containsExactly(policy.act(0.6f, 0.8f, 1));
    }

    @Test
    void aRestoredRunGoesOnBitForBit(@TempDir Path folder) throws IOException {
        var hp = SMALL.with("normalize_observations", true);
        Resumed.goesOnBitForBit(() -> new Reinforce(hp, Pendulum::v1, 5), 3_000, 6_000, folder);
    }

    @Test
    void everyPresetIsReadable() {
        assertThat(Preset.all(ReinforceHyperParameters.defaults())).containsKeys("CartPole-v1");
    }

    @Test
    void everyBadHyperparameterIsNamedAtOnce() {
        assertThatThrownBy(() -> ReinforceHyperParameters.defaults()
                        .with(Map.of("n_episodes", "0", "baseline", "luck", "gama", "0.9")))
                .hasMessageContaining("ReinforceHyperParameters.n_episodes: 0 (expected: at least 1)")
                .hasMessageContaining(
                        "ReinforceHyperParameters.baseline: \"luck\" (expected: one of none, mean, value)")
                .hasMessageContaining("ReinforceHyperParameters.gama: unknown");
    }

    @Tag("slow")
    @Test
    void solvesCartPole() {
        var preset = ReinforceHyperParameters.preset("CartPole-v1");
        Policy policy = trained(preset.hyperParameters(), CartPole::v1, preset.steps(), 5);
        assertThat(Evaluation.of(policy, CartPole::v1, 100, 5).returnMean()).isGreaterThanOrEqualTo(450);
    }
}
