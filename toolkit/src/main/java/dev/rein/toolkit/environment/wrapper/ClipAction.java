package dev.rein.toolkit.environment.wrapper;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.Wrapper;

/// Takes any numbers as actions, and hands the nearest in bounds to the environment.
public final class ClipAction extends Wrapper {
    private final Environment environment;
    private final Box bounds;
    private final Box unbounded;
    private final float[] values;
    private final Row clipped;

    /// @throws IllegalArgumentException unless actions are of a [Box]
    public ClipAction(Environment environment) {
        super(environment);
        this.environment = environment;
        bounds = Boxes.box("ClipAction", "actions", environment.actionSpace());
        unbounded = bounds.withBounds(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);
        values = new float[bounds.size()];
        clipped = Row.of(values);
    }

    @Override
    public Space actionSpace() {
        return unbounded;
    }

    @Override
    public void step(Row action, Step step) {
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.clamp(action.get(i), bounds.low(i), bounds.high(i));
        }
        environment.step(clipped, step);
    }
}
