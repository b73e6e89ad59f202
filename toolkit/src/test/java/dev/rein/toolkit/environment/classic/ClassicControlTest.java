package dev.rein.toolkit.environment.classic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.Renderable;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.registry.Environments;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ClassicControlTest {
    interface Begin {
        void from(double[] state, Step step);
    }

    /// @param length of the state
    /// @param limit  Gymnasium's of an episode
    record World(String id, Renderable environment, Begin begin, int length, int limit) {
        @Override
        public String toString() {
            return id;
        }
    }

    static Stream<World> worlds() {
        var acrobot = new Acrobot();
        var mountainCar = new MountainCar();
        var continuous = new MountainCarContinuous();
        var pendulum = new Pendulum();
        return Stream.of(
                new World("Acrobot-v1", acrobot, acrobot::reset, 4, 500),
                new World("MountainCar-v0", mountainCar, mountainCar::reset, 2, 200),
                new World("MountainCarContinuous-v0", continuous, continuous::reset, 2, 999),
                new World("Pendulum-v1", pendulum, pendulum::reset, 2, 200));
    }

    /// Traces of the real Gymnasium, recorded by `src/test/python/record_classic.py`.
    @ParameterizedTest
    @MethodSource("worlds")
    void everyRecordedStepIsGymnasiums(World world) throws IOException {
        Step step = Step.of(world.environment);
        int size = world.environment.observationSpace().size();
        List<double[]> steps = recorded(world.id);
        assertThat(steps).hasSizeGreaterThan(400);
        for (double[] recorded : steps) {
            world.begin.from(Arrays.copyOf(recorded, world.length), step);
            world.environment.step(Row.of((float) recorded[world.length]), step.clear());
            int at = world.length + 1;
            for (int i = 0; i < size; i++) {
                float expected = (float) recorded[at + i];
                assertThat(step.observation().get(i))
                        .isCloseTo(expected, within(1e-6f * Math.max(1, Math.abs(expected))));
            }
            float reward = (float) recorded[at + size];
            assertThat(step.reward()).isCloseTo(reward, within(1e-6f * Math.max(1, Math.abs(reward))));
            assertThat(step.terminated()).isEqualTo(recorded[at + size + 1] == 1);
        }
    }

    @ParameterizedTest
    @MethodSource("worlds")
    void episodesBeginInsideTheSpaceAndAreCutAtGymnasiumsLimit(World world) {
        try (Environment limited = Environments.make(world.id)) {
            Step step = Step.of(limited);
            float[] rest = {world.length == 4 || world.id.startsWith("MountainCar-") ? 1 : 0};
            limited.reset(new EpisodeRandom(1, 0, 0), step);
            int steps = 0;
            while (!step.truncated()) {
                assertThat(step.terminated()).isFalse();
                limited.step(Row.of(rest), step.clear());
                steps++;
            }
            assertThat(steps).isEqualTo(world.limit);
        }
    }

    @ParameterizedTest
    @MethodSource("worlds")
    void theSameSeedIsTheSameEpisode(World world) {
        float[][] seen = new float[3][world.environment.observationSpace().size()];
        for (int run = 0; run < 3; run++) {
            Step step = Step.of(world.environment);
            world.environment.reset(new EpisodeRandom(run == 2 ? 8 : 7, 0, 0), step);
            for (int i = 0; i < seen[run].length; i++) {
                seen[run][i] = step.observation().get(i);
            }
        }
        assertThat(seen[1]).containsExactly(seen[0]);
        assertThat(seen[2]).isNotEqualTo(seen[0]);
    }

    @ParameterizedTest
    @MethodSource("worlds")
    void drawsItselfAndNotTheSameInEveryState(World world) {
        int first = drawn(world, new double[] {0.1, 0.02, 0, 0});
        assertThat(drawn(world, new double[] {-0.9, 0.02, 0, 0})).isNotEqualTo(first);
        assertThat(drawn(world, new double[] {0.1, 0.02, 0, 0})).isEqualTo(first);
    }

    private static int drawn(World world, double[] state) {
        world.begin.from(state, Step.of(world.environment));
        var image = new BufferedImage(200, 150, BufferedImage.TYPE_INT_RGB);
        var canvas = image.createGraphics();
        canvas.setColor(Color.WHITE);
        canvas.fillRect(0, 0, 200, 150);
        world.environment.render(canvas, 200, 150);
        canvas.dispose();
        int[] pixels = image.getRGB(0, 0, 200, 150, null, 0, 200);
        assertThat(Arrays.stream(pixels).distinct().count()).isGreaterThan(1);
        return Arrays.hashCode(pixels);
    }

    private static List<double[]> recorded(String id) throws IOException {
        String name = id.toLowerCase(java.util.Locale.ROOT) + ".csv";
        try (var lines = new BufferedReader(
                new InputStreamReader(requireNonNull(ClassicControlTest.class.getResourceAsStream(name)), UTF_8))) {
            return lines.lines()
                    .map(line -> Arrays.stream(line.split(",", -1))
                            .mapToDouble(Double::parseDouble)
                            .toArray())
                    .toList();
        }
    }
}
