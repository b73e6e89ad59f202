package dev.rein.toolkit.distribution;

import dev.rein.toolkit.environment.Box;
import java.util.random.RandomGenerator;

/// A deterministic actor's outputs, in −1..1, stretched to the bounds of a [Box]: so a draw is the same as the
/// best.
public final class Bounded implements ActionHead {
    private final Box box;

    /// @throws IllegalArgumentException unless all bounds are finite
    public Bounded(Box box) {
        this.box = checkedFinite(box);
    }

    static Box checkedFinite(Box box) {
        for (int i = 0; i < box.size(); i++) {
            if (Float.isInfinite(box.low(i)) || Float.isInfinite(box.high(i))) {
                throw new IllegalArgumentException(
                        "actions: bounds %d are %s and %s (expected: finite ones, as actions are stretched to them)"
                                .formatted(i, box.low(i), box.high(i)));
            }
        }
        return box;
    }

    /// From −1..1 to the bounds of element `i`.
    public static float stretched(Box box, int i, float unit) {
        return Math.clamp(box.low(i) + (unit + 1) * 0.5f * (box.high(i) - box.low(i)), box.low(i), box.high(i));
    }

    @Override
    public int outputs() {
        return box.size();
    }

    @Override
    public void mode(float[] outputs, boolean[] masks, int rows, float[] actions) {
        int size = box.size();
        for (int i = 0; i < rows * size; i++) {
            actions[i] = stretched(box, i % size, outputs[i]);
        }
    }

    @Override
    public void sample(float[] outputs, boolean[] masks, int rows, RandomGenerator random, float[] actions) {
        mode(outputs, masks, rows, actions);
    }

    @Override
    public String describe() {
        return "bounded";
    }

    @Override
    public Bounded copy() {
        return new Bounded(box);
    }
}
