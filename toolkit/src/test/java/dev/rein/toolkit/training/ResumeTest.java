package dev.rein.toolkit.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rein.toolkit.a2c.A2c;
import dev.rein.toolkit.a2c.A2cHyperParameters;
import dev.rein.toolkit.ars.Ars;
import dev.rein.toolkit.ars.ArsHyperParameters;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.MultiDiscrete;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.ppo.PpoHyperParameters;
import dev.rein.toolkit.probe.ManyParts;
import dev.rein.toolkit.probe.Resumed;
import dev.rein.toolkit.reinforce.Reinforce;
import dev.rein.toolkit.reinforce.ReinforceHyperParameters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A run that is resumed in the middle of episodes whose actions have parts and masks.
class ResumeTest {
    private static final long BEFORE = 600;
    private static final long AFTER = 1_500;

    @TempDir
    private Path folder = Path.of("");

    private static Algorithm made(String name, Supplier<? extends Environment> maker) {
        var small = Map.of("net_arch", "8", "gamma", "0.5");
        return switch (name) {
            case "ppo" ->
                new Ppo(
                        PpoHyperParameters.defaults()
                                .with(small)
                                .with(Map.of("n_envs", "3", "n_steps", "50", "batch_size", "30")),
                        maker,
                        4);
            case "a2c" -> new A2c(A2cHyperParameters.defaults().with(small).with("n_envs", 3), maker, 4);
            case "reinforce" ->
                new Reinforce(ReinforceHyperParameters.defaults().with(small), maker, 4);
            default -> new Ars(ArsHyperParameters.defaults().with(Map.of("n_delta", "2", "n_top", "2")), maker, 4);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"ppo", "a2c", "reinforce", "ars"})
    void actionsOfManyPartsGoOnBitForBit(String name) throws IOException {
        Resumed.goesOnBitForBit(() -> made(name, ManyParts::new), BEFORE, AFTER, folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ppo", "a2c", "reinforce"})
    void maskedMultiDiscreteActionsGoOnBitForBit(String name) throws IOException {
        Resumed.goesOnBitForBit(() -> made(name, TwoLocks::new), BEFORE, AFTER, folder);
    }

    /// Two dials, each with one number barred that changes from step to step; the higher the numbers, the more they
    /// earn. Ends after 7 steps, so that a rollout ends within an episode.
    private static final class TwoLocks implements Environment {
        private RandomGenerator random = RandomGenerator.getDefault();
        private int steps;
        private int barred;

        @Override
        public Space observationSpace() {
            return new Discrete(3);
        }

        @Override
        public Space actionSpace() {
            return new MultiDiscrete(3, 4);
        }

        @Override
        public boolean masksActions() {
            return true;
        }

        @Override
        public void reset(RandomGenerator newRandom, Step step) {
            random = newRandom;
            steps = 0;
            show(step);
        }

        @Override
        public void step(Row action, Step step) {
            for (int dial = 0; dial < 2; dial++) {
                assertThat((int) action.get(dial)).as("dial %d", dial).isNotEqualTo(barred);
            }
            step.reward(action.get(0) + action.get(1));
            if (++steps == 7) {
                step.terminate();
            }
            show(step);
        }

        private void show(Step step) {
            barred = random.nextInt(3);
            step.observation().put(barred);
            step.allow(0, barred, false);
            step.allow(1, barred, false);
        }
    }
}
