package dev.rein.toolkit.reinforce;

import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.nn.Normalizer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Steps of whole episodes, one row each; arrays grow to the longest update seen and are then reused.
final class Episodes {
    private static final int MOST_ROWS = 10_000_000;

    private final VectorEnvironment environment;
    private final Space space;
    private final int width;
    private final int actionSize;
    private final int choices;

    private int rows;
    private float[] features = new float[0];
    private float[] action = new float[0];
    private boolean[] mask = new boolean[0];
    private float[] reward = new float[0];
    private float[] discount = new float[0];
    private float[] target = new float[0];
    private float[] weight = new float[0];

    private final float[] drawn;
    private final float[] taken;
    private final float[] last;
    private float[] someActions = new float[0];
    private boolean[] someMasks = new boolean[0];

    /// @param environment of one; stepped by [#act]
    Episodes(VectorEnvironment environment) {
        this.environment = environment;
        space = environment.observationSpace();
        width = space.features();
        actionSize = environment.actionSpace().size();
        choices = environment.masks().length;
        drawn = new float[actionSize];
        taken = new float[actionSize];
        last = new float[width];
        grow(1024);
    }

    private void grow(int capacity) {
        features = Arrays.copyOf(features, Math.multiplyExact(capacity, width));
        action = Arrays.copyOf(action, Math.multiplyExact(capacity, actionSize));
        mask = Arrays.copyOf(mask, Math.multiplyExact(capacity, choices));
        reward = Arrays.copyOf(reward, capacity);
        discount = Arrays.copyOf(discount, capacity);
        target = Arrays.copyOf(target, capacity);
        weight = Arrays.copyOf(weight, capacity);
    }

    void clear() {
        rows = 0;
    }

    int rows() {
        return rows;
    }

    /// Keeps what the environment shows now.
    ///
    /// @return its row
    /// @throws IllegalStateException if the episodes of an update go on and on
    int observe(@Nullable Normalizer normalizer) {
        if (rows == MOST_ROWS) {
            throw new IllegalStateException(
                    "episodes: %,d steps in one update (expected: fewer). An episode that never ends wants a TimeLimit; else lower n_episodes."
                            .formatted(rows));
        }
        if (rows == reward.length) {
            grow(Math.min(MOST_ROWS, 2 * rows));
        }
        int at = rows * width;
        space.encode(environment.observations(), 0, features, at);
        if (normalizer != null) {
            normalizer.update(features, at, 1);
            normalizer.apply(features, at, 1);
        }
        System.arraycopy(environment.masks(), 0, mask, rows * choices, choices);
        return rows;
    }

    /// Where the policy writes its action.
    float[] drawn() {
        return drawn;
    }

    /// Takes the drawn action; numbers are clipped for the environment only, and learned as they were drawn.
    void act(float gamma) {
        System.arraycopy(drawn, 0, action, rows * actionSize, actionSize);
        System.arraycopy(drawn, 0, taken, 0, actionSize);
        environment.actionSpace().clip(taken, 0);
        environment.step(taken);
        float time = environment.elapsed()[0];
        reward[rows] = environment.rewards()[0];
        discount[rows] = time == 1 ? gamma : (float) Math.pow(gamma, time);
        rows++;
    }

    /// What a network reads of the observation an episode ended with.
    float[] last(@Nullable Normalizer normalizer) {
        space.encode(environment.finalObservations(), 0, last, 0);
        if (normalizer != null) {
            normalizer.apply(last, 0, 1);
        }
        return last;
    }

    /// Writes the targets of the latest episode.
    ///
    /// @param first its first row
    /// @param after what was still to come, 0 where nothing was
    /// @return the whole episode's
    double returns(int first, double after) {
        double sum = after;
        for (int i = rows - 1; i >= first; i--) {
            sum = reward[i] + discount[i] * sum;
            target[i] = (float) sum;
        }
        return sum;
    }

    /// Puts actions and masks of some rows at the front of [#actions] and [#masks].
    void select(int from, int count) {
        if (someActions.length < count * actionSize) {
            someActions = new float[count * actionSize];
            someMasks = new boolean[count * choices];
        }
        System.arraycopy(action, from * actionSize, someActions, 0, count * actionSize);
        System.arraycopy(mask, from * choices, someMasks, 0, count * choices);
    }

    float[] actions() {
        return someActions;
    }

    boolean[] masks() {
        return someMasks;
    }

    /// `[rows × features]`
    float[] features() {
        return features;
    }

    /// Discounted returns, by row.
    float[] target() {
        return target;
    }

    /// What each action's log probability is weighed with, by row.
    float[] weight() {
        return weight;
    }
}
