package dev.rein.toolkit.environment.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Dict;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Part;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.probe.ManyParts;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class EnvironmentCheckerTest {
    /// Nothing is wrong with it, until a subclass says otherwise.
    private static class Queue implements Environment {
        RandomGenerator random = new Random(0);
        float length;
        int steps;

        @Override
        public Space observationSpace() {
            return Box.of(0, 1, 2);
        }

        @Override
        public Space actionSpace() {
            return new Discrete(3);
        }

        @Override
        public boolean masksActions() {
            return true;
        }

        @Override
        public void reset(RandomGenerator newRandom, Step step) {
            random = newRandom;
            length = random.nextFloat();
            steps = 0;
            say(step);
        }

        @Override
        public void step(Row action, Step step) {
            steps++;
            length = Math.clamp(length + random.nextFloat() * 0.2f - 0.1f * action.index(), 0, 1);
            step.reward(-length);
            step.elapsed(0.5f + length);
            if (steps == 30) {
                step.truncate();
            }
            say(step);
        }

        void say(Step step) {
            step.observation().put(length, steps / 30f);
            step.allow(2, length > 0.2f);
        }
    }

    private static void finds(Supplier<? extends Environment> maker, String... problems) {
        var report = EnvironmentChecker.check(maker);
        assertThat(report.isClean()).isFalse();
        assertThat(report.toString()).contains(problems);
        assertThatThrownBy(report::orThrow).hasMessage(report.toString());
    }

    @Test
    void thereIsNothingToFindInARightOne() {
        var report = EnvironmentChecker.check(Queue::new).orThrow();
        assertThat(report.problems()).isEmpty();
        assertThat(report.stepsPerSecond()).isPositive();
        assertThat(report.toString()).startsWith("no problems in");
        EnvironmentChecker.check(CartPole::v1).orThrow();
    }

    @Test
    void allProblemsAreFoundAtOnce() {
        class Wrong extends Queue {
            @Override
            public void step(Row action, Step step) {
                super.step(action, step);
                step.observation().put(7, 0);
                step.reward(Float.NaN);
                step.elapsed(-1);
                action.set(0, 0.5f);
            }
        }
        finds(
                Wrong::new,
                "step 1 with action [",
                "observation is outside its space: element 0 is 7.0 (expected: 0.0..1.0)",
                "reward is NaN",
                "elapsed is -1.0",
                "the action was changed");
    }

    @Test
    void elementsThatAreNotWrittenAreFound() {
        class Half extends Queue {
            @Override
            void say(Step step) {
                step.observation().set(0, length);
            }
        }
        finds(Half::new, "reset: observation element 1 is NaN (expected: a finite number written at every call");
    }

    @Test
    void rowsThatAreKeptAreFound() {
        class Keeping extends Queue {
            private Row kept = Row.of();

            @Override
            void say(Step step) {
                super.say(step);
                if (steps == 3) {
                    kept = step.observation();
                } else if (steps == 4) {
                    kept.set(0, 0);
                }
            }
        }
        finds(Keeping::new, "step 4 with action", "it wrote into the row of an earlier call");
    }

    @Test
    void chanceFromElsewhereIsFound() {
        class Dicing extends Queue {
            private final Random own = new Random(1);

            @Override
            public void reset(RandomGenerator newRandom, Step step) {
                super.reset(own, step);
            }
        }
        finds(Dicing::new, "the same episode played again was another", "Draw all chance from the generator");
    }

    @Test
    void firstAndLaterOnesThatDifferAreFound() {
        var made = new AtomicInteger();
        finds(
                () -> {
                    float mine = made.getAndIncrement() * 0.001f;
                    return new Queue() {
                        @Override
                        public void step(Row action, Step step) {
                            super.step(action, step);
                            step.reward(mine);
                        }
                    };
                },
                "the second environment played the same episode otherwise");
    }

    @Test
    void sharedStateIsFound() {
        float[] shared = new float[1]; // as a static field would be
        finds(
                () -> new Queue() {
                    @Override
                    public void reset(RandomGenerator newRandom, Step step) {
                        shared[0] = 0;
                        super.reset(newRandom, step);
                    }

                    @Override
                    public void step(Row action, Step step) {
                        super.step(action, step);
                        step.reward(++shared[0]);
                    }
                },
                "two played side by side disturb each other",
                "Isolated.maker");
    }

    @Test
    void episodesWithoutEndAreFound() {
        class Endless extends Queue {
            @Override
            public void step(Row action, Step step) {
                super.step(action, step);
                steps = 1;
            }
        }
        finds(Endless::new, "no episode ended within 2000 steps");
    }

    @Test
    void masksWithoutAChoiceAreFound() {
        class Masked extends Queue {
            @Override
            void say(Step step) {
                super.say(step);
                for (int choice = 0; choice < 3; choice++) {
                    step.allow(choice, steps < 5);
                }
            }
        }
        finds(Masked::new, "step 5 with action", "all choices are masked");
    }

    @Test
    void masksOfPartsAreObeyedAndLookedAt() {
        EnvironmentChecker.check(ManyParts::new).orThrow();
        class Stuck extends Queue {
            private static final Dict LEVERS = Dict.of("speed", Box.of(0, 1, 1)).with("gear", new Discrete(3));
            private static final Part GEAR = LEVERS.part("gear");

            @Override
            public Space actionSpace() {
                return LEVERS;
            }

            @Override
            public void step(Row action, Step step) {
                say(step);
                for (int gear = 0; gear < 3; gear++) {
                    step.allow(GEAR, gear, false);
                }
            }

            @Override
            void say(Step step) {
                step.observation().put(0, 0);
            }
        }
        finds(Stuck::new, "step 1 with action", "all choices of part 0 are masked");
    }

    @Test
    void whatIsThrownIsTold() {
        class Throwing extends Queue {
            @Override
            public void step(Row action, Step step) {
                throw new ArithmeticException("no servers");
            }
        }
        finds(Throwing::new, "it threw java.lang.ArithmeticException: no servers, at ");
        class Failing extends Queue {
            @Override
            public void reset(RandomGenerator newRandom, Step step) {
                throw new NoClassDefFoundError("org/simulator/Core");
            }
        }
        finds(Failing::new, "reset: it threw java.lang.NoClassDefFoundError: org/simulator/Core, at ");
        finds(
                () -> {
                    throw new IllegalStateException("no licence");
                },
                "maker: it threw java.lang.IllegalStateException: no licence");
    }

    @Test
    void sameOneTwiceIsFound() {
        var one = new Queue();
        finds(() -> one, "maker: gave the same environment twice");
    }

    @Test
    void noneAtAllIsFound() {
        finds(() -> null, "maker: gave null");
    }

    @Test
    void endBeforeTheBeginningIsFound() {
        class Over extends Queue {
            @Override
            public void reset(RandomGenerator newRandom, Step step) {
                super.reset(newRandom, step);
                step.terminate();
            }
        }
        finds(Over::new, "reset: the episode has ended before it began");
    }
}
