package dev.rein.toolkit.environment;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class VectorEnvironmentTest {
    /// Leaves its three places at the third step.
    private static final class Wandering implements Environment {
        private int place;

        @Override
        public Space observationSpace() {
            return new Discrete(3);
        }

        @Override
        public Space actionSpace() {
            return new Discrete(2);
        }

        @Override
        public void reset(RandomGenerator random, Step step) {
            place = 0;
            step.observation().put(place);
        }

        @Override
        public void step(Row action, Step step) {
            step.observation().put(++place);
        }
    }

    @Test
    void choiceOutsideTheSpaceIsNamedAndNeverReachesTheNetwork() {
        try (var environments = VectorEnvironment.of(Wandering::new, 2, 1)) {
            environments.reset();
            environments.step(new float[2]);
            environments.step(new float[2]);
            assertThatThrownBy(() -> environments.step(new float[2]))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("environment 0, episode 0: observation: it is 3.0 (expected: a whole number of 0..2)");
        }
    }
}
