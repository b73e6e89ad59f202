package dev.rein.toolkit.environment.minatar;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Renderable;
import dev.rein.toolkit.environment.Resumable;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// MinAtar/Breakout-v1: keep a ball in play with a paddle and break bricks, going nowhere (0), left (1) or right
/// (2). Reward 1 a brick; three new rows when all are broken; over when the ball passes the paddle. The ball flies
/// diagonally; the side of the paddle it meets decides where it goes.
///
/// Observed is an image of 10×10 pixels and four channels: paddle, ball, where the ball was, bricks.
public final class Breakout implements Resumable, Renderable {
    private static final int EDGE = 10;
    private static final int LAST = EDGE - 1;
    private static final int CHANNELS = 4;
    private static final int PADDLE = 0;
    private static final int BALL = 1;
    private static final int TRAIL = 2;
    private static final int BRICK = 3;
    private static final int FIRST_ROW = 1;
    private static final int ROWS = 3;
    private static final int START_ROW = 3;
    private static final Space OBSERVATIONS = Box.of(0, 1, EDGE, EDGE, CHANNELS);
    private static final Color[] COLOURS = {
        new Color(60, 110, 180), new Color(200, 60, 60), new Color(235, 190, 190), new Color(150, 120, 90)
    };

    /// Which actions there are.
    public enum Actions {
        /// As the environments of version 1: the three that do something.
        MINIMAL(0, 1, 2),
        /// As those of version 0: the six of every game, nowhere, left, up, right, down and fire.
        ALL(0, 1, 3);

        private final int nowhere;
        private final int left;
        private final int right;

        Actions(int nowhere, int left, int right) {
            this.nowhere = nowhere;
            this.left = left;
            this.right = right;
        }
    }

    private final Actions actions;
    private final double sticky;

    private RandomGenerator random = RandomGenerator.getDefault();
    private int lastAction;
    private int paddle;
    private int x;
    private int y;
    private int dx;
    private int dy;
    private int trailX;
    private int trailY;
    /// Whether the ball met a brick in the step before: it then breaks none, and flies on.
    private boolean struck;
    private final boolean[] bricks = new boolean[ROWS * EDGE];
    private int left;

    /// @param sticky 0..1: how likely the action before is taken again instead; 0.1 in MinAtar. Here an episode
    ///     begins with none before, so that it depends on nothing but its own chance
    public Breakout(Actions actions, double sticky) {
        if (!(sticky >= 0 && sticky <= 1)) {
            throw new IllegalArgumentException("sticky: %s (expected: 0..1)".formatted(sticky));
        }
        this.actions = actions;
        this.sticky = sticky;
    }

    /// The environment registered as MinAtar/Breakout-v1: three actions, sticky one time in ten.
    public static Breakout v1() {
        return new Breakout(Actions.MINIMAL, 0.1);
    }

    @Override
    public Space observationSpace() {
        return OBSERVATIONS;
    }

    @Override
    public Space actionSpace() {
        return new Discrete(actions == Actions.MINIMAL ? 3 : 6);
    }

    @Override
    public void reset(RandomGenerator newRandom, Step step) {
        random = newRandom;
        begin(random.nextBoolean(), step);
    }

    /// Begins with the ball at a side of the caller's.
    void begin(boolean fromTheRight, Step step) {
        lastAction = actions.nowhere;
        paddle = EDGE / 2 - 1;
        x = fromTheRight ? LAST : 0;
        y = START_ROW;
        dx = fromTheRight ? -1 : 1;
        dy = 1;
        trailX = x;
        trailY = y;
        struck = false;
        build();
        observe(step);
    }

    private void build() {
        Arrays.fill(bricks, true);
        left = bricks.length;
    }

    @Override
    public void step(Row action, Step step) {
        int taken = sticky > 0 && random.nextDouble() < sticky ? lastAction : action.index();
        lastAction = taken;
        if (taken == actions.left) {
            paddle = Math.max(paddle - 1, 0);
        } else if (taken == actions.right) {
            paddle = Math.min(paddle + 1, LAST);
        }
        fly(step);
        observe(step);
    }

    private void fly(Step step) {
        trailX = x;
        trailY = y;
        int toX = x + dx;
        int toY = y + dy;
        if (toX < 0 || toX > LAST) {
            toX = x;
            dx = -dx;
        }
        boolean meets = false;
        if (toY < 0) {
            toY = 0;
            dy = -dy;
        } else if (isBrick(toY, toX)) {
            meets = true;
            if (!struck) {
                bricks[(toY - FIRST_ROW) * EDGE + toX] = false;
                left--;
                step.reward(1);
                toY = y;
                dy = -dy;
            }
        } else if (toY == LAST) {
            if (left == 0) {
                build();
            }
            if (x == paddle) { // from above: back up, on its way
                toY = y;
                dy = -dy;
            } else if (toX == paddle) { // from the side: back where it came from
                toY = y;
                dx = -dx;
                dy = -dy;
            } else {
                step.terminate();
            }
        }
        struck = meets;
        x = toX;
        y = toY;
    }

    private boolean isBrick(int row, int column) {
        int of = row - FIRST_ROW;
        return of >= 0 && of < ROWS && bricks[of * EDGE + column];
    }

    private void observe(Step step) {
        Row image = step.observation();
        for (int row = 0; row < EDGE; row++) {
            for (int column = 0; column < EDGE; column++) {
                int at = (row * EDGE + column) * CHANNELS;
                image.set(at + PADDLE, row == LAST && column == paddle ? 1 : 0);
                image.set(at + BALL, row == y && column == x ? 1 : 0);
                image.set(at + TRAIL, row == trailY && column == trailX ? 1 : 0);
                image.set(at + BRICK, isBrick(row, column) ? 1 : 0);
            }
        }
    }

    @Override
    public void state(Checkpoint checkpoint) {
        int[] numbers = {lastAction, paddle, x, y, dx, dy, trailX, trailY, left};
        checkpoint.integers("numbers", numbers);
        lastAction = numbers[0];
        paddle = numbers[1];
        x = numbers[2];
        y = numbers[3];
        dx = numbers[4];
        dy = numbers[5];
        trailX = numbers[6];
        trailY = numbers[7];
        left = numbers[8];
        struck = checkpoint.truth("struck", struck);
        checkpoint.truths("bricks", bricks);
    }

    @Override
    public void render(Graphics2D canvas, int width, int height) {
        canvas.setColor(Color.BLACK);
        canvas.fillRect(0, 0, width, height);
        double size = Math.min(width, height) / (double) EDGE;
        for (int row = 0; row < EDGE; row++) {
            for (int column = 0; column < EDGE; column++) {
                int object = objectAt(row, column);
                if (object >= 0) {
                    canvas.setColor(COLOURS[object]);
                    canvas.fill(new Rectangle2D.Double(column * size, row * size, size, size));
                }
            }
        }
    }

    /// The channel drawn on top at a pixel, or -1.
    private int objectAt(int row, int column) {
        if (row == y && column == x) {
            return BALL;
        }
        if (row == LAST && column == paddle) {
            return PADDLE;
        }
        if (isBrick(row, column)) {
            return BRICK;
        }
        return row == trailY && column == trailX ? TRAIL : -1;
    }
}
