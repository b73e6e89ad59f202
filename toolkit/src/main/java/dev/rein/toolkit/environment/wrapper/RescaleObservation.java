package dev.rein.toolkit.environment.wrapper;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.Wrapper;
import java.util.random.RandomGenerator;

/// Shows observations in one range, the same for all numbers.
public final class RescaleObservation extends Wrapper {
    private final Environment environment;
    private final Box bounds;
    private final Box space;
    private final float low;
    private final float high;

    /// @throws IllegalArgumentException unless observations are of a [Box] with finite bounds, and the range is one
    public RescaleObservation(Environment environment, float low, float high) {
        super(environment);
        Boxes.checkRange("RescaleObservation", low, high);
        this.environment = environment;
        this.low = low;
        this.high = high;
        bounds = Boxes.bounded("RescaleObservation", "observations", environment.observationSpace());
        space = bounds.withBounds(low, high);
    }

    @Override
    public Space observationSpace() {
        return space;
    }

    @Override
    public void reset(RandomGenerator random, Step step) {
        environment.reset(random, step);
        rescale(step.observation());
    }

    @Override
    public void step(Row action, Step step) {
        environment.step(action, step);
        rescale(step.observation());
    }

    /// In place.
    private void rescale(Row observation) {
        for (int i = 0; i < bounds.size(); i++) {
            observation.set(i, Boxes.rescale(observation.get(i), bounds.low(i), bounds.high(i), low, high));
        }
    }
}
