package dev.rein.toolkit.environment.classic;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Renderable;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.TimeLimit;
import java.awt.Graphics2D;
import java.util.random.RandomGenerator;

/// MountainCar-v0: rock a weak car out of a valley, pushing left (0), not at all (1) or right (2) (Moore 1990, as
/// Gymnasium implements it). Reward -1 a step until it stands at 0.5.
public final class MountainCar implements Renderable {
    private static final double FORCE = 0.001;
    private static final double GOAL = 0.5;

    private static final Space OBSERVATIONS = new Box(
            new float[] {(float) Valley.LEFT, (float) -Valley.SPEED_LIMIT},
            new float[] {(float) Valley.RIGHT, (float) Valley.SPEED_LIMIT});
    private static final Space ACTIONS = new Discrete(3);

    private double position;
    private double velocity;

    /// The environment registered as MountainCar-v0: truncated after 200 steps.
    public static Environment v0() {
        return new TimeLimit(new MountainCar(), 200);
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
        velocity += (action.index() - 1) * FORCE - Math.cos(3 * position) * Valley.PULL;
        velocity = Math.clamp(velocity, -Valley.SPEED_LIMIT, Valley.SPEED_LIMIT);
        position = Math.clamp(position + velocity, Valley.LEFT, Valley.RIGHT);
        if (position == Valley.LEFT && velocity < 0) {
            velocity = 0;
        }
        observe(step);
        step.reward(-1);
        if (position >= GOAL && velocity >= 0) {
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
