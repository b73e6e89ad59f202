package dev.rein.toolkit.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.environment.classic.Pendulum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class VectorEnvironmentTest {
    /// Observes how many steps were taken, and does what the action says.
    private static class Counting implements Environment {
        static final float GO_ON = 0;
        static final float TERMINATE = 1;
        static final float TRUNCATE = 2;

        final List<String> closed;
        int steps;

        Counting(List<String> closed) {
            this.closed = closed;
        }

        Counting() {
            this(new ArrayList<>());
        }

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
            steps = 0;
            step.observation().put(steps);
        }

        @Override
        public void step(Row action, Step step) {
            step.observation().put(++steps);
            step.reward(1);
            if (action.index() == TERMINATE) {
                step.terminate();
            } else if (action.index() == TRUNCATE) {
                step.truncate();
            }
        }

        @Override
        public void close() {
            closed.add("closed");
        }
    }

    @Nested
    class GivenThreeThatGoOnEndAndAreCut {
        private final VectorEnvironment environments = VectorEnvironment.of(Counting::new, 3, 1);

        GivenThreeThatGoOnEndAndAreCut() {
            environments.reset();
            environments.step(new float[3]);
            environments.step(new float[] {Counting.GO_ON, Counting.TERMINATE, Counting.TRUNCATE});
        }

        @Test
        void endedOnesAreAtTheFirstObservationOfTheNextEpisode() {
            assertThat(environments.observations()).containsExactly(2, 0, 0);
        }

        @Test
        void lastObservationsOfEndedEpisodesAreKept() {
            assertThat(environments.finalObservations()).containsExactly(0, 2, 2);
        }

        @Test
        void endingAndBeingCutAreTwoFacts() {
            assertThat(environments.terminated()).containsExactly(false, true, false);
            assertThat(environments.truncated()).containsExactly(false, false, true);
        }

        @Test
        void statisticsKnowEndedEpisodesOnly() {
            assertThat(environments.statistics().episodes()).isEqualTo(2);
            assertThat(environments.statistics().returnMean()).isEqualTo(2);
            assertThat(environments.statistics().lengthMean()).isEqualTo(2);
        }

        @Test
        void resetForgetsTheEpisodeUnderWay() {
            environments.reset();
            environments.step(new float[] {Counting.TERMINATE, Counting.GO_ON, Counting.GO_ON});
            assertThat(environments.statistics().returnMean()).isEqualTo((2 + 2 + 1) / 3.0);
        }
    }

    @Test
    void episodesDependOnSeedAndPlaceNotOnHowManyThereAre() {
        try (var few = VectorEnvironment.of(CartPole::v1, 3, 7);
                var many = VectorEnvironment.of(CartPole::v1, 17, 7)) {
            few.reset();
            many.reset();
            for (int t = 0; t < 200; t++) {
                float[] actions = new float[17];
                for (int i = 0; i < 17; i++) {
                    actions[i] = (t + i) % 3 == 0 ? 1 : 0;
                }
                few.step(Arrays.copyOf(actions, 3));
                many.step(actions);
                assertThat(Arrays.copyOf(many.observations(), 12)).containsExactly(few.observations());
            }
        }
    }

    @Test
    void stepBeforeResetIsRefused() {
        var environments = VectorEnvironment.of(Counting::new, 2, 1);
        assertThatThrownBy(() -> environments.step(new float[2])).hasMessageContaining("before reset");
    }

    @Test
    void actionsForOtherThanAllAreRefused() {
        var environments = VectorEnvironment.of(Counting::new, 2, 1);
        environments.reset();
        assertThatThrownBy(() -> environments.step(new float[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 numbers (expected: 2");
    }

    /// A simulator is not blamed for what a diverged policy asked of it.
    @Test
    void anActionThatWasNoNumberIsTold() {
        try (var pendulum = VectorEnvironment.of(Pendulum::v1, 1, 3)) {
            pendulum.reset();
            assertThatThrownBy(() -> pendulum.step(new float[] {Float.NaN}))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageContaining("step 1 with action [NaN]: ")
                    .hasMessageContaining("Its action was no number, as happens where training diverges");
        }
    }

    @Test
    void noEnvironmentAtAllIsRefused() {
        assertThatThrownBy(() -> VectorEnvironment.of(() -> null, 1, 3))
                .hasMessage("maker: gave null (expected: a new environment at every call)");
    }

    @Test
    void sameEnvironmentTwiceIsRefused() {
        var mine = new Counting();
        assertThatThrownBy(() -> VectorEnvironment.of(() -> mine, 2, 1))
                .hasMessageContaining("gave the same Counting twice");
    }

    @Test
    void environmentsOfOtherSpacesAreRefusedAndThoseMadeAreClosed() {
        List<String> closed = new ArrayList<>();
        List<Environment> made = new ArrayList<>(List.of(new Counting(closed), CartPole.v1()));
        assertThatThrownBy(() -> VectorEnvironment.of(made::removeFirst, 2, 1))
                .hasMessageContaining("maker: environment 1 has observations");
        assertThat(closed).hasSize(1);
    }

    @Test
    void choiceOutsideTheSpaceIsNamedAndNeverReachesTheNetwork() {
        class Wandering extends Counting {
            @Override
            public Space observationSpace() {
                return new Discrete(3);
            }
        }
        var environments = VectorEnvironment.of(Wandering::new, 2, 1);
        environments.reset();
        environments.step(new float[2]);
        environments.step(new float[2]);
        assertThatThrownBy(() -> environments.step(new float[2]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "environment 0, episode 0, step 3 with action [0.0]: observation: it is 3.0 (expected: a whole number of 0..2)");
    }

    @Test
    void timeThatRunsBackwardsIsNamed() {
        class Backwards extends Counting {
            @Override
            public void step(Row action, Step step) {
                super.step(action, step);
                step.elapsed(-1);
            }
        }
        var environments = VectorEnvironment.of(Backwards::new, 1, 1);
        environments.reset();
        assertThatThrownBy(() -> environments.step(new float[1])).hasMessageContaining("elapsed is -1.0");
    }

    @Test
    void everyEnvironmentIsClosedEvenIfOneFails() {
        List<String> calls = new ArrayList<>();
        class Stuck extends Counting {
            Stuck() {
                super(calls);
            }

            @Override
            public void close() {
                super.close();
                throw new IllegalStateException("stuck");
            }
        }
        var environments = VectorEnvironment.of(Stuck::new, 3, 1);
        assertThatThrownBy(environments::close)
                .hasMessage("stuck")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(2));
        assertThat(calls).hasSize(3);
    }
}
