package dev.rein.toolkit.ars;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.EnvironmentException;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
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
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArsTest {
    private static final ArsHyperParameters HIDDEN = ArsHyperParameters.defaults()
            .with(Map.of("net_arch", "8", "zero_policy", "false", "normalize_observations", "true", "n_top", "3"));

    /// One step that earns `3 · action`: the return is linear in the parameters of a linear policy.
    private static final class Pays extends World {
        @Override
        public Space actionSpace() {
            return Box.of(-10, 10, 1);
        }

        @Override
        public void reset(RandomGenerator newRandom, Step step) {
            super.reset(newRandom, step);
            step.observation().put(1);
        }

        @Override
        public void step(Row action, Step step) {
            step.observation().put(1);
            step.reward(3 * action.get(0));
            step.terminate();
        }
    }

    /// Pays what the episode was dealt, whatever is done.
    private static final class Deals extends World {
        private float dealt;

        @Override
        public void reset(RandomGenerator newRandom, Step step) {
            super.reset(newRandom, step);
            dealt = newRandom.nextFloat();
            step.observation().put(1);
        }

        @Override
        public void step(Row action, Step step) {
            step.observation().put(1);
            step.reward(dealt);
            step.terminate();
        }
    }

    @Test
    void candidatesOfAnUpdateMeetTheSameEpisodesAndThoseOfTheNextOthers() {
        try (var ars = new Ars(ArsHyperParameters.defaults().with("n_eval_episodes", 3), Deals::new, 5)) {
            ars.round(0);
            var first = ars.metrics().get("best_return");
            assertThat(ars.metrics().get("return_std")).isZero();
            ars.round(0);
            assertThat(ars.metrics().get("return_std")).isZero();
            assertThat(ars.metrics().get("best_return")).isNotEqualTo(first);
        }
    }

    /// With one weight w, forth and back earn 3(w ± ν δ): they differ by 6 ν δ and deviate by 6 ν |δ| / √2, so the step
    /// is α · √2 · |δ|, whatever ν is.
    @Test
    void aStepIsTheClosedFormOfALinearReturn() {
        var hp = ArsHyperParameters.defaults()
                .with(Map.of("n_delta", "1", "n_top", "1", "learning_rate", "0.1", "delta_std", "0.05"));
        try (var ars = new Ars(hp, Pays::new, 5)) {
            ars.train(1, _ -> {});
            double drawn = (float) new EpisodeRandom(5, -1, 0).nextGaussian();
            assertThat((double) ars.policy().network().parameters()[0])
                    .isCloseTo(0.1 * Math.sqrt(2) * Math.abs(drawn), within(1e-4));
            assertThat(ars.steps()).isEqualTo(2);
        }
    }

    @Test
    void theLinearPolicyIsAMatrixWithoutBiases() {
        try (var ars = new Ars(ArsHyperParameters.defaults(), CartPole::v1, 5)) {
            ars.train(2_000, _ -> {});
            float[] parameters = ars.policy().network().parameters();
            assertThat(parameters[0]).isNotZero();
            assertThat(parameters[8]).isZero();
            assertThat(parameters[9]).isZero();
        }
    }

    @Test
    void balancesThePole() {
        var preset = ArsHyperParameters.preset("CartPole-v1");
        try (var ars = new Ars(preset.hyperParameters(), CartPole::v1, 1)) {
            ars.train(preset.steps(), _ -> {});
            assertThat(Evaluation.of(ars.policy(), CartPole::v1, 20, 5).returnMean())
                    .isGreaterThan(400);
        }
    }

    @Test
    void learnsNumbersWithHiddenLayers() {
        try (var ars = new Ars(HIDDEN.with("n_eval_episodes", 20), World.AimAbove::new, 5)) {
            ars.train(100_000, _ -> {});
            assertThat(ars.policy().act(0.25f)[0]).isCloseTo(0.75f, within(0.3f));
            assertThat(ars.policy().act(-0.25f)[0]).isCloseTo(0.25f, within(0.3f));
        }
    }

    @Test
    void anyNumberOfThreadsGivesTheSamePolicyBitForBit() {
        float[][] parameters = new float[3][];
        double[] returns = new double[3];
        int[] threads = {1, 2, 7};
        for (int run = 0; run < 3; run++) {
            try (var ars = new Ars(HIDDEN, Pendulum::v1, 5, threads[run])) {
                ars.train(10_000, _ -> {});
                parameters[run] = ars.policy().network().parameters();
                returns[run] = ars.statistics().returnMean();
            }
        }
        assertThat(parameters[1]).containsExactly(parameters[0]);
        assertThat(parameters[2]).containsExactly(parameters[0]);
        assertThat(returns).containsOnly(returns[0]);
    }

    @Test
    void anotherSeedGivesAnotherPolicy() {
        float[][] parameters = new float[2][];
        for (int run = 0; run < 2; run++) {
            try (var ars = new Ars(HIDDEN, Pendulum::v1, 5 + run)) {
                ars.train(1, _ -> {});
                parameters[run] = ars.policy().network().parameters();
            }
        }
        assertThat(parameters[1]).isNotEqualTo(parameters[0]);
    }

    @Test
    void maskedActionsAreNeverTaken() {
        try (var ars = new Ars(ArsHyperParameters.defaults(), World.OnlyTheLast::new, 5)) {
            ars.train(500, _ -> {});
        }
    }

    /// Staying alive earns 1 a step here whatever is done, and costs as much with the offset.
    @Test
    void theOffsetTakesTheBonusForStayingAliveAway() {
        var hp = ArsHyperParameters.defaults().with("alive_bonus_offset", -1);
        try (var ars = new Ars(hp, World.EndlessButCut::new, 5)) {
            ars.train(100, _ -> {});
            assertThat(ars.metrics().get("best_return")).isZero();
            assertThat(ars.statistics().returnMean()).isEqualTo(10);
        }
    }

    @Test
    void aRestoredRunGoesOnBitForBit(@TempDir Path folder) throws IOException {
        Resumed.goesOnBitForBit(() -> new Ars(HIDDEN, Pendulum::v1, 5), 5_000, 12_000, folder);
    }

    @Test
    void savedPolicyActsTheSame(@TempDir Path folder) throws IOException {
        for (var hp : new ArsHyperParameters[] {ArsHyperParameters.defaults(), HIDDEN}) {
            try (var ars = new Ars(hp, Pendulum::v1, 5)) {
                ars.train(5_000, _ -> {});
                ars.policy().save(folder.resolve("policy.rein"));
                Policy read = Policy.load(folder.resolve("policy.rein"));
                float[] best = ars.policy().act(0.6f, 0.8f, 1);
                assertThat(read.act(0.6f, 0.8f, 1)).containsExactly(best);
                assertThat(read.act(new float[] {0.6f, 0.8f, 1}, new boolean[0], new EpisodeRandom(1, 2, 3)))
                        .containsExactly(best);
            }
        }
    }

    @Test
    void aFailureOfACandidateEndsTheRound() {
        for (int threads : new int[] {1, 2}) {
            try (var ars = new Ars(
                    ArsHyperParameters.defaults(),
                    () -> new World.EndlessButCut() {
                        @Override
                        public void step(Row action, Step step) {
                            throw new IllegalStateException("out of fuel");
                        }
                    },
                    5,
                    threads)) {
                assertThatThrownBy(() -> ars.train(10, _ -> {}))
                        .isInstanceOf(EnvironmentException.class)
                        .hasMessageContaining("out of fuel");
            }
        }
    }

    @Test
    void everyPresetIsReadable() {
        assertThat(Preset.all(ArsHyperParameters.defaults()))
                .containsKeys("CartPole-v1", "Acrobot-v1", "MountainCar-v0", "Pendulum-v1", "LunarLander-v3");
    }

    @Test
    void everyBadHyperparameterIsNamedAtOnce() {
        assertThatThrownBy(() -> ArsHyperParameters.defaults()
                        .with(Map.of("n_delta", "2", "n_top", "3", "net_arch", "8", "delta_std", "0")))
                .hasMessageContaining("ArsHyperParameters.n_top: 3 (expected: at most n_delta, 2)")
                .hasMessageContaining("ArsHyperParameters.zero_policy: true (expected: false with hidden layers")
                .hasMessageContaining("ArsHyperParameters.delta_std: 0.0 (expected: > 0)");
    }

    @Test
    void noThreadsAreRefused() {
        assertThatThrownBy(() -> new Ars(ArsHyperParameters.defaults(), CartPole::v1, 1, 0))
                .hasMessage("threads: 0 (expected: at least 1)");
    }
}
