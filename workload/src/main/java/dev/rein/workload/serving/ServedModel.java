package dev.rein.workload.serving;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A loaded model that answers observations with actions. Safe for any number of threads.
interface ServedModel extends AutoCloseable {
    Shape shape();

    /// Answers a batch.
    ///
    /// @param observations row-major, at least `rows × shape().observationSize()`; not changed
    /// @param actions      overwritten: `rows × shape().actionSize()`; a choice is a whole number
    /// @throws InvocationException if the model cannot do what the caller asks
    void act(float[] observations, int rows, Sampling sampling, float[] actions);

    @Override
    void close();

    /// What goes in and what comes out.
    ///
    /// @param observation  length of each dimension of one observation; empty for a single number
    /// @param actionSize   numbers in one action; 1 for a choice
    /// @param chooses      whether an action is a choice, a whole number, and not a vector of numbers
    record Shape(List<Integer> observation, int actionSize, boolean chooses) {
        public Shape {
            observation = List.copyOf(observation);
        }

        int observationSize() {
            int size = 1;
            for (int length : observation) {
                size *= length;
            }
            return size;
        }
    }

    /// How an action is taken from the policy's distribution.
    ///
    /// @param deterministic the most likely action; else one drawn at random
    /// @param seed          makes the draw repeatable; null draws anew each time
    record Sampling(boolean deterministic, @Nullable Long seed) {
        static final Sampling MOST_LIKELY = new Sampling(true, null);
    }
}
