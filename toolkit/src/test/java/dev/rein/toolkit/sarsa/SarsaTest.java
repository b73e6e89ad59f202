package dev.rein.toolkit.sarsa;

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
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.probe.Resumed;
import dev.rein.toolkit.probe.World;
import dev.rein.toolkit.training.Evaluation;
import dev.rein.toolkit.training.Preset;
import java.nio.file.Path;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SarsaTest {
    /// Places 0, 1 and 2 in a row; each step goes on, and the last earns 1 and ends. One action.
    private static final class Corridor extends World {
        private int place;

        @Override
        public Space observationSpace() {
            return new Discrete(4);
        }

        @Override
        public Space actionSpace() {
            return new Discrete(1);
        }

        @Override
        public void reset(RandomGenerator newRandom, Step step) {
            super.reset(newRandom, step);
            place = 0;
        }

        @Override
        public void step(Row action, Step step) {
            step.observation().put(++place);
            if (place == 3) {
                step.reward(1);
                step.terminate();
            }
        }
    }

    /// Stays at place 0 for two steps, then earns 1 and ends: place 0 is met again before it is forgotten.
    private static final class Stays extends World {
        private int steps;

        @Override
        public Space observationSpace() {
            return new Discrete(1);
        }

        @Override
        public Space actionSpace() {
            return new Discrete(1);
        }

        @Override
        public void reset(RandomGenerator newRandom, Step step) {
            super.reset(newRandom, step);
            steps = 0;
        }

        @Override
        public void step(Row action, Step step) {
            step.observation().put(0);
            if (++steps == 2) {
                step.reward(1);
                step.terminate();
            }
        }
    }

    private static double played(String environment) {
        var preset = SarsaHyperParameters.preset(environment);
        var maker = Environments.maker(environment);
        try (var sarsa = new Sarsa(preset.hyperParameters(), maker, 5)) {
            sarsa.train(preset.steps(), _ -> {});
            return Evaluation.of(sarsa.policy(), maker, 200, 5).returnMean();
        }
    }

    @Test
    void crossesTheFrozenLake() {
        assertThat(played("FrozenLake-v1")).isGreaterThanOrEqualTo(0.7);
    }

    @Test
    void drivesTheTaxi() {
        assertThat(played("Taxi-v3")).isGreaterThanOrEqualTo(7.5);
    }

    /// Example 6.6: a tenth of its actions are random, so it learns to walk where one of them is no fall.
    @Test
    void keepsAwayFromTheEdgeOfTheCliff() {
        var preset = SarsaHyperParameters.preset("CliffWalking-v1");
        var maker = Environments.maker("CliffWalking-v1");
        try (var sarsa = new Sarsa(preset.hyperParameters(), maker, 5)) {
            sarsa.train(preset.steps(), _ -> {});
            Policy policy = sarsa.policy();
            assertThat(Evaluation.of(policy, maker, 1, 5).returnMean()).isBetween(-17.0, -15.0);
            int start = 36;
            int up = 0;
            assertThat(policy.act(start)[0]).isEqualTo(up);
            assertThat(policy.act(start - 12)[0])
                    .as("above the start, at the edge")
                    .isEqualTo(up);
        }
    }

    /// After one episode the last step's error of 1 has gone back γλ a step: α, α γλ, α (γλ)².
    @Test
    void creditFadesByGammaAndLambda() {
        var hp = SarsaHyperParameters.defaults().with(Map.of("learning_rate", "0.5", "gamma", "0.9", "lambda", "0.5"));
        float[] expected = new float[4];
        float[] trace = new float[4];
        for (int step = 0, place = 0; step < 250; step++) {
            float next = place == 2 ? 0 : 0.9f * expected[place + 1];
            float error = (place == 2 ? 1 : 0) + next - expected[place];
            trace[place] = 1;
            for (int i = 0; i < 4; i++) {
                expected[i] += 0.5f * error * trace[i];
                trace[i] *= 0.45f;
            }
            place = (place + 1) % 3;
            if (place == 0) {
                trace = new float[4];
            }
        }
        assertThat(values(hp, new Corridor())).containsExactly(expected, within(1e-5f));
    }

    /// Met twice in an episode, with λ = γ = 1: replacing traces give it credit 1 at the second, accumulating ones 2.
    @Test
    void tracesReplaceOrAccumulate() {
        var once = Map.of("learning_rate", "0.25", "gamma", "1", "lambda", "1");
        float replacing = 0;
        float accumulating = 0;
        for (int episode = 0; episode < 125; episode++) {
            // the first step's error is Q − Q = 0
            replacing += 0.25f * (1 - replacing);
            accumulating += 0.25f * 2 * (1 - accumulating);
        }
        var hp = SarsaHyperParameters.defaults().with(once);
        assertThat(values(hp, new Stays())[0]).isCloseTo(replacing, within(1e-5f));
        assertThat(values(hp.with("traces", Traces.ACCUMULATING), new Stays())[0])
                .isCloseTo(accumulating, within(1e-5f));
        assertThat(values(hp.with("learning_rate", "0.001"), new Stays())[0]).isCloseTo(0.1176f, within(1e-3f));
        assertThat(values(hp.with(Map.of("learning_rate", "0.001", "traces", "accumulating")), new Stays())[0])
                .isCloseTo(0.2214f, within(1e-3f));
    }

    private static float[] values(SarsaHyperParameters hp, Environment environment) {
        try (var sarsa = new Sarsa(hp, () -> environment, 5)) {
            sarsa.train(1, _ -> {});
            return sarsa.policy().network().parameters();
        }
    }

    @Test
    void sameSeedGivesTheSamePolicyBitForBitAndAnotherSeedDoesNot() {
        float[][] values = new float[3][];
        for (int run = 0; run < 3; run++) {
            try (var sarsa =
                    new Sarsa(SarsaHyperParameters.defaults(), Environments.maker("Taxi-v3"), run == 2 ? 6 : 5)) {
                sarsa.train(5_000, _ -> {});
                values[run] = sarsa.policy().network().parameters();
            }
        }
        assertThat(values[1]).containsExactly(values[0]);
        assertThat(values[2]).isNotEqualTo(values[0]);
    }

    @Test
    void aRestoredRunGoesOnBitForBitInTheMiddleOfAnEpisode(@TempDir Path folder) throws Exception {
        var hp = SarsaHyperParameters.defaults();
        Resumed.goesOnBitForBit(() -> new Sarsa(hp, Environments.maker("Taxi-v3"), 5), 750, 4_000, folder);
    }

    @Test
    void savedPolicyActsTheSame(@TempDir Path folder) throws Exception {
        try (var sarsa = new Sarsa(SarsaHyperParameters.defaults(), Environments.maker("FrozenLake-v1"), 5)) {
            sarsa.train(5_000, _ -> {});
            sarsa.policy().save(folder.resolve("policy.rein"));
            assertThat(Policy.load(folder.resolve("policy.rein")).network().parameters())
                    .containsExactly(sarsa.policy().network().parameters());
        }
    }

    @Test
    void numbersToObserveAreRefused() {
        assertThatThrownBy(() -> new Sarsa(SarsaHyperParameters.defaults(), CartPole::v1, 1))
                .hasMessageContaining("(expected: choices, Discrete or MultiDiscrete");
    }

    @Test
    void everyPresetIsReadable() {
        assertThat(Preset.all(SarsaHyperParameters.defaults()))
                .containsKeys("FrozenLake-v1", "Taxi-v3", "CliffWalking-v1");
    }

    @Test
    void everyBadHyperparameterIsNamedAtOnce() {
        assertThatThrownBy(() ->
                        SarsaHyperParameters.defaults().with(Map.of("lambda", "1.5", "traces", "dutch", "n", "1")))
                .hasMessageContaining("SarsaHyperParameters.lambda: 1.5 (expected: 0..1)")
                .hasMessageContaining(
                        "SarsaHyperParameters.traces: \"dutch\" (expected: one of accumulating, replacing)")
                .hasMessageContaining("SarsaHyperParameters.n: unknown");
    }
}
