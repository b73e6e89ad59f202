package dev.rein.toolkit.environment.wrapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.toolkit.checkpoint.CheckpointFile;
import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.environment.check.EnvironmentChecker;
import dev.rein.toolkit.environment.classic.CartPole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrapperTest {
    @TempDir
    private Path folder = Path.of("");

    /// A place between 0 and 10, moved by the action; earns the place times ten. Ends after four steps.
    private static final class Slide implements Environment {
        private float place;
        private int steps;

        @Override
        public Space observationSpace() {
            return Box.of(0, 10, 1);
        }

        @Override
        public Space actionSpace() {
            return Box.of(-2, 4, 1);
        }

        @Override
        public void reset(RandomGenerator random, Step step) {
            place = 5;
            steps = 0;
            step.observation().put(place);
        }

        @Override
        public void step(Row action, Step step) {
            place = Math.clamp(place + action.get(0), 0, 10);
            step.observation().put(place);
            step.reward(place * 10);
            step.elapsed(0.5f);
            if (++steps == 4) {
                step.terminate();
            }
        }
    }

    private static VectorEnvironment one(Environment environment) {
        var environments = VectorEnvironment.of(() -> environment, 1, 1);
        environments.reset();
        return environments;
    }

    @Test
    void framesLieOldestFirstAndBeginAsTheFirst() {
        try (var environments = one(new FrameStack(new Slide(), 3))) {
            assertThat(environments.observationSpace()).isEqualTo(Box.of(0, 10, 3));
            assertThat(environments.observations()).containsExactly(5, 5, 5);
            environments.step(new float[] {1});
            environments.step(new float[] {2});
            assertThat(environments.observations()).containsExactly(5, 6, 8);
            assertThat(environments.rewards()).containsExactly(80);
            assertThat(environments.elapsed()).containsExactly(0.5f);
            environments.step(new float[] {0});
            environments.step(new float[] {1});
            assertThat(environments.terminated()).containsExactly(true);
            assertThat(environments.finalObservations()).containsExactly(8, 8, 9);
            assertThat(environments.observations()).containsExactly(5, 5, 5);
        }
    }

    /// An image whose numbers are 0, 1, 2, … and grow by 100 with every step.
    private static final class Screen implements Environment {
        private final Box space;
        private int begin;

        Screen(Box space) {
            this.space = space;
        }

        @Override
        public Space observationSpace() {
            return space;
        }

        @Override
        public Space actionSpace() {
            return Box.of(0, 1, 1);
        }

        @Override
        public void reset(RandomGenerator random, Step step) {
            begin = 0;
            show(step);
        }

        @Override
        public void step(Row action, Step step) {
            begin += 100;
            show(step);
        }

        private void show(Step step) {
            for (int i = 0; i < space.size(); i++) {
                step.observation().set(i, begin + i);
            }
        }
    }

    @Test
    void imagesAreStackedByTheirChannels() {
        try (var environments = one(new FrameStack(new Screen(Box.of(0, 1000, 1, 2, 2)), 2))) {
            assertThat(environments.observationSpace())
                    .isEqualTo(Box.of(0, 1000, 2, 2, 2).channelsFirst());
            environments.step(new float[1]);
            assertThat(environments.observations()).containsExactly(0, 1, 2, 3, 100, 101, 102, 103);
        }
    }

    @Test
    void imagesWhoseChannelsComeLastGetMoreChannelsAPixel() {
        try (var environments =
                one(new FrameStack(new Screen(Box.of(0, 1000, 2, 1, 2).channelsLast()), 3))) {
            assertThat(environments.observationSpace())
                    .isEqualTo(Box.of(0, 1000, 2, 1, 6).channelsLast());
            environments.step(new float[1]);
            environments.step(new float[1]);
            assertThat(environments.observations()).containsExactly(0, 1, 100, 101, 200, 201, 2, 3, 102, 103, 202, 203);
        }
    }

    @Test
    void imagesThatDoNotSayWhereTheirChannelsAreAreNotStacked() {
        assertThatThrownBy(() -> new FrameStack(new Screen(Box.of(0, 1000, 4, 4, 4)), 2))
                .hasMessageContaining("[4, 4, 4] does not tell which dimension are the channels");
    }

    @Test
    void actionsAreRescaledOntoTheBounds() {
        try (var environments = one(new RescaleAction(new Slide(), -1, 1))) {
            assertThat(environments.actionSpace()).isEqualTo(Box.of(-1, 1, 1));
            environments.step(new float[] {-1});
            assertThat(environments.observations()).containsExactly(3);
            environments.step(new float[] {0});
            assertThat(environments.observations()).containsExactly(4);
            environments.step(new float[] {1});
            assertThat(environments.observations()).containsExactly(8);
        }
    }

    @Test
    void actionsBeyondTheBoundsAreClipped() {
        try (var environments = one(new ClipAction(new Slide()))) {
            environments.step(new float[] {-77});
            assertThat(environments.observations()).containsExactly(3);
            environments.step(new float[] {1});
            assertThat(environments.observations()).containsExactly(4);
        }
    }

    @Test
    void observationsAreRescaledFromTheBounds() {
        try (var environments = one(new RescaleObservation(new Slide(), -1, 1))) {
            assertThat(environments.observations()).containsExactly(0);
            environments.step(new float[] {4});
            environments.step(new float[] {4});
            assertThat(environments.observations()).containsExactly(1);
        }
    }

    @Test
    void rewardsAreClipped() {
        try (var environments = one(new ClipReward(new Slide(), -1, 55))) {
            environments.step(new float[] {1});
            assertThat(environments.rewards()).containsExactly(55);
            environments.step(new float[] {-2});
            assertThat(environments.rewards()).containsExactly(40);
        }
    }

    @Test
    void endedEpisodesAreWrittenDownAndTheFileGoesOn() throws IOException {
        Path file = folder.resolve("runs/monitor.csv");
        for (int run = 0; run < 2; run++) {
            try (var environments = one(new Monitor(new Slide(), file))) {
                for (int t = 0; t < 9; t++) {
                    environments.step(new float[] {0});
                }
            }
        }
        assertThat(Files.readAllLines(file))
                .containsExactly("return,length,time", "200.0,4,2.0", "200.0,4,2.0", "200.0,4,2.0", "200.0,4,2.0");
    }

    @Test
    void wrappedEnvironmentsKeepTheContractAndResume() throws IOException {
        Supplier<Environment> maker = () -> new ClipReward(new FrameStack(CartPole.v1(), 3), 0, 0.5f);
        EnvironmentChecker.check(maker).orThrow();
        EnvironmentChecker.check(() -> new RescaleAction(new RescaleObservation(new Slide(), -1, 1), -1, 1))
                .orThrow();
        try (var first = VectorEnvironment.of(maker, 4, 1);
                var second = VectorEnvironment.of(maker, 4, 1)) {
            first.reset();
            for (int t = 0; t < 31; t++) {
                first.step(new float[] {t % 2, 0, 1, t % 3 == 0 ? 1 : 0});
            }
            Path file = folder.resolve("checkpoint");
            CheckpointFile.save(file, first::state);
            CheckpointFile.restore(file, second::state);
            for (int t = 0; t < 31; t++) {
                first.step(new float[] {t % 2, 0, 1, 1});
                second.step(new float[] {t % 2, 0, 1, 1});
                assertThat(second.observations()).containsExactly(first.observations());
                assertThat(second.rewards()).containsExactly(first.rewards());
            }
        }
    }

    @Test
    void spacesThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> new RescaleAction(CartPole.v1(), -1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("RescaleAction: actions are of Discrete[n=2] (expected: a Box)");
        assertThatThrownBy(() -> new RescaleObservation(CartPole.v1(), -1, 1))
                .hasMessageContaining("in element 1 (expected: finite ones that differ)");
        assertThatThrownBy(() -> new RescaleAction(new Slide(), 1, 1))
                .hasMessage("RescaleAction: 1.0..1.0 (expected: low < high, both finite)");
        assertThatThrownBy(() -> Box.of(0, 1, 4).channelsFirst()).hasMessageContaining("three dimensions");
        assertThatThrownBy(() -> new FrameStack(new Slide(), 0)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> new ClipReward(new Slide(), 1, Float.NaN)).hasMessageContaining("1.0..NaN");
    }
}
