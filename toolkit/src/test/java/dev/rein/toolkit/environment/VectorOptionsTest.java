package dev.rein.toolkit.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.checkpoint.CheckpointException;
import dev.rein.toolkit.checkpoint.CheckpointFile;
import dev.rein.toolkit.environment.classic.CartPole;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Threads, autoreset, checkpoints and failures of a [VectorEnvironment].
class VectorOptionsTest {
    @TempDir
    private Path folder = Path.of("");

    /// A walk by chance from 0, that ends beyond 3; what it observes depends on every step before.
    private static class Walk implements Environment {
        RandomGenerator random = new Random(0);
        float place;
        int steps;

        @Override
        public Space observationSpace() {
            return Box.of(-10, 10, 1);
        }

        @Override
        public Space actionSpace() {
            return new Discrete(2);
        }

        @Override
        public void reset(RandomGenerator newRandom, Step step) {
            random = newRandom;
            place = 0;
            steps = 0;
            step.observation().put(place);
        }

        @Override
        public void step(Row action, Step step) {
            steps++;
            place += random.nextFloat() - 0.5f + 0.1f * action.index();
            step.observation().put(place);
            step.reward(place);
            if (Math.abs(place) > 3) {
                step.terminate();
            } else if (steps == 50) {
                step.truncate();
            }
        }
    }

    /// A walk that knows how to save itself, but for what it is asked to forget.
    private static final class SelfSaving extends Walk implements Resumable {
        @Override
        public void state(Checkpoint checkpoint) {
            place = (float) checkpoint.number("place", place);
            steps = (int) checkpoint.integer("steps", steps);
        }
    }

    private static void play(VectorEnvironment environments, int from, int steps) {
        float[] actions = new float[environments.count()];
        for (int t = from; t < from + steps; t++) {
            for (int i = 0; i < actions.length; i++) {
                actions[i] = (t * 7 + i * 3) % 5 < 2 ? 1 : 0;
            }
            environments.step(actions);
        }
    }

