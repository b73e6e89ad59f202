package dev.rein.toolkit.environment.check;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Dict;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.MultiBinary;
import dev.rein.toolkit.environment.MultiDiscrete;
import dev.rein.toolkit.environment.Part;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.Tuple;
import java.util.random.RandomGenerator;

/// Draws actions evenly from a space, only allowed ones.
final class ActionSampler {
    private final Space space;

    ActionSampler(Space space) {
        this.space = space;
    }

    /// @param step   whose mask is obeyed; allows at least one choice of each part
    /// @param action overwritten
    void sample(RandomGenerator random, Step step, float[] action) {
        for (Part leaf : space.leaves()) {
            sample(leaf, random, step, action);
        }
    }

    private static void sample(Part leaf, RandomGenerator random, Step step, float[] action) {
        int at = leaf.offset();
        switch (leaf.space()) {
            case Discrete discrete -> {
                int choice = random.nextInt(discrete.n());
                while (!step.isAllowed(leaf, choice)) {
                    choice = (choice + 1) % discrete.n();
                }
                action[at] = choice;
            }
            case MultiDiscrete multi -> {
                for (int part = 0; part < multi.parts(); part++) {
                    int choice = random.nextInt(multi.n(part));
                    while (!step.isAllowed(leaf, part, choice)) {
                        choice = (choice + 1) % multi.n(part);
                    }
                    action[at + part] = choice;
                }
            }
            case MultiBinary bits -> {
                for (int i = 0; i < bits.size(); i++) {
                    action[at + i] = random.nextInt(2);
                }
            }
            case Box box -> {
                for (int i = 0; i < box.size(); i++) {
                    action[at + i] = number(box.low(i), box.high(i), random);
                }
            }
            case Dict _, Tuple _ -> throw new IllegalStateException("leaves have no parts");
        }
    }

    /// Even between finite bounds; around the only bound, or 0, where there is one or none.
    private static float number(float low, float high, RandomGenerator random) {
        if (Float.isFinite(low) && Float.isFinite(high)) {
            return Math.clamp((float) (low + random.nextDouble() * ((double) high - low)), low, high);
        }
        float middle = Float.isFinite(low) ? low : Float.isFinite(high) ? high : 0;
        return Math.clamp((float) (middle + random.nextGaussian()), low, high);
    }
}
