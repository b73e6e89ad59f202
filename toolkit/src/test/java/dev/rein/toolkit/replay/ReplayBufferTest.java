package dev.rein.toolkit.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.probe.World;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ReplayBufferTest {
    private static final Box SPACE = Box.of(0, 100, 1);
    private final EpisodeRandom random = new EpisodeRandom(1, 0, 0);

    private static void add(ReplayBuffer buffer, float number) {
        float[] row = {number};
        buffer.add(row, 0, row, 0, number, 0.5f, row, 0, null, 0);
    }

    @Test
    void theOldestIsForgottenAndTheRestDrawnEvenly() {
        var buffer = new ReplayBuffer(SPACE, 1, 0, 4);
        for (int i = 0; i < 10; i++) {
            add(buffer, i);
        }
        Batch batch = buffer.batch(8_000);
        buffer.sample(random, 0, batch);
        int[] drawn = new int[10];
        for (float reward : batch.reward()) {
            drawn[(int) reward]++;
        }
        assertThat(Arrays.copyOf(drawn, 6)).containsOnly(0);
        for (int i = 6; i < 10; i++) {
            assertThat(drawn[i]).isCloseTo(2_000, within(200));
        }
        assertThat(batch.observation()).containsExactly(batch.reward());
        assertThat(batch.weight()).containsOnly(1);
    }

    @Test
    void prioritiesDecideAndWeightsUndoThem() {
        var buffer = ReplayBuffer.prioritised(SPACE, 1, 0, 4, 1);
        for (int i = 0; i < 4; i++) {
            add(buffer, i);
        }
        Batch batch = buffer.batch(4_000);
        buffer.sample(random, 1, batch);
        float[] errors = new float[batch.rows()];
        for (int row = 0; row < errors.length; row++) {
            errors[row] = -(batch.reward()[row] + 1); // 1, 2, 3, 4
        }
        buffer.prioritise(batch, errors);
        buffer.sample(random, 1, batch);
        double[] drawn = new double[4];
        for (int row = 0; row < batch.rows(); row++) {
            int i = (int) batch.reward()[row];
            drawn[i] += 1.0 / batch.rows();
            assertThat(batch.weight()[row]).isCloseTo(1f / (i + 1), within(1e-4f));
        }
        for (int i = 0; i < 4; i++) {
            assertThat(drawn[i]).isCloseTo((i + 1) / 10.0, within(0.01));
        }
    }

    @Test
    void aBufferLargerThanTheHeapIsRefusedWithTheArithmetic() {
        assertThatThrownBy(() -> new ReplayBuffer(Box.of(0, 1, 3, 84, 84), 1, 0, 10_000_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("buffer_size: 10,000,000 transitions of ")
                .hasMessageContaining("two observations of 21168 numbers, an action of 1, 0 choices")
                .hasMessageContaining("MB (expected: at most ")
                .hasMessageContaining("Lower buffer_size, or give the JVM more with -Xmx.");
    }

    /// Priorities are counted before they are made: a heap that they alone would fill is no surprise.
    @Test
    void prioritiesLargerThanTheHeapAreRefusedWithTheArithmetic() {
        int transitions = (int) Math.min(1_500_000_000, Runtime.getRuntime().maxMemory() / 16);
        assertThatThrownBy(() -> ReplayBuffer.prioritised(SPACE, 1, 0, transitions, 0.6))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("buffer_size: %,d transitions of ", transitions)
                .hasMessageContaining("an action of 1, 0 choices, a priority) are ")
                .hasMessageContaining("Lower buffer_size, or give the JVM more with -Xmx.");
    }

    @Test
    void anEmptyBufferCannotBeDrawnFrom() {
        var buffer = new ReplayBuffer(SPACE, 1, 0, 4);
        assertThatThrownBy(() -> buffer.sample(random, 0, buffer.batch(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the buffer is empty");
    }

    @Test
    void transitionsSpanStepsUpToTheEndOfTheEpisode() {
        // 1 a step, cut after ten: every transition of three steps is worth 1 + γ + γ² and goes on by γ³
        try (var environments = VectorEnvironment.of(World.EndlessButCut::new, 2, 1)) {
            environments.reset();
            var buffer = new ReplayBuffer(environments.observationSpace(), 1, 0, 100);
            var experience = new Experience(environments, buffer, 0.5f, 3, null);
            for (int i = 0; i < 10; i++) {
                experience.step(new float[2], new float[2]);
            }
            assertThat(buffer.size()).isEqualTo(20);
            Batch batch = buffer.batch(1_000);
            buffer.sample(random, 0, batch);
            for (int row = 0; row < batch.rows(); row++) {
                float left = batch.discount()[row];
                assertThat(left).isIn(0.125f, 0.25f, 0.5f);
                assertThat(batch.reward()[row]).isEqualTo(2 - 2 * left);
            }
        }
    }

    @Test
    void nothingComesAfterATerminationAndTimeIsDiscounted() {
        try (var environments = VectorEnvironment.of(World.UnevenTime::new, 1, 1)) {
            environments.reset();
            var buffer = new ReplayBuffer(environments.observationSpace(), 1, 0, 100);
            var experience = new Experience(environments, buffer, 0.5f, 1, null);
            for (int i = 0; i < 8; i++) {
                experience.step(new float[1], new float[1]);
            }
            Batch batch = buffer.batch(100);
            buffer.sample(random, 0, batch);
            for (int row = 0; row < batch.rows(); row++) {
                boolean second = batch.observation()[row] == 1;
                assertThat(batch.discount()[row]).isEqualTo(second ? 0 : 0.125f);
                assertThat(batch.reward()[row]).isEqualTo(second ? 1 : 0);
            }
        }
    }

    /// γ is 1/2: from the first of the two steps, 3 units of time pass before the 1 is earned.
    @Test
    void severalStepsDiscountByTheTimeBetweenThem() {
        try (var environments = VectorEnvironment.of(World.UnevenTime::new, 1, 1)) {
            environments.reset();
            var buffer = new ReplayBuffer(environments.observationSpace(), 1, 0, 100);
            var experience = new Experience(environments, buffer, 0.5f, 3, null);
            for (int i = 0; i < 8; i++) {
                experience.step(new float[1], new float[1]);
            }
            Batch batch = buffer.batch(100);
            buffer.sample(random, 0, batch);
            for (int row = 0; row < batch.rows(); row++) {
                boolean second = batch.observation()[row] == 1;
                assertThat(batch.discount()[row]).isZero();
                assertThat(batch.reward()[row]).isEqualTo(second ? 1 : 0.125f);
            }
        }
    }

    @Test
    void whatIsAllowedAfterACutIsRemembered() {
        try (var environments = VectorEnvironment.of(World.NothingAfterTheCut::new, 1, 1)) {
            environments.reset();
            var buffer = new ReplayBuffer(environments.observationSpace(), 1, 2, 100);
            var experience = new Experience(environments, buffer, 0.5f, 1, null);
            float[] cut = {0};
            float[] end = {1};
            for (int i = 0; i < 8; i++) {
                experience.step(i % 2 == 0 ? cut : end, i % 2 == 0 ? cut : end);
            }
            Batch batch = buffer.batch(50);
            buffer.sample(random, 0, batch);
            for (int row = 0; row < batch.rows(); row++) {
                boolean wasCut = batch.action()[row] == 0;
                assertThat(batch.nextMask()[2 * row]).isTrue();
                assertThat(batch.nextMask()[2 * row + 1]).isEqualTo(!wasCut);
                assertThat(batch.discount()[row]).isEqualTo(wasCut ? 0.5f : 0);
            }
            assertThat(environments.masks()).containsOnly(true);
        }
    }
}
