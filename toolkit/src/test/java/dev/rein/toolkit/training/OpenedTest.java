package dev.rein.toolkit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.toolkit.dqn.Dqn;
import dev.rein.toolkit.dqn.DqnHyperParameters;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.qlearning.QLearning;
import dev.rein.toolkit.qlearning.QLearningHyperParameters;
import dev.rein.toolkit.sarsa.Sarsa;
import dev.rein.toolkit.sarsa.SarsaHyperParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// A learner that cannot be made leaves no environment open: nobody else could close it.
class OpenedTest {
    private int made;
    private int closed;

    /// Counts who is open; its episodes do not begin.
    private final class Broken implements Environment {
        private final Space seen;
        private final Space actions;

        Broken(String seen, String actions) {
            this.seen = Space.parse(seen);
            this.actions = Space.parse(actions);
            made++;
        }

        @Override
        public Space observationSpace() {
            return seen;
        }

        @Override
        public Space actionSpace() {
            return actions;
        }

        @Override
        public void reset(RandomGenerator random, Step step) {
            throw new IllegalStateException("out of order");
        }

        @Override
        public void step(Row action, Step step) {}

        @Override
        public void close() {
            closed++;
        }
    }

    @Test
    void environmentsThatFailAtTheirFirstResetAreClosed() {
        Map<String, Function<Supplier<Environment>, Algorithm>> algorithms = new TreeMap<>(SpacesTest.ALGORITHMS);
        algorithms.put("qlearning", maker -> new QLearning(QLearningHyperParameters.defaults(), maker, 1));
        algorithms.put("sarsa", maker -> new Sarsa(SarsaHyperParameters.defaults(), maker, 1));
        algorithms.forEach((name, algorithm) -> {
            String actions = name.matches("sac|td3|ddpg|tqc") ? "box 1 -1.0 1.0" : "discrete 2";
            assertThatThrownBy(() -> algorithm.apply(() -> new Broken("discrete 3", actions)))
                    .as(name)
                    .hasStackTraceContaining("out of order");
            assertThat(closed).as("closed by %s", name).isEqualTo(made).isPositive();
        });
    }

    @Test
    void environmentsWhoseActionsAreRefusedAreClosed() {
        SpacesTest.ALGORITHMS.forEach((name, algorithm) -> {
            String actions = SpacesTest.CHOOSERS.contains(name) ? "box 2 -1.0 1.0" : "discrete 2";
            assertThatThrownBy(() -> algorithm.apply(() -> new Broken("discrete 3", actions)))
                    .as(name)
                    .isInstanceOf(RuntimeException.class);
            assertThat(closed).as("closed by %s", name).isEqualTo(made).isPositive();
        });
    }

    @Test
    void environmentsWhoseBufferDoesNotFitAreClosed() {
        var hp = DqnHyperParameters.defaults().with(Map.of("buffer_size", "1000000000", "n_envs", "3"));
        assertThatThrownBy(() -> new Dqn(hp, () -> new Broken("box 10000 0.0 1.0", "discrete 2"), 1))
                .hasMessageContaining("buffer_size");
        assertThat(closed).isEqualTo(made).isEqualTo(3);
    }

    @Test
    void closingTriesEverythingAndTellsTheFirstFailure() {
        List<String> order = new ArrayList<>();
        var opened = new Opened();
        opened.own(() -> order.add("first"));
        opened.own(() -> {
            throw new IllegalStateException("second stuck");
        });
        opened.own(() -> {
            throw new IllegalStateException("third stuck");
        });
        assertThatThrownBy(opened::close)
                .hasMessageContaining("third stuck")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThat(order).containsExactly("first");
        opened.close();
        assertThat(order).hasSize(1);
    }

    @Test
    void whatIsKeptStaysOpen() {
        try (var opened = new Opened()) {
            opened.own(() -> closed++);
            opened.keep();
        }
        assertThat(closed).isZero();
    }
}
