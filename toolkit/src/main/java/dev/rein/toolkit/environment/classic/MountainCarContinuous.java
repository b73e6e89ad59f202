package dev.rein.toolkit.environment.classic;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Renderable;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.TimeLimit;
import java.awt.Graphics2D;
import java.util.random.RandomGenerator;

/// MountainCarContinuous-v0: rock a weak car out of a valley with a force between -1 and 1 (Moore 1990, as
/// Gymnasium implements it). Reward 100 for standing at 0.45, less a tenth of the squared force at every step.
public final class MountainCarContinuous implements Renderable {
    private static final double POWER = 0.0015;
    private static final double GOAL = 0.45;

    private static final Space OBSERVATIONS = new Box(
            new float[] {(float) Valley.LEFT, (float) -Valley.SPEED_LIMIT},
            new float[] {(float) Valley.RIGHT, (float) Valley.SPEED_LIMIT});
    private static final Space ACTIONS = Box.of(-1, 1, 1);

    private double position;
    private double velocity;

    /// The environment registered as MountainCarContinuous-v0: truncated after 999 steps.
    public static Environment v0() {
        return new TimeLimit(new MountainCarContinuous(), 999);
    }

    @Override
    public Space observationSpace() {
        return OBSERVATIONS;
    }

    @Override
    public Space actionSpace() {
        return ACTIONS;
    }

    @Override
    public void reset(RandomGenerator random, Step step) {
        position = random.nextDouble(-0.6, -0.4);
        velocity = 0;
        observe(step);
    }

    /// Begins from a state of the caller's: for comparing with recorded traces.
    void reset(double[] from, Step step) {
        position = from[0];
        velocity = from[1];
        observe(step);
    }

    @Override
    public void step(Row action, Step step) {
        double asked = action.get(0);
        velocity += Math.clamp(asked, -1, 1) * POWER - Valley.PULL * Math.cos(3 * position);
        velocity = Math.clamp(velocity, -Valley.SPEED_LIMIT, Valley.SPEED_LIMIT);
        position = Math.clamp(position + velocity, Valley.LEFT, Valley.RIGHT);
        if (position == Valley.LEFT && velocity < 0) {
            velocity = 0;
        }
        observe(step);
        boolean there = position >= GOAL && velocity >= 0;
        step.reward((float) ((there ? 100 : 0) - 0.1 * asked * asked));
        if (there) {
            step.terminate();
        }
    }

    private void observe(Step step) {
        step.observation().put((float) position, (float) velocity);
    }

    @Override
    public void render(Graphics2D canvas, int width, int height) {
        Valley.render(canvas, width, height, position, GOAL);
    }
}
