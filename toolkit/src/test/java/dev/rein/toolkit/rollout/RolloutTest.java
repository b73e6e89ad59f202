package dev.rein.toolkit.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.distribution.Distribution;
import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Sequential;
import dev.rein.toolkit.probe.World;
import org.junit.jupiter.api.Test;

class RolloutTest {
    private static final float GAMMA = 0.9f;
    private static final float LAMBDA = 0.7f;
    /// What the value network says of every observation.
    private static final float VALUE = 2;

    private static final float[] REWARD = {1, -2, 0.5f, 3, 4};
    private static final float[] ELAPSED = {3, 0.5f, 1, 0, 2.5f};

    /// Five events at uneven times: the third is an end, the fourth is a cut.
    private static final class Events extends World {
        private int event;

        @Override
        public void step(Row action, Step step) {
            step.observation().put(0);
            step.reward(REWARD[event]);
            step.elapsed(ELAPSED[event]);
            if (event == 2) {
                step.terminate();
            }
            if (event == 3) {
                step.truncate();
            }
            event = (event + 1) % REWARD.length;
        }
    }

    private static Rollout collected(int steps) {
        var environments = VectorEnvironment.of(Events::new, 1, 3);
        environments.reset();
        Sequential actor = Sequential.mlp(Activation.TANH, Activation.IDENTITY, 1, 2);
        Sequential critic = Sequential.mlp(Activation.TANH, Activation.IDENTITY, 1, 1);
        critic.parameters()[1] = VALUE;
        var rollout = new Rollout(environments, steps, GAMMA, 2, null, false);
        rollout.collect(actor, Distribution.of(new Discrete(2)), critic, new EpisodeRandom(3, -1, 0));
        return rollout;
    }

    @Test
    void advantagesDiscountByTheTimeEachStepTook() {
        Rollout rollout = collected(5);
        rollout.advantages(LAMBDA);
        double[] expected = new double[5];
        double[] discount = new double[5];
        for (int t = 0; t < 5; t++) {
            discount[t] = Math.pow(GAMMA, ELAPSED[t]);
        }
        expected[4] = 4 + discount[4] * VALUE - VALUE; // goes on beyond the rollout
        expected[3] = 3 + discount[3] * VALUE - VALUE; // cut: valued as if it went on, but nothing flows back
        expected[2] = 0.5 - VALUE; // an end: nothing comes after
        expected[1] = -2 + discount[1] * VALUE - VALUE + discount[1] * LAMBDA * expected[2];
        expected[0] = 1 + discount[0] * VALUE - VALUE + discount[0] * LAMBDA * expected[1];
        for (int t = 0; t < 5; t++) {
            assertThat((double) rollout.advantage()[t]).isCloseTo(expected[t], within(1e-5));
            assertThat((double) rollout.target()[t]).isCloseTo(expected[t] + VALUE, within(1e-5));
        }
    }

    @Test
    void withLambdaOneTargetsAreTheDiscountedReturns() {
        Rollout rollout = collected(3);
        rollout.advantages(1);
        double afterFirst = -2 + Math.pow(GAMMA, 0.5) * 0.5;
        assertThat((double) rollout.target()[0]).isCloseTo(1 + Math.pow(GAMMA, 3) * afterFirst, within(1e-5));
        assertThat((double) rollout.target()[1]).isCloseTo(afterFirst, within(1e-5));
    }

    @Test
    void rolloutLargerThanTheHeapIsRefusedWithTheArithmetic() {
        Environment image = new World() {
            private final Space pixels = Box.of(0, 1, 3 * 84 * 84);

            @Override
            public Space observationSpace() {
                return pixels;
            }

            @Override
            public void step(Row action, Step step) {}
        };
        try (var environments = VectorEnvironment.of(() -> image, 1, 3)) {
            assertThatThrownBy(() -> new Rollout(environments, 1_000_000, GAMMA, 2, null, false))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("rollout: 1000000 steps of 1 environments with 21168 features are 80,")
                    .hasMessageContaining("MB (expected: at most the heap's")
                    .hasMessageContaining("Lower n_steps or n_envs, or give the JVM more with -Xmx");
        }
    }
}
