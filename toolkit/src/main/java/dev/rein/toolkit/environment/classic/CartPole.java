package dev.rein.toolkit.environment.classic;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Renderable;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.TimeLimit;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.random.RandomGenerator;

/// CartPole-v1: keep a pole upright on a cart that is pushed left (0) or right (1) (Barto, Sutton & Anderson 1983,
/// as Gymnasium implements it). Reward 1 a step; over when the pole leans beyond 12° or the cart leaves ±2.4.
public final class CartPole implements Renderable {
    private static final double GRAVITY = 9.8;
    private static final double CART_MASS = 1.0;
    private static final double POLE_MASS = 0.1;
    private static final double TOTAL_MASS = CART_MASS + POLE_MASS;
    private static final double HALF_LENGTH = 0.5;
    private static final double POLE_MASS_LENGTH = POLE_MASS * HALF_LENGTH;
    private static final double FORCE = 10.0;
    private static final double SECONDS = 0.02;
    private static final double ANGLE_LIMIT = 12 * 2 * Math.PI / 360;
    private static final double SERIES_LIMIT = 0.25;
    private static final double POSITION_LIMIT = 2.4;

    private static final Space OBSERVATIONS = Box.symmetric(
            (float) (POSITION_LIMIT * 2), Float.POSITIVE_INFINITY, (float) (ANGLE_LIMIT * 2), Float.POSITIVE_INFINITY);
    private static final Space ACTIONS = new Discrete(2);

    private double position;
    private double velocity;
    private double angle;
    private double angularVelocity;

    /// The environment registered as CartPole-v1: truncated after 500 steps.
    public static Environment v1() {
        return new TimeLimit(new CartPole(), 500);
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
        position = random.nextDouble(-0.05, 0.05);
        velocity = random.nextDouble(-0.05, 0.05);
        angle = random.nextDouble(-0.05, 0.05);
        angularVelocity = random.nextDouble(-0.05, 0.05);
        observe(step);
    }

    /// Begins from a state of the caller's: for comparing with recorded traces.
    void reset(double[] state, Step step) {
        position = state[0];
        velocity = state[1];
        angle = state[2];
        angularVelocity = state[3];
        observe(step);
    }

    @Override
    public void step(Row action, Step step) {
        double force = action.index() == 1 ? FORCE : -FORCE;
        double cos = cos(angle);
        double sin = sin(angle);
        // Florian 2007, equations 23 and 24, frictionless
        double push = (force + POLE_MASS_LENGTH * angularVelocity * angularVelocity * sin) / TOTAL_MASS;
        double angularAcceleration =
                (GRAVITY * sin - cos * push) / (HALF_LENGTH * (4.0 / 3.0 - POLE_MASS * cos * cos / TOTAL_MASS));
        double acceleration = push - POLE_MASS_LENGTH * angularAcceleration * cos / TOTAL_MASS;
        // explicit Euler, positions before velocities
        position += SECONDS * velocity;
        velocity += SECONDS * acceleration;
        angle += SECONDS * angularVelocity;
        angularVelocity += SECONDS * angularAcceleration;
        observe(step);
        step.reward(1);
        if (Math.abs(position) > POSITION_LIMIT || Math.abs(angle) > ANGLE_LIMIT) {
            step.terminate();
        }
    }

    /// Taylor's series, right to the last bit or the one before within [#SERIES_LIMIT], where every angle of an
    /// episode is: half of a step's time was the library's sine and cosine.
    static double sin(double x) {
        if (Math.abs(x) > SERIES_LIMIT) {
            return Math.sin(x);
        }
        double s = x * x;
        return x + x * s * (-1 / 6.0 + s * (1 / 120.0 + s * (-1 / 5_040.0 + s * (1 / 362_880.0 - s / 39_916_800.0))));
    }

    /// As [#sin].
    static double cos(double x) {
        if (Math.abs(x) > SERIES_LIMIT) {
            return Math.cos(x);
        }
        double s = x * x;
        double later = 1 / 40_320.0 + s * (-1 / 3_628_800.0 + s / 479_001_600.0);
        return 1 + s * (-0.5 + s * (1 / 24.0 + s * (-1 / 720.0 + s * later)));
    }

    private void observe(Step step) {
        step.observation().put((float) position, (float) velocity, (float) angle, (float) angularVelocity);
    }

    @Override
    public void render(Graphics2D canvas, int width, int height) {
        double scale = width / (2 * POSITION_LIMIT);
        double x = position * scale + width / 2.0;
        double y = 0.75 * height;
        double length = 2 * HALF_LENGTH * scale;
        canvas.setColor(Color.BLACK);
        canvas.draw(new Line2D.Double(0, y, width, y));
        canvas.fill(new Rectangle2D.Double(x - width / 24.0, y - height / 26.0, width / 12.0, height / 13.0));
        canvas.setColor(new Color(202, 152, 101));
        canvas.setStroke(new BasicStroke(width / 60f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        canvas.draw(new Line2D.Double(x, y, x + length * Math.sin(angle), y - length * Math.cos(angle)));
    }
}
