package dev.rein.toolkit.environment.wrapper;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.Wrapper;

/// Takes actions of one range, the same for all numbers, where the environment has bounds of its own.
public final class RescaleAction extends Wrapper {
    private final Environment environment;
    private final Box bounds;
    private final Box space;
    private final float low;
    private final float high;
    private final float[] values;
    private final Row rescaled;

    /// @throws IllegalArgumentException unless actions are of a [Box] with finite bounds, and the range is one
    public RescaleAction(Environment environment, float low, float high) {
        super(environment);
        Boxes.checkRange("RescaleAction", low, high);
        this.environment = environment;
        this.low = low;
        this.high = high;
        bounds = Boxes.bounded("RescaleAction", "actions", environment.actionSpace());
        space = bounds.withBounds(low, high);
        values = new float[bounds.size()];
        rescaled = Row.of(values);
    }

    @Override
    public Space actionSpace() {
        return space;
    }

    @Override
    public void step(Row action, Step step) {
        for (int i = 0; i < values.length; i++) {
            float value = Boxes.rescale(action.get(i), low, high, bounds.low(i), bounds.high(i));
            values[i] = Math.clamp(value, bounds.low(i), bounds.high(i));
        }
        environment.step(rescaled, step);
    }
}
