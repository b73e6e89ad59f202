package dev.rein.toolkit.environment;

import static java.util.Objects.requireNonNull;

import java.util.random.RandomGenerator;

/// Truncates episodes after a number of steps, as Gymnasium's wrapper of the same name.
public final class TimeLimit implements Environment {
    private final Environment environment;
    private final int limit;
    private int steps;

    public TimeLimit(Environment environment, int limit) {
        this.environment = requireNonNull(environment, "environment");
        if (limit < 1) {
            throw new IllegalArgumentException("limit: %d (expected: at least 1)".formatted(limit));
        }
        this.limit = limit;
    }

    @Override
    public Space observationSpace() {
        return environment.observationSpace();
    }

    @Override
    public Space actionSpace() {
        return environment.actionSpace();
    }

    @Override
    public boolean masksActions() {
        return environment.masksActions();
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
    public void close() {
        environment.close();
    }
}
