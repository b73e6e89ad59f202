package dev.rein.toolkit.environment.classic;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Renderable;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.TimeLimit;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.util.random.RandomGenerator;

/// Pendulum-v1: swing a pendulum up and hold it there with a torque between -2 and 2, as Gymnasium has it. It never
/// ends; the reward is minus a cost of angle, speed and torque, 0 at best and about -16.3 at worst.
public final class Pendulum implements Renderable {
    private static final double GRAVITY = 10;
    private static final double SECONDS = 0.05;
    private static final double SPEED_LIMIT = 8;
    private static final double TORQUE_LIMIT = 2;

    private static final Space OBSERVATIONS = Box.symmetric(1, 1, (float) SPEED_LIMIT);
    private static final Space ACTIONS = Box.of((float) -TORQUE_LIMIT, (float) TORQUE_LIMIT, 1);

    /// From upright; grows beyond a turn.
    private double angle;
    private double speed;

    /// The environment registered as Pendulum-v1: truncated after 200 steps.
    public static Environment v1() {
        return new TimeLimit(new Pendulum(), 200);
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
        angle = random.nextDouble(-Math.PI, Math.PI);
        speed = random.nextDouble(-1, 1);
        observe(step);
    }

    /// Begins from a state of the caller's: for comparing with recorded traces.
    void reset(double[] from, Step step) {
        angle = from[0];
        speed = from[1];
        observe(step);
    }

    @Override
    public void step(Row action, Step step) {
        double torque = Math.clamp(action.get(0), -TORQUE_LIMIT, TORQUE_LIMIT);
        double lean = Math.IEEEremainder(angle, 2 * Math.PI);
        step.reward((float) -(lean * lean + 0.1 * speed * speed + 0.001 * torque * torque));
        // mass 1, length 1: 3g/2l sin θ + 3u/ml²
        speed += (1.5 * GRAVITY * Math.sin(angle) + 3 * torque) * SECONDS;
        speed = Math.clamp(speed, -SPEED_LIMIT, SPEED_LIMIT);
        angle += speed * SECONDS;
        observe(step);
    }

    private void observe(Step step) {
        step.observation().put((float) Math.cos(angle), (float) Math.sin(angle), (float) speed);
    }

    @Override
    public void render(Graphics2D canvas, int width, int height) {
        double scale = Math.min(width, height) / 2.4;
        double x = width / 2.0;
        double y = height / 2.0;
        canvas.setStroke(new BasicStroke((float) (0.2 * scale), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        canvas.setColor(new Color(204, 77, 77));
        canvas.draw(new Line2D.Double(x, y, x - scale * Math.sin(angle), y - scale * Math.cos(angle)));
        canvas.setColor(Color.BLACK);
        canvas.fill(new Ellipse2D.Double(x - 0.05 * scale, y - 0.05 * scale, 0.1 * scale, 0.1 * scale));
    }
}
