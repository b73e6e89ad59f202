package dev.rein.toolkit.environment.lander;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Step;
import java.awt.image.BufferedImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LunarLanderTest {
    private static final int EPISODES = 200;

    /// The quantile of Kolmogorov's distribution that chance passes once in a thousand.
    private static final double SELDOM = 1.95;

    static List<String> cases() throws IOException {
        try (var reader = new BufferedReader(new InputStreamReader(
                requireNonNull(LunarLanderTest.class.getResourceAsStream("returns.csv")), UTF_8))) {
            return reader.lines().toList();
        }
    }

    /// Returns and lengths recorded by `src/test/python/record_lander.py`.
    @ParameterizedTest
    @MethodSource("cases")
    void controllersFareAsInGymnasium(String recorded) {
        String[] cells = recorded.split(",", -1);
        String[] name = cells[0].split("-", -1);
        assertThat(cells).hasSize(EPISODES + 1);
        boolean continuous = name[1].equals("continuous");
        var options = new LunarLander.Options(continuous, -10, name.length == 3, 15, 1.5);
        double[] returns = new double[EPISODES];
        double[] lengths = new double[EPISODES];
        Environment lander = LunarLander.v3(options);
        Step step = Step.of(lander);
        float[] action = new float[continuous ? 2 : 1];
        var chance = new EpisodeRandom(2, 0, 0);
        for (int episode = 0; episode < EPISODES; episode++) {
            lander.reset(new EpisodeRandom(1, 0, episode), step.clear());
            do {
                switch (name[0]) {
                    case "heuristic" -> heuristic(step.observation(), action);
                    case "random" -> {
                        for (int i = 0; i < action.length; i++) {
                            action[i] = continuous ? chance.nextFloat() * 2 - 1 : chance.nextInt(4);
                        }
                    }
                    default -> Arrays.fill(action, 0);
                }
                lander.step(Row.of(action), step.clear());
                returns[episode] += step.reward();
                lengths[episode]++;
            } while (!step.terminated() && !step.truncated());
        }
        assertSame(cells[0] + " returns", returns, column(cells, 0));
        assertSame(cells[0] + " lengths", lengths, column(cells, 1));
    }

    private static double[] column(String[] cells, int column) {
        return Arrays.stream(cells)
                .skip(1)
                .mapToDouble(cell -> Double.parseDouble(cell.split(":", -1)[column]))
                .toArray();
    }

    /// Kolmogorov and Smirnov's test that two samples are of one distribution.
    private static void assertSame(String what, double[] ours, double[] theirs) {
        double apart = DoubleStream.concat(Arrays.stream(ours), Arrays.stream(theirs))
                .map(x -> Math.abs(below(ours, x) - below(theirs, x)))
                .max()
                .orElseThrow();
        assertThat(apart)
                .as("%s: means %.1f and Gymnasium's %.1f", what, mean(ours), mean(theirs))
                .isLessThan(SELDOM * Math.sqrt(2.0 / EPISODES));
    }

    private static double below(double[] sample, double x) {
        return Arrays.stream(sample).filter(value -> value <= x).count() / (double) sample.length;
    }

    private static double mean(double[] sample) {
        return Arrays.stream(sample).average().orElseThrow();
    }

    /// The controller that comes with Gymnasium's environment.
    private static void heuristic(Row seen, float[] action) {
        double target = Math.clamp(seen.get(0) * 0.5 + seen.get(2), -0.4, 0.4);
        double turn = (target - seen.get(4)) * 0.5 - seen.get(5);
        double hover = (0.55 * Math.abs(seen.get(0)) - seen.get(1)) * 0.5 - seen.get(3) * 0.5;
        if (seen.get(6) == 1 || seen.get(7) == 1) {
            turn = 0;
            hover = -seen.get(3) * 0.5;
        }
        if (action.length == 2) {
            action[0] = (float) Math.clamp(hover * 20 - 1, -1, 1);
            action[1] = (float) Math.clamp(-turn * 20, -1, 1);
        } else if (hover > Math.abs(turn) && hover > 0.05) {
            action[0] = 2;
        } else if (turn < -0.05) {
            action[0] = 3;
        } else {
            action[0] = turn > 0.05 ? 1 : 0;
        }
    }

    @Test
    void theSameSeedIsTheSameEpisodeWhateverCameBefore() {
        var one = new LunarLander(LunarLander.Options.discrete());
        var other = new LunarLander(LunarLander.Options.discrete());
        flight(other, 3);
        assertThat(flight(one, 7)).containsExactly(flight(other, 7));
        assertThat(flight(one, 8)).isNotEqualTo(flight(other, 7));
    }

    private static float[] flight(LunarLander lander, long seed) {
        Step step = Step.of(lander);
        float[] seen = new float[8 * 100];
        lander.reset(new EpisodeRandom(seed, 0, 0), step);
        for (int i = 0; i < 100 && !step.terminated(); i++) {
            lander.step(Row.of(i % 4), step.clear());
            for (int j = 0; j < 8; j++) {
                seen[i * 8 + j] = step.observation().get(j);
            }
        }
        return seen;
    }

    @Test
    void drawsItselfFalling() {
        var lander = new LunarLander(LunarLander.Options.throttled());
        lander.reset(new EpisodeRandom(1, 0, 0), Step.of(lander));
        int high = drawn(lander);
        assertThat(drawn(lander)).isEqualTo(high);
        Step step = Step.of(lander);
        for (int i = 0; i < 30; i++) {
            lander.step(Row.of(0, 0), step.clear());
        }
        assertThat(drawn(lander)).isNotEqualTo(high);
    }

    private static int drawn(LunarLander lander) {
        var image = new BufferedImage(150, 100, BufferedImage.TYPE_INT_RGB);
        var canvas = image.createGraphics();
        lander.render(canvas, 150, 100);
        canvas.dispose();
        return Arrays.hashCode(image.getRGB(0, 0, 150, 100, null, 0, 150));
    }

    @Test
    void gravityThatDoesNotPullIsRefused() {
        assertThatThrownBy(() -> new LunarLander.Options(false, 0, false, 15, 1.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("gravity: 0.0 (expected: > -12 and < 0)");
    }
}
