package dev.rein.toolkit.probe;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import java.util.random.RandomGenerator;

/// A world of one observed number and two actions, described by what it does.
public abstract class World implements Environment {
    private static final Space ONE = Box.of(-1, 1, 1);

    protected RandomGenerator random = RandomGenerator.getDefault();

    @Override
    public Space observationSpace() {
        return ONE;
    }

    @Override
    public Space actionSpace() {
        return new Discrete(2);
    }

    @Override
    public void reset(RandomGenerator newRandom, Step step) {
        random = newRandom;
        step.observation().put(0);
    }

    /// The right action is the sign of the observation.
    public static final class FollowTheSign extends World {
        private float sign;

        @Override
        public void reset(RandomGenerator newRandom, Step step) {
            super.reset(newRandom, step);
            look(step);
        }

        @Override
        public void step(Row action, Step step) {
            step.reward(action.index() == (sign > 0 ? 1 : 0) ? 1 : 0);
            look(step);
            step.terminate();
        }

        private void look(Step step) {
            sign = random.nextBoolean() ? 1 : -1;
            step.observation().put(sign);
        }
    }

    /// Earns 1 a step for ever, cut off after ten: the value of every state is 1 / (1 − γ).
    public static class EndlessButCut extends World {
        private int steps;

        @Override
        public void step(Row action, Step step) {
            step.observation().put(0);
            step.reward(1);
            if (++steps % 10 == 0) {
                step.truncate();
            }
        }
    }

    /// Only action 2 of three is allowed; the others are masked, and taking one is a failure.
    public static final class OnlyTheLast extends World {
        private int steps;

        @Override
        public Space actionSpace() {
            return new Discrete(3);
        }

        @Override
        public boolean masksActions() {
            return true;
        }

        @Override
        public void reset(RandomGenerator newRandom, Step step) {
            super.reset(newRandom, step);
            mask(step);
        }

        @Override
        public void step(Row action, Step step) {
            if (action.index() != 2) {
                throw new AssertionError("masked action " + action.index() + " was taken");
            }
            step.observation().put(0);
            step.reward(1);
            mask(step);
            if (++steps % 10 == 0) {
                step.terminate();
            }
        }

        private static void mask(Step step) {
            step.allow(0, false);
            step.allow(1, false);
        }
    }

    /// Action 1 earns 1 and ends the episode; action 0 earns nothing and is cut off where only action 0 is allowed:
    /// with all of it looking the same, action 0 is worth nothing.
    public static final class NothingAfterTheCut extends World {
        @Override
        public boolean masksActions() {
            return true;
        }

        @Override
        public void step(Row action, Step step) {
            step.observation().put(0);
            if (action.index() == 1) {
                step.reward(1);
                step.terminate();
            } else {
                step.allow(1, false);
                step.truncate();
            }
        }
    }

    /// The same, with a number to choose that changes nothing.
    public static final class UnevenTimeAndANumber extends UnevenTime {
        @Override
        public Space actionSpace() {
            return Box.of(-1, 1, 1);
        }
    }

    /// An image of 5×6 pixels and two channels, one pixel of which is lit: the right action says in which half of the
    /// columns.
    public static final class SpotTheSide extends World {
        public static final int HEIGHT = 5;
        public static final int WIDTH = 6;

        private int column;

        @Override
        public Space observationSpace() {
            return Box.of(0, 1, HEIGHT, WIDTH, 2);
        }

        @Override
        public void reset(RandomGenerator newRandom, Step step) {
            random = newRandom;
            look(step);
        }

        @Override
        public void step(Row action, Step step) {
            step.reward(action.index() == (column < WIDTH / 2 ? 0 : 1) ? 1 : 0);
            look(step);
            step.terminate();
        }

        private void look(Step step) {
            column = random.nextInt(WIDTH);
            int lit = (random.nextInt(HEIGHT) * WIDTH + column) * 2 + random.nextInt(2);
            for (int i = 0; i < HEIGHT * WIDTH * 2; i++) {
                step.observation().set(i, i == lit ? 1 : 0);
            }
        }
    }

    /// The best number is 0.5 above the observation.
    public static final class AimAbove extends World {
        private float target;

        @Override
        public Space actionSpace() {
            return Box.of(-2, 2, 1);
        }

        @Override
        public void reset(RandomGenerator newRandom, Step step) {
            super.reset(newRandom, step);
            look(step);
        }

        @Override
        public void step(Row action, Step step) {
            float miss = action.get(0) - target;
            step.reward(-miss * miss);
            look(step);
            step.terminate();
        }

        private void look(Step step) {
            float seen = random.nextFloat() - 0.5f;
            target = seen + 0.5f;
            step.observation().put(seen);
        }
    }

    /// Two steps that take three units of time and half a unit: the first earns nothing, the second earns 1 and
    /// ends. The observation tells them apart.
    public static class UnevenTime extends World {
        private boolean second;

        @Override
        public void reset(RandomGenerator newRandom, Step step) {
            super.reset(newRandom, step);
            second = false;
        }

        @Override
        public void step(Row action, Step step) {
            step.observation().put(1);
            step.elapsed(second ? 0.5f : 3);
            if (second) {
                step.reward(1);
                step.terminate();
            }
            second = true;
        }
    }
}
