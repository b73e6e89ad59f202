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
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.util.random.RandomGenerator;

/// Acrobot-v1: swing the tip of two hanging links above the line by a torque of -1, 0 or 1 at the joint between
/// them (Sutton 1996; equations of Sutton & Barto's book, as Gymnasium implements it). Reward -1 a step, 0 for the
/// one that gets there.
public final class Acrobot implements Renderable {
    private static final double GRAVITY = 9.8;
    private static final double SECONDS = 0.2;
    private static final double SPEED_LIMIT_1 = 4 * Math.PI;
    private static final double SPEED_LIMIT_2 = 9 * Math.PI;

    private static final Space OBSERVATIONS = Box.symmetric(1, 1, 1, 1, (float) SPEED_LIMIT_1, (float) SPEED_LIMIT_2);
    private static final Space ACTIONS = new Discrete(3);

    /// Angle of the first link from hanging down, of the second from the first, and their speeds.
    private final double[] state = new double[4];

    // Of one Runge-Kutta step.
    private final double[] at = new double[4];
    private final double[][] slopes = new double[4][4];

    /// The environment registered as Acrobot-v1: truncated after 500 steps.
    public static Environment v1() {
        return new TimeLimit(new Acrobot(), 500);
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
        for (int i = 0; i < 4; i++) {
            state[i] = random.nextDouble(-0.1, 0.1);
        }
        observe(step);
    }

    /// Begins from a state of the caller's: for comparing with recorded traces.
    void reset(double[] from, Step step) {
        System.arraycopy(from, 0, state, 0, 4);
        observe(step);
    }

    @Override
    public void step(Row action, Step step) {
        integrate(action.index() - 1);
        state[0] = wrapped(state[0]);
        state[1] = wrapped(state[1]);
        state[2] = Math.clamp(state[2], -SPEED_LIMIT_1, SPEED_LIMIT_1);
        state[3] = Math.clamp(state[3], -SPEED_LIMIT_2, SPEED_LIMIT_2);
        observe(step);
        boolean high = -Math.cos(state[0]) - Math.cos(state[1] + state[0]) > 1;
        step.reward(high ? 0 : -1);
        if (high) {
            step.terminate();
        }
    }

    /// Runge-Kutta of the fourth order over one step.
    private void integrate(double torque) {
        slope(state, torque, slopes[0]);
        for (int k = 1; k < 4; k++) {
            double reach = k == 3 ? SECONDS : SECONDS / 2;
            for (int i = 0; i < 4; i++) {
                at[i] = state[i] + reach * slopes[k - 1][i];
            }
            slope(at, torque, slopes[k]);
        }
        for (int i = 0; i < 4; i++) {
            state[i] += SECONDS / 6 * (slopes[0][i] + 2 * slopes[1][i] + 2 * slopes[2][i] + slopes[3][i]);
        }
    }

    /// Links of length 1 and mass 1 with their mass in the middle and moment of inertia 1.
    private static void slope(double[] s, double torque, double[] slope) {
        double cos = Math.cos(s[1]);
        double sin = Math.sin(s[1]);
        double d1 = 0.25 + 1.25 + cos + 2;
        double d2 = 0.25 + 0.5 * cos + 1;
        double phi2 = 0.5 * GRAVITY * Math.cos(s[0] + s[1] - Math.PI / 2);
        double phi1 =
                -0.5 * s[3] * s[3] * sin - s[3] * s[2] * sin + 1.5 * GRAVITY * Math.cos(s[0] - Math.PI / 2) + phi2;
        double acceleration2 = (torque + d2 / d1 * phi1 - 0.5 * s[2] * s[2] * sin - phi2) / (0.25 + 1 - d2 * d2 / d1);
        slope[0] = s[2];
        slope[1] = s[3];
        slope[2] = -(d2 * acceleration2 + phi1) / d1;
        slope[3] = acceleration2;
    }

    /// Into -π..π.
    private static double wrapped(double angle) {
        double wrapped = angle;
        while (wrapped > Math.PI) {
            wrapped -= 2 * Math.PI;
        }
        while (wrapped < -Math.PI) {
            wrapped += 2 * Math.PI;
        }
        return wrapped;
    }

    private void observe(Step step) {
        Row seen = step.observation();
        seen.set(0, (float) Math.cos(state[0]));
        seen.set(1, (float) Math.sin(state[0]));
        seen.set(2, (float) Math.cos(state[1]));
        seen.set(3, (float) Math.sin(state[1]));
        seen.set(4, (float) state[2]);
        seen.set(5, (float) state[3]);
    }

    @Override
    public void render(Graphics2D canvas, int width, int height) {
        double scale = Math.min(width, height) / 4.4;
        double x0 = width / 2.0;
        double y0 = height / 2.0;
        double x1 = x0 + scale * Math.sin(state[0]);
        double y1 = y0 + scale * Math.cos(state[0]);
        double x2 = x1 + scale * Math.sin(state[0] + state[1]);
        double y2 = y1 + scale * Math.cos(state[0] + state[1]);
        canvas.setColor(Color.BLACK);
        canvas.draw(new Line2D.Double(0, y0 - scale, width, y0 - scale));
        canvas.setStroke(new BasicStroke((float) (0.15 * scale), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        canvas.setColor(new Color(0, 170, 170));
        canvas.draw(new Line2D.Double(x0, y0, x1, y1));
        canvas.draw(new Line2D.Double(x1, y1, x2, y2));
        canvas.setColor(new Color(170, 170, 0));
        for (double[] joint : new double[][] {{x0, y0}, {x1, y1}}) {
            canvas.fill(new Ellipse2D.Double(joint[0] - 0.1 * scale, joint[1] - 0.1 * scale, 0.2 * scale, 0.2 * scale));
        }
    }
}
