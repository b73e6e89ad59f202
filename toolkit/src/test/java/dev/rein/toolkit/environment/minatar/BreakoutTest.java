package dev.rein.toolkit.environment.minatar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.environment.check.EnvironmentChecker;
import dev.rein.toolkit.environment.registry.Environments;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BreakoutTest {
    private static final int PADDLE = 0;
    private static final int BALL = 1;
    private static final int TRAIL = 2;
    private static final int BRICK = 3;

    private static float at(Step step, int row, int column, int channel) {
        return step.observation().get((row * 10 + column) * 4 + channel);
    }

    private static void take(Environment game, Step step, int action) {
        game.step(Row.of(action), step.clear());
    }

    /// Traces of the real MinAtar, recorded by `src/test/python/record_minatar.py`. One wall is cleared in them to its
    /// last brick, and stands again when the ball has come down.
    @Test
    void everyRecordedStepIsMinAtars() throws IOException {
        var game = new Breakout(Breakout.Actions.ALL, 0);
        Step step = Step.of(game);
        String[] lines;
        try (InputStream in = requireNonNull(BreakoutTest.class.getResourceAsStream("breakout.txt"))) {
            lines = new String(in.readAllBytes(), UTF_8).split("\n");
        }
        assertThat(lines).hasSizeGreaterThan(2_500);
        int rebuilt = 0;
        long wall = -1;
        for (int i = 0; i < lines.length; i++) {
            String[] words = lines[i].split(" ");
            if (words.length == 1) {
                game.begin(words[0].equals("right"), step.clear());
                words = lines[++i].split(" ");
                wall = -1;
            } else {
                take(game, step, Integer.parseInt(words[0]));
            }
            assertThat(step.reward()).as("line %d", i + 1).isEqualTo(Float.parseFloat(words[1]));
            assertThat(step.terminated()).as("line %d", i + 1).isEqualTo(words[2].equals("1"));
            long bricks = Long.parseLong(words[4], 16);
            assertSeen(step, words[3], bricks, i + 1);
            rebuilt += wall == 0 && Long.bitCount(bricks) == 30 ? 1 : 0;
            wall = bricks;
        }
        assertThat(rebuilt).as("walls cleared and built anew").isEqualTo(1);
    }

    private static void assertSeen(Step step, String places, long bricks, int line) {
        int[] channel = {BALL, TRAIL, PADDLE};
        float[] expected = new float[400];
        for (int i = 0; i < channel.length; i++) {
            int column = places.charAt(2 * i) - '0';
            int row = places.charAt(2 * i + 1) - '0';
            expected[(row * 10 + column) * 4 + channel[i]] = 1;
        }
        for (int i = 0; i < 30; i++) {
            expected[(10 + i) * 4 + BRICK] = bricks >> (29 - i) & 1;
        }
        float[] seen = new float[400];
        for (int i = 0; i < seen.length; i++) {
            seen[i] = step.observation().get(i);
        }
        assertThat(seen).as("line %d", line).containsExactly(expected);
    }

    /// From the left at row 3, down to the right: row 8 at column 5, where the paddle has to be by the sixth step.
    @Test
    void theBallComesBackFromThePaddleAndBreaksABrick() {
        Breakout game = new Breakout(Breakout.Actions.MINIMAL, 0);
        Step step = Step.of(game);
        game.begin(false, step);
        assertThat(at(step, 3, 0, BALL)).isEqualTo(1);
        assertThat(at(step, 9, 4, PADDLE)).isEqualTo(1);
        take(game, step, 2);
        for (int i = 0; i < 4; i++) {
            take(game, step, 0);
        }
        assertThat(at(step, 8, 5, BALL)).isEqualTo(1);
        assertThat(at(step, 7, 4, TRAIL)).isEqualTo(1);
        take(game, step, 0);
        assertThat(step.terminated()).isFalse();
        // up again: the ball stays in its row while it turns, then rises to the left wall of bricks
        assertThat(at(step, 8, 6, BALL)).isEqualTo(1);
        for (int i = 0; i < 4; i++) {
            take(game, step, 0);
            assertThat(step.reward()).isZero();
        }
        take(game, step, 0);
        assertThat(step.reward()).isEqualTo(1);
        float bricks = 0;
        for (int row = 1; row <= 3; row++) {
            for (int column = 0; column < 10; column++) {
                bricks += at(step, row, column, BRICK);
            }
        }
        assertThat(bricks).isEqualTo(29);
    }

    @Test
    void aMissedBallIsTheEnd() {
        Breakout game = new Breakout(Breakout.Actions.MINIMAL, 0);
        Step step = Step.of(game);
        game.begin(true, step);
        for (int i = 0; i < 5; i++) {
            take(game, step, 2);
            assertThat(step.terminated()).isFalse();
        }
        take(game, step, 2);
        assertThat(step.terminated()).isTrue();
        assertThat(at(step, 9, 9, PADDLE)).isEqualTo(1);
    }

    @Test
    void aStickyActionIsTheOneBefore() {
        Breakout game = new Breakout(Breakout.Actions.MINIMAL, 1);
        Step step = Step.of(game);
        game.reset(new EpisodeRandom(1, 0, 0), step);
        take(game, step, 1);
        assertThat(at(step, 9, 4, PADDLE)).as("none before").isEqualTo(1);

        game = new Breakout(Breakout.Actions.MINIMAL, 0.25);
        int stuck = 0;
        for (int episode = 0; episode < 4_000; episode++) {
            game.reset(new EpisodeRandom(1, 0, episode), step.clear());
            take(game, step, 1);
            stuck += (int) at(step, 9, 4, PADDLE);
        }
        assertThat(stuck / 4_000.0).isCloseTo(0.25, within(0.03));
    }

    @Test
    void optionsAreMinAtars() {
        assertThat(Environments.make("MinAtar/Breakout-v1").actionSpace()).isEqualTo(new Discrete(3));
        assertThat(Environments.make("MinAtar/Breakout-v0").actionSpace()).isEqualTo(new Discrete(6));
        assertThat(Environments.make(
                                "MinAtar/Breakout-v0",
                                Map.of(
                                        "use_minimal_action_set", true,
                                        "sticky_action_prob", 0,
                                        "difficulty_ramping", false))
                        .actionSpace())
                .isEqualTo(new Discrete(3));
        assertThatThrownBy(() -> Environments.make("MinAtar/Breakout-v1", Map.of("sticky_action_prob", 2)))
                .hasMessageContaining("sticky_action_prob: \"2\" (expected: a number of 0.0..1.0)");
        assertThatThrownBy(() -> new Breakout(Breakout.Actions.ALL, Double.NaN)).hasMessageContaining("sticky: NaN");
    }

    @Test
    void theCheckerFindsNothing() {
        assertThat(EnvironmentChecker.check(Breakout::v1).problems()).isEmpty();
    }

    @Test
    void steppingAsksForNoMoreThanOneGame() {
        try (var games = VectorEnvironment.of(Breakout::v1, 3, 7)) {
            games.reset();
            for (int i = 0; i < 200; i++) {
                games.step(new float[] {0, 1, 2});
            }
            assertThat(games.statistics().episodes()).isPositive();
        }
    }
}
