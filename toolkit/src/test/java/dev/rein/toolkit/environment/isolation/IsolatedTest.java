package dev.rein.toolkit.environment.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.environment.VectorOptions;
import dev.rein.toolkit.environment.check.EnvironmentChecker;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.simulator.Clock;

class IsolatedTest {
    /// A world on a simulator with one clock for all.
    public static final class ClockWorld implements Environment {
        @Override
        public Space observationSpace() {
            return Box.of(0, 100, 1);
        }

        @Override
        public Space actionSpace() {
            return new Discrete(3);
        }

        @Override
        public void reset(RandomGenerator random, Step step) {
            Clock.start();
            step.observation().put(Clock.now());
        }

        @Override
        public void step(Row action, Step step) {
            Clock.advance(action.index());
            step.observation().put(Clock.now());
            if (Clock.now() > 50) {
                step.terminate();
            }
        }
    }

    /// Has no constructor that could be called.
    public static final class Hidden implements Environment {
        private Hidden() {}

        @Override
        public Space observationSpace() {
            return Box.of(0, 100, 1);
        }

        @Override
        public Space actionSpace() {
            return new Discrete(3);
        }

        @Override
        public void reset(RandomGenerator random, Step step) {}

        @Override
        public void step(Row action, Step step) {}
    }

    private static float[] afterFourSteps(Supplier<? extends Environment> maker, int threads) {
        var options = VectorOptions.defaults().withThreads(threads);
        try (var environments = VectorEnvironment.of(maker, 2, 1, options)) {
            environments.reset();
            for (int t = 0; t < 4; t++) {
                environments.step(new float[] {1, 2});
            }
            return environments.observations().clone();
        }
    }

    @Test
    void copiesDoNotSeeEachOther() {
        Clock.start();
        assertThat(afterFourSteps(ClockWorld::new, 1)).containsExactly(10, 12); // one clock, as feared
        var maker = Isolated.maker(ClockWorld.class, "org.simulator.");
        Clock.start();
        assertThat(afterFourSteps(maker, 1)).containsExactly(4, 8);
        assertThat(afterFourSteps(maker, 2)).containsExactly(4, 8);
        assertThat(Clock.now()).isZero();
    }

    @Test
    void checkerIsContentWithIsolatedCopiesOnly() {
        assertThat(EnvironmentChecker.check(ClockWorld::new).problems())
                .singleElement()
                .asString()
                .contains("disturb each other");
        EnvironmentChecker.check(Isolated.maker(ClockWorld.class, "org.simulator."))
                .orThrow();
    }

    @Test
    void classesBothSidesSpeakThroughCannotBeIsolated() {
        assertThatThrownBy(() -> Isolated.maker(ClockWorld.class, "dev.rein.toolkit.environment."))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("prefixes: \"dev.rein.toolkit.environment.\"");
        assertThatThrownBy(() -> Isolated.maker(ClockWorld.class, "")).hasMessageContaining("prefixes: \"\"");
    }

    @Test
    void environmentThatCannotBeMadeIsNamed() {
        var maker = Isolated.maker(Hidden.class);
        assertThatThrownBy(maker::get)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Hidden cannot be made (expected: a public class with a public constructor");
    }
}
