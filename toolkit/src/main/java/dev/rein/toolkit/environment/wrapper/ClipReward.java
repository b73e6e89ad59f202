package dev.rein.toolkit.environment.wrapper;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.Wrapper;

/// Keeps rewards between two bounds (Mnih et al. 2015 use -1 and 1).
public final class ClipReward extends Wrapper {
    private final Environment environment;
    private final float low;
    private final float high;

    public ClipReward(Environment environment, float low, float high) {
        super(environment);
        this.environment = environment;
        if (!(low <= high)) {
            throw new IllegalArgumentException("ClipReward: %s..%s (expected: low <= high)".formatted(low, high));
        }
        this.low = low;
        this.high = high;
    }

    @Override
    public void step(Row action, Step step) {
        environment.step(action, step);
        if (Float.isFinite(step.reward())) { // what is wrong must stay visible
            step.reward(Math.clamp(step.reward(), low, high));
        }
    }
}
