package dev.rein.toolkit.environment.lander;

import static java.util.Objects.requireNonNull;

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

/// LunarLander-v3 and LunarLanderContinuous-v3: land between the flags, on as little fuel as it takes (Oleg Klimov,
/// as Gymnasium implements it: <https://gymnasium.farama.org/environments/box2d/lunar_lander/>).
///
/// Observed are position, velocity, angle, angular velocity and whether each leg touches the ground. Actions are
/// nothing (0), the left (1), main (2) or right engine (3); or the throttles of the main and the side engines, -1
/// to 1. The reward is what the lander comes nearer, slower and more upright by, less fuel; 100 for coming to rest,
/// -100 for a crash or for leaving the view, either of which is the end.
public final class LunarLander implements Renderable {
    private static final float FRAMES_PER_SECOND = 50;
    private static final double MAIN_POWER = 13;
    private static final double SIDE_POWER = 0.6;
    private static final double MAIN_BELOW = 4 / Moon.SCALE;
    private static final double SIDE_AWAY = 12 / Moon.SCALE;
    private static final double SIDE_ABOVE = 14 / Moon.SCALE;
    /// Gymnasium's own "17", where [#SIDE_ABOVE] was meant: the engines' place shifts with the lander's angle.
    private static final double SIDE_ABOVE_TILTED = 17 / Moon.SCALE;

    private static final int NOTHING = 0;
    private static final int MAIN = 2;

    private static final float TURN = (float) (2 * Math.PI);
    private static final Space OBSERVATIONS = new Box(
            new float[] {-2.5f, -2.5f, -10, -10, -TURN, -10, 0, 0}, new float[] {2.5f, 2.5f, 10, 10, TURN, 10, 1, 1});
    private static final Space ENGINES = new Discrete(4);
    private static final Space THROTTLES = Box.of(-1, 1, 2);

    /// What Gymnasium lets one choose.
    ///
    /// @param continuous      whether actions are throttles
    /// @param gravity         between -12 and 0, both excluded
    /// @param wind            whether wind blows at the lander until it touches the ground
    /// @param windPower       the wind's greatest force, usually 0..20
    /// @param turbulencePower the wind's greatest torque, usually 0..2
    public record Options(boolean continuous, double gravity, boolean wind, double windPower, double turbulencePower) {
        public Options {
            if (!(gravity > -12 && gravity < 0)) {
                throw new IllegalArgumentException("gravity: %s (expected: > -12 and < 0)".formatted(gravity));
            }
            if (!Double.isFinite(windPower) || !Double.isFinite(turbulencePower)) {
                throw new IllegalArgumentException("windPower, turbulencePower: %s, %s (expected: finite numbers)"
                        .formatted(windPower, turbulencePower));
            }
        }

        /// Engines on or off.
        public static Options discrete() {
            return new Options(false, -10, false, 15, 1.5);
        }

        /// Throttles.
        public static Options throttled() {
            return new Options(true, -10, false, 15, 1.5);
        }
    }

    private final Options options;
    private RandomGenerator random = RandomGenerator.getDefault();
    private Moon moon;
    private double shaping;
    private int windIndex;
    private int turbulenceIndex;

    public LunarLander(Options options) {
        this.options = requireNonNull(options, "options");
        moon = new Moon(random, options.gravity);
    }

    /// The environment registered as LunarLander-v3, or as LunarLanderContinuous-v3: truncated after 1000 steps.
    public static Environment v3(Options options) {
        return new TimeLimit(new LunarLander(options), 1000);
    }

    @Override
    public Space observationSpace() {
        return OBSERVATIONS;
    }

    @Override
    public Space actionSpace() {
        return options.continuous ? THROTTLES : ENGINES;
    }

    @Override
    public void reset(RandomGenerator newRandom, Step step) {
        random = newRandom;
        moon = new Moon(random, options.gravity);
        if (options.wind) {
            windIndex = random.nextInt(-9999, 9999);
            turbulenceIndex = random.nextInt(-9999, 9999);
        }
        advance(0, 0, 0);
        shaping = observe(step);
    }

