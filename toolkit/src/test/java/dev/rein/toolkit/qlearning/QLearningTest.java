package dev.rein.toolkit.qlearning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.environment.registry.Environments;
import dev.rein.toolkit.policy.OnnxRuns;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.probe.Resumed;
import dev.rein.toolkit.probe.World;
import dev.rein.toolkit.training.Evaluation;
import dev.rein.toolkit.training.Preset;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QLearningTest {
    /// A choice is observed, 0 unless said otherwise.
    private abstract static class Places extends World {
        @Override
        public Space observationSpace() {
            return new Discrete(4);
        }
    }

    /// Places 0 and 1, then the end: going there takes three units of time and half a unit, and earns 0 and 1.
    private static final class TwoSteps extends Places {
        private int place;

        @Override
        public void reset(RandomGenerator newRandom, Step step) {
            super.reset(newRandom, step);
            place = 0;
        }

        @Override
        public void step(Row action, Step step) {
            step.elapsed(place == 0 ? 3 : 0.5f);
            if (place == 1) {
                step.reward(1);
                step.terminate();
            }
            step.observation().put(++place);
        }
    }

    /// Earns 1 a step for ever, cut off after ten.
    private static final class EndlessButCut extends Places {
        private int steps;

        @Override
        public void step(Row action, Step step) {
            step.observation().put(0);
            step.reward(1);
            if (++steps % 10 == 0) {
                step.truncate();
            }
        }
    }

    /// Only action 1 is allowed.
    private static final class OnlyTheLast extends Places {
        @Override
        public boolean masksActions() {
            return true;
        }

        @Override
        public void reset(RandomGenerator newRandom, Step step) {
            super.reset(newRandom, step);
            step.allow(0, false);
        }

        @Override
        public void step(Row action, Step step) {
            assertThat(action.index()).isEqualTo(1);
            step.observation().put(0);
            step.reward(1);
            step.allow(0, false);
        }
    }

    private static float[] values(QLearningHyperParameters hp, Supplier<? extends Environment> maker, long steps) {
        try (var learner = new QLearning(hp, maker, 5)) {
            learner.train(steps, _ -> {});
            return learner.policy().network().parameters();
        }
    }

    private static double played(String environment, Map<String, ?> options) {
        var preset = QLearningHyperParameters.preset(environment);
        var maker = Environments.maker(environment, options);
        try (var learner = new QLearning(preset.hyperParameters(), maker, 5)) {
            learner.train(preset.steps(), _ -> {});
            return Evaluation.of(learner.policy(), maker, 200, 5).returnMean();
        }
    }

    @Test
    void crossesTheFrozenLake() {
        assertThat(played("FrozenLake-v1", Map.of())).isGreaterThanOrEqualTo(0.7);
    }

    @Test
    void drivesTheTaxi() {
        assertThat(played("Taxi-v3", Map.of())).isGreaterThanOrEqualTo(7.5);
    }

    @Test
    void walksAlongTheEdgeOfTheCliff() {
        assertThat(played("CliffWalking-v1", Map.of())).isEqualTo(-13);
    }

    /// V(1) = 1, V(0) = γ³: were time ignored, V(0) would be γ.
    @Test
    void timeThatAStepTookIsDiscounted() {
        float[] values = values(QLearningHyperParameters.defaults().with("gamma", 0.5f), TwoSteps::new, 10_000);
        assertThat(values[0]).isCloseTo(0.125f, within(1e-3f));
        assertThat(values[1]).isCloseTo(0.125f, within(1e-3f));
        assertThat(values[2]).isCloseTo(1, within(1e-3f));
    }

    /// 1 / (1 − γ), whatever is cut.
    @Test
    void cutEpisodesAreValuedAsIfTheyWentOn() {
        float[] values = values(QLearningHyperParameters.defaults().with("gamma", 0.9f), EndlessButCut::new, 10_000);
        assertThat(values[0]).isCloseTo(10, within(0.01f));
    }

    @Test
    void oneStepIsTheClosedForm() {
        var hp = QLearningHyperParameters.defaults()
                .with(Map.of("learning_rate", "0.5", "gamma", "0.9", "initial_value", "2"));
        float[] values = values(hp, OnlyTheLast::new, 1);
        double expected = 2;
        for (int step = 0; step < 250; step++) {
            expected += 0.5 * (1 + 0.9 * expected - expected);
        }
        assertThat(values[1]).isCloseTo((float) expected, within(1e-3f));
        assertThat(values[0]).isEqualTo(2); // masked: never tried, and never hoped for
    }

    @Test
    void optimismHasEverythingTried() {
        var hp = QLearningHyperParameters.defaults()
                .with(Map.of(
                        "initial_value",
                        "5",
                        "exploration_initial_eps",
                        "0",
                        "exploration_final_eps",
                        "0",
                        "gamma",
                        "0"));
        float[] values = values(hp, Environments.maker("FrozenLake-v1", Map.of("is_slippery", false)), 5_000);
        for (int action = 0; action < 4; action++) {
            assertThat(values[action]).isLessThan(5);
        }
    }

    @Test
    void sameSeedGivesTheSamePolicyBitForBitAndAnotherSeedDoesNot() {
        float[][] values = new float[3][];
        for (int run = 0; run < 3; run++) {
            var hp = QLearningHyperParameters.defaults().with("n_envs", 3);
            try (var learner = new QLearning(hp, Environments.maker("Taxi-v3"), run == 2 ? 6 : 5)) {
                learner.train(5_000, _ -> {});
                values[run] = learner.policy().network().parameters();
            }
        }
        assertThat(values[1]).containsExactly(values[0]);
        assertThat(values[2]).isNotEqualTo(values[0]);
    }

    @Test
    void aRestoredRunGoesOnBitForBit(@TempDir Path folder) throws Exception {
        var hp = QLearningHyperParameters.defaults().with("n_envs", 2);
        Resumed.goesOnBitForBit(() -> new QLearning(hp, Environments.maker("Taxi-v3"), 5), 3_000, 6_000, folder);
    }

    @Test
    void savedAndExportedPoliciesActTheSame(@TempDir Path folder) throws Exception {
        for (String environment : new String[] {"Taxi-v3", "Blackjack-v1"}) {
            try (var learner = new QLearning(QLearningHyperParameters.defaults(), Environments.maker(environment), 5)) {
                learner.train(20_000, _ -> {});
                Policy policy = learner.policy();
                policy.save(folder.resolve("policy.rein"));
                policy.exportOnnx(folder.resolve("policy.onnx"));
                Policy read = Policy.load(folder.resolve("policy.rein"));
                assertThat(read.network().parameters())
                        .containsExactly(policy.network().parameters());
                float[] observations = observations(environment);
                int rows = observations.length / policy.observationSpace().size();
                float[] expected = new float[rows];
                policy.act(observations, rows, expected);
                float[] again = new float[rows];
                read.act(observations, rows, again);
                assertThat(again).containsExactly(expected);
                long[] exported = OnnxRuns.choices(folder.resolve("policy.onnx"), rows, observations);
                for (int row = 0; row < rows; row++) {
                    assertThat(exported[row]).isEqualTo((long) expected[row]);
                }
            }
        }
    }

    /// Every state there is.
    private static float[] observations(String environment) {
        if (environment.equals("Taxi-v3")) {
            float[] all = new float[500];
            for (int i = 0; i < all.length; i++) {
                all[i] = i;
            }
            return all;
        }
        float[] all = new float[32 * 11 * 2 * 3];
        for (int i = 0; i < all.length / 3; i++) {
            all[3 * i] = Math.floorDiv(i, 22);
            all[3 * i + 1] = i / 2 % 11;
            all[3 * i + 2] = i % 2;
        }
        return all;
    }

    @Test
    void numbersToObserveOrToActWithAreRefused() {
        var hp = QLearningHyperParameters.defaults();
        assertThatThrownBy(() -> new QLearning(hp, CartPole::v1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(expected: choices, Discrete or MultiDiscrete; for numbers take DQN or PPO");
        assertThatThrownBy(() -> new QLearning(hp, World.AimAbove::new, 1))
                .hasMessageContaining(
                        "(expected: Discrete, as a table has a number for each choice; for others take PPO)");
    }

    @Test
    void aTableLargerThanMemoryIsRefusedWithTheArithmetic() {
        Supplier<Environment> wide = () -> new Places() {
            @Override
            public Space observationSpace() {
                return new Discrete(1 << 24);
            }

            @Override
            public Space actionSpace() {
                return new Discrete(100);
            }

            @Override
            public void step(Row action, Step step) {}
        };
        assertThatThrownBy(() -> new QLearning(QLearningHyperParameters.defaults(), wide, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("table: 16,777,216 states × 100 actions")
                .hasMessageContaining("-Xmx");
    }

    @Test
    void everyPresetIsReadable() {
        assertThat(Preset.all(QLearningHyperParameters.defaults()))
                .containsKeys("FrozenLake-v1", "FrozenLake8x8-v1", "Taxi-v3", "CliffWalking-v1", "Blackjack-v1");
    }

    @Test
    void everyBadHyperparameterIsNamedAtOnce() {
        assertThatThrownBy(() -> QLearningHyperParameters.defaults()
                        .with(Map.of("gamma", "2", "initial_value", "Infinity", "epsilon", "0.1")))
                .hasMessageContaining("QLearningHyperParameters.gamma: 2.0 (expected: 0..1)")
                .hasMessageContaining("QLearningHyperParameters.initial_value: Infinity (expected: a finite number)")
                .hasMessageContaining("QLearningHyperParameters.epsilon: unknown");
    }
}
