package dev.rein.sdk;

import java.util.Arrays;

/// What a policy does with an observation: a choice, or numbers.
public final class Action {
    private final float[] values;

    Action(float[] values) {
        this.values = values;
    }

    /// The choice of a discrete policy, from 0.
    ///
    /// @throws IllegalStateException if the policy answered with something that is no choice
    public int index() {
        if (values.length != 1 || values[0] != (int) values[0]) {
            throw new IllegalStateException("action: %s (expected: one whole number)".formatted(this));
        }
        return (int) values[0];
    }

    /// The numbers of a continuous policy; a choice is one number.
    public float[] values() {
        return values.clone();
    }

    @Override
    public String toString() {
        return Arrays.toString(values);
    }
}