    @Override
    public void step(Row action, Step step) {
        double main;
        double side;
        double direction;
        if (options.continuous) {
            double up = Math.clamp(action.get(0), -1.0, 1.0);
            double aside = Math.clamp(action.get(1), -1.0, 1.0);
            // an engine runs at half its power at least
            main = up > 0 ? (up + 1) / 2 : 0;
            side = Math.abs(aside) > 0.5 ? Math.abs(aside) : 0;
            direction = Math.signum(aside);
        } else {
            int engine = action.index();
            main = engine == MAIN ? 1 : 0;
            side = engine == NOTHING || engine == MAIN ? 0 : 1;
            direction = engine - MAIN;
        }
        advance(main, side, direction);
        double before = shaping;
        shaping = observe(step);
        if (!moon.isAwake()) {
            step.reward(100);
            step.terminate();
        } else if (moon.crashed() || Math.abs(step.observation().get(0)) >= 1) {
            step.reward(-100);
            step.terminate();
        } else {
            step.reward((float) (shaping - before - 0.3 * main - 0.03 * side));
        }
    }

    private void advance(double main, double side, double direction) {
        if (options.wind && !moon.touches(0) && !moon.touches(1)) {
            moon.blow(options.windPower * gust(windIndex++), options.turbulencePower * gust(turbulenceIndex++));
        }
        double sin = Math.sin(moon.angle());
        double cos = Math.cos(moon.angle());
        double dispersion0 = random.nextDouble(-1, 1) / Moon.SCALE;
        double dispersion1 = random.nextDouble(-1, 1) / Moon.SCALE;
        if (main > 0) {
            double along = MAIN_BELOW + 2 * dispersion0;
            double x = sin * along - cos * dispersion1;
            double y = -cos * along - sin * dispersion1;
            double power = MAIN_POWER * main;
            moon.push(-x * power, -y * power, x, y);
        }
        if (side > 0) {
            double away = 3 * dispersion1 + direction * SIDE_AWAY;
            double x = sin * dispersion0 - cos * away;
            double y = -cos * dispersion0 - sin * away;
            double power = SIDE_POWER * side;
            moon.push(-x * power, -y * power, x - sin * SIDE_ABOVE_TILTED, y + cos * SIDE_ABOVE);
        }
        moon.pass(1 / FRAMES_PER_SECOND);
    }

    /// Never repeats itself; -1..1.
    private static double gust(int index) {
        return Math.tanh(Math.sin(0.02 * index) + Math.sin(Math.PI * 0.01 * index));
    }

    /// @return how good it is to be here
    private double observe(Step step) {
        Row seen = step.observation();
        double x = (moon.x() - Moon.WIDTH / 2) / (Moon.WIDTH / 2);
        double y = (moon.y() - (Moon.PAD + Moon.LEG_DOWN)) / (Moon.HEIGHT / 2);
        double speedX = moon.speedX() * (Moon.WIDTH / 2) / FRAMES_PER_SECOND;
        double speedY = moon.speedY() * (Moon.HEIGHT / 2) / FRAMES_PER_SECOND;
        double angle = moon.angle();
        int left = moon.touches(0) ? 1 : 0;
        int right = moon.touches(1) ? 1 : 0;
        seen.set(0, (float) x);
        seen.set(1, (float) y);
        seen.set(2, (float) speedX);
        seen.set(3, (float) speedY);
        seen.set(4, (float) angle);
        seen.set(5, 20 * moon.turning() / FRAMES_PER_SECOND);
        seen.set(6, left);
        seen.set(7, right);
        return -100 * Math.sqrt(x * x + y * y)
                - 100 * Math.sqrt(speedX * speedX + speedY * speedY)
                - 100 * Math.abs(angle)
                + 10 * (left + right);
    }

    @Override
    public void render(Graphics2D canvas, int width, int height) {
        moon.render(canvas, width, height);
    }
}