    private static void assertSame(VectorEnvironment one, VectorEnvironment other) {
        assertThat(one.observations()).containsExactly(other.observations());
        assertThat(one.finalObservations()).containsExactly(other.finalObservations());
        assertThat(one.rewards()).containsExactly(other.rewards());
        assertThat(one.terminated()).containsExactly(other.terminated());
        assertThat(one.truncated()).containsExactly(other.truncated());
        assertThat(one.masks()).containsExactly(other.masks());
        assertThat(one.statistics().episodes()).isEqualTo(other.statistics().episodes());
        assertThat(Double.valueOf(one.statistics().returnMean())) // boxed: NaN, before an episode ends, equals NaN
                .isEqualTo(Double.valueOf(other.statistics().returnMean()));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7, 64})
    void resultsAreTheSameForAnyNumberOfThreads(int threads) {
        var options = VectorOptions.defaults();
        try (var alone = VectorEnvironment.of(CartPole::v1, 19, 5);
                var together = VectorEnvironment.of(CartPole::v1, 19, 5, options.withThreads(threads))) {
            alone.reset();
            together.reset();
            for (int t = 0; t < 300; t++) {
                play(alone, t, 1);
                play(together, t, 1);
                assertSame(together, alone);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void steppingAllocatesNothing(boolean watched) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var options = VectorOptions.defaults().withStepLimit(watched ? Duration.ofMinutes(1) : Duration.ZERO);
        try (var environments = VectorEnvironment.of(CartPole::v1, 64, 5, options)) {
            environments.reset();
            float[] actions = new float[64];
            for (int t = 0; t < 2_000; t++) { // until episodes know how long they get
                actions[t % 64] = t % 2;
                environments.step(actions);
            }
            long before = threads.getTotalThreadAllocatedBytes();
            long mine = threads.getCurrentThreadAllocatedBytes();
            for (int t = 0; t < 20_000; t++) {
                actions[t % 64] = t % 2;
                environments.step(actions);
            }
            assertThat(threads.getCurrentThreadAllocatedBytes() - mine).isLessThan(20_000);
            // others of this JVM may allocate meanwhile; a step that did would leave 20 000 × 64 × 16 bytes
            assertThat(threads.getTotalThreadAllocatedBytes() - before).isLessThan(20_000L * 64 * 4);
        }
    }

    @Nested
    class GivenEpisodesThatEnd {
        private final float[] right = {1};

        private VectorEnvironment one(Autoreset autoreset) {
            Supplier<Environment> maker = () -> new TimeLimit(new Walk(), 2);
            var environments =
                    VectorEnvironment.of(maker, 1, 1, VectorOptions.defaults().withAutoreset(autoreset));
            environments.reset();
            return environments;
        }

        @Test
        void nextStepBeginsTheNextOneWithoutAnAction() {
            try (var environments = one(Autoreset.NEXT_STEP)) {
                environments.step(right);
                environments.step(right);
                assertThat(environments.truncated()).containsExactly(true);
                assertThat(environments.observations()[0]).isNotZero();
                environments.step(right);
                assertThat(environments.observations()).containsExactly(0);
                assertThat(environments.rewards()).containsExactly(0);
                assertThat(environments.elapsed()).containsExactly(0);
                assertThat(environments.truncated()).containsExactly(false);
                assertThat(environments.statistics().episodes()).isEqualTo(1);
                assertThat(environments.statistics().lengthMean()).isEqualTo(2);
            }
        }

        @Test
        void disabledWaitsForTheCallersReset() {
            try (var environments = one(Autoreset.DISABLED)) {
                environments.step(right);
                environments.step(right);
                assertThat(environments.observations()[0]).isNotZero();
                environments.reset(new boolean[] {true});
                assertThat(environments.observations()).containsExactly(0);
                environments.step(right);
                environments.step(right);
                assertThatThrownBy(() -> environments.step(right))
                        .isInstanceOf(EnvironmentException.class)
                        .hasMessageContaining("its episode has ended (expected: a reset before the next step");
            }
        }

        @Test
        void allModesPlayTheSameEpisodes() {
            try (var same = one(Autoreset.SAME_STEP);
                    var next = one(Autoreset.NEXT_STEP)) {
                for (int episode = 0; episode < 20; episode++) {
                    for (int t = 0; t < 2; t++) {
                        same.step(right);
                        next.step(right);
                        assertThat(same.rewards()).containsExactly(next.rewards());
                    }
                    assertThat(same.finalObservations()).containsExactly(next.observations());
                    next.step(right);
                    assertThat(same.observations()).containsExactly(next.observations());
                }
            }
        }
    }

    @Nested
    class GivenACheckpointInTheMiddleOfEpisodes {
        private void resumesBitForBit(Supplier<? extends Environment> maker, VectorOptions options) throws IOException {
            Path file = folder.resolve("checkpoint");
            try (var first = VectorEnvironment.of(maker, 5, 3, options);
                    var second = VectorEnvironment.of(maker, 5, 3, options)) {
                first.reset();
                play(first, 0, 123);
                CheckpointFile.save(file, first::state);
                CheckpointFile.restore(file, second::state);
                assertSame(second, first);
                play(first, 123, 200);
                play(second, 123, 200);
                assertSame(second, first);
            }
        }

        @Test
        void environmentsThatCannotSaveThemselvesTakeTheirActionsAgain() throws IOException {
            resumesBitForBit(Walk::new, VectorOptions.defaults());
            resumesBitForBit(CartPole::v1, VectorOptions.defaults().withThreads(3));
        }

        @Test
        void thoseThatCanNeedNoActions() throws IOException {
            resumesBitForBit(SelfSaving::new, VectorOptions.defaults().withReplayed(false));
            resumesBitForBit(
                    () -> new TimeLimit(new SelfSaving(), 9),
                    VectorOptions.defaults().withReplayed(false).withAutoreset(Autoreset.NEXT_STEP));
        }

        @Test
        void wrappersGoAlong() throws IOException {
            resumesBitForBit(() -> new TimeLimit(new Walk(), 9), VectorOptions.defaults());
        }

        @Test
        void actionsThatWereNotKeptAreAskedForAtSaving() {
            try (var environments = VectorEnvironment.of(
                    Walk::new, 5, 3, VectorOptions.defaults().withReplayed(false))) {
                environments.reset();
                play(environments, 0, 3);
                assertThatThrownBy(() -> CheckpointFile.save(folder.resolve("none"), environments::state))
                        .hasMessageContaining("its actions were not kept (expected: VectorOptions with replayed true");
            }
        }

        @Test
        void environmentThatIsNotDeterministicIsNamed() throws IOException {
            var made = new AtomicInteger();
            Supplier<Environment> maker = () -> {
                int mine = made.incrementAndGet();
                return new Walk() {
                    @Override
                    public void step(Row action, Step step) {
                        super.step(action, step);
                        step.observation().put(place + mine);
                    }
                };
            };
            Path file = folder.resolve("checkpoint");
            try (var first = VectorEnvironment.of(maker, 1, 3);
                    var second = VectorEnvironment.of(maker, 1, 3)) {
                first.reset();
                play(first, 0, 4);
                CheckpointFile.save(file, first::state);
                assertThatThrownBy(() -> CheckpointFile.restore(file, second::state))
                        .isInstanceOf(CheckpointException.class)
                        .hasMessageContaining(
                                "environment 0 is not deterministic: taking the 4 actions of its episode 0");
            }
        }

        @Test
        void anotherSeedIsRefused() throws IOException {
            Path file = folder.resolve("checkpoint");
            try (var first = VectorEnvironment.of(Walk::new, 1, 3);
                    var second = VectorEnvironment.of(Walk::new, 1, 4)) {
                first.reset();
                CheckpointFile.save(file, first::state);
                assertThatThrownBy(() -> CheckpointFile.restore(file, second::state))
                        .isInstanceOf(CheckpointException.class)
                        .hasMessageContaining("seed");
            }
        }
    }

    @Nested
    class GivenOneThatFails {
        private final AtomicInteger made = new AtomicInteger();

        /// The fourth of eight says or does something wrong in its third step.
        private VectorEnvironment eight(VectorOptions options, Consumer<Step> wrong) {
            Supplier<Environment> maker = () -> {
                int mine = made.getAndIncrement();
                return new Walk() {
                    @Override
                    public void step(Row action, Step step) {
                        super.step(action, step);
                        if (mine == 3 && steps == 3) {
                            wrong.accept(step);
                        }
                    }
                };
            };
            var environments = VectorEnvironment.of(maker, 8, 1, options);
            environments.reset();
            play(environments, 0, 2);
            return environments;
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 3})
        void itsNumberStepAndActionAreNamed(int threads) {
            try (var environments = eight(VectorOptions.defaults().withThreads(threads), _ -> {
                throw new ArithmeticException("no queue");
            })) {
                var problem = catchThrowableOfType(EnvironmentException.class, () -> play(environments, 2, 1));
                assertThat(problem)
                        .hasMessageContaining("environment 3, episode 0, step 3 with action [0.0]: it threw")
                        .hasMessageContaining("no queue")
                        .hasCauseInstanceOf(ArithmeticException.class);
                assertThat(problem.environment()).isEqualTo(3);
                assertThat(problem.step()).isEqualTo(3);
                assertThatThrownBy(() -> play(environments, 3, 1))
                        .hasMessageContaining("an environment failed in the call before");
                environments.reset();
                play(environments, 0, 2);
            }
        }

        @ParameterizedTest
        @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
        void numbersThatAreNoneAreNamed(float number) {
            var options = VectorOptions.defaults();
            try (var environments = eight(options, step -> step.observation().put(number))) {
                assertThatThrownBy(() -> play(environments, 2, 1))
                        .hasMessageContaining("environment 3, episode 0, step 3")
                        .hasMessageContaining("observation element 0 is " + number);
            }
            made.set(0);
            try (var environments = eight(options, step -> step.reward(number))) {
                assertThatThrownBy(() -> play(environments, 2, 1))
                        .hasMessageContaining("environment 3, episode 0, step 3")
                        .hasMessageContaining("reward is " + number);
            }
        }

        @Test
        void oneThatHangsIsNamedAndLeftBehind() {
            var released = new CountDownLatch(1);
            var options = VectorOptions.defaults().withThreads(2).withStepLimit(Duration.ofSeconds(2));
            var environments = eight(options, _ -> {
                boolean waiting = true;
                while (waiting) { // deaf to interrupts
                    try {
                        released.await();
                        waiting = false;
                    } catch (InterruptedException _) {
                        waiting = true; // and waits on
                    }
                }
            });
            try {
                assertThatThrownBy(() -> play(environments, 2, 1))
                        .isInstanceOf(EnvironmentException.class)
                        .hasMessageContaining("environment 3, episode 0, step 3 with action [0.0]")
                        .hasMessageContaining("has not answered after PT2S")
                        .hasRootCauseMessage("here it hangs, on thread environments-0");
                assertThatThrownBy(environments::reset).hasMessageContaining("hangs since an earlier step");
                assertThatThrownBy(environments::close).hasMessageContaining("environments {3} hang");
            } finally {
                released.countDown();
            }
        }
    }

    @Test
    void allActionsMaskedIsRefused() {
        class Masked extends Walk {
            @Override
            public boolean masksActions() {
                return true;
            }

            @Override
            public void step(Row action, Step step) {
                super.step(action, step);
                step.allow(0, false);
                step.allow(1, false);
            }
        }
        try (var environments = VectorEnvironment.of(Masked::new, 2, 1)) {
            environments.reset();
            assertThatThrownBy(() -> play(environments, 0, 1))
                    .hasMessageContaining("environment 0, episode 0, step 1")
                    .hasMessageContaining("all choices are masked (expected: at least one allowed");
        }
    }

    @Test
    void callsAfterCloseAreRefused() {
        var environments = VectorEnvironment.of(Walk::new, 2, 1);
        environments.close();
        environments.close();
        assertThatThrownBy(environments::reset).hasMessageContaining("closed");
    }

    @Test
    void nonsenseIsRefused() {
        var options = VectorOptions.defaults();
        assertThatThrownBy(() -> options.withThreads(0)).hasMessage("threads: 0 (expected: 1..1024)");
        assertThatThrownBy(() -> options.withStepLimit(Duration.ofMillis(-1)))
                .hasMessageContaining("stepLimit: PT-0.001S");
    }
}
