package dev.rein.toolkit.distribution;

import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Space;
import java.util.random.RandomGenerator;

/// The choice of the largest value: outputs are values of actions, so a draw is the same as the best.
public final class Greedy implements ActionHead {
    private final Space actionSpace;
    private final int choices;

    /// @throws IllegalArgumentException unless actions are [Discrete]
    public Greedy(Space actionSpace) {
        if (!(actionSpace instanceof Discrete(int n))) {
            throw new IllegalArgumentException(
                    "actions: %s (expected: Discrete; values are of one choice each)".formatted(actionSpace));
        }
        this.actionSpace = actionSpace;
        this.choices = n;
    }

    @Override
    public int outputs() {
        return choices;
    }

    @Override
    public void mode(float[] outputs, boolean[] masks, int rows, float[] actions) {
        for (int row = 0; row < rows; row++) {
            actions[row] = Categorical.best(outputs, masks, row * choices, choices);
        }
    }

    @Override
    public void sample(float[] outputs, boolean[] masks, int rows, RandomGenerator random, float[] actions) {
        mode(outputs, masks, rows, actions);
    }

    @Override
    public String describe() {
        return "greedy";
    }

    @Override
    public Greedy copy() {
        return new Greedy(actionSpace);
    }
}
