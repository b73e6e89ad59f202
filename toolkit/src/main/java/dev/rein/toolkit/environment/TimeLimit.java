package dev.rein.toolkit.environment;

import dev.rein.toolkit.checkpoint.Checkpoint;
import java.util.random.RandomGenerator;

/// Truncates episodes after a number of steps, as Gymnasium's wrapper of the same name.
public final class TimeLimit extends Wrapper {
    private final Environment environment;
    private final int limit;
    private int steps;

    public TimeLimit(Environment environment, int limit) {
        super(environment);
        this.environment = environment;
        if (limit < 1) {
            throw new IllegalArgumentException("limit: %d (expected: at least 1)".formatted(limit));
        }
        this.limit = limit;
    }

    @Override
    public void reset(RandomGenerator random, Step step) {
        steps = 0;
        environment.reset(random, step);
    }

    @Override
    public void step(Row action, Step step) {
        environment.step(action, step);
        if (++steps >= limit) {
            step.truncate();
        }
    }

    @Override
    protected void own(Checkpoint checkpoint) {
        steps = (int) checkpoint.integer("steps", steps);
    }
}
