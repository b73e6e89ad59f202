package dev.rein.workload.serving;

import org.jspecify.annotations.Nullable;

/// A loaded model that answers observations with actions. Safe for any number of threads.
interface ServedModel extends AutoCloseable {
    Shape shape();

    /// Answers a batch.
    ///
    /// @param observations row-major, at least `rows × shape().observationSize()`; not changed
    /// @param masks        `rows × shape().choices()`, which choices are allowed; empty allows all
    /// @param actions      overwritten: `rows × shape().actionSize()`; a choice is a whole number
    /// @throws InvocationException if the model cannot do what the caller asks
    void act(float[] observations, boolean[] masks, int rows, Sampling sampling, float[] actions);

    @Override
    void close();

    /// What goes in and what comes out.
    ///
    /// @param observation     as JSON words it
    /// @param observationSize numbers in one observation
    /// @param action          as JSON words it
    /// @param whole           for each number of an action, whether it is a whole one
    /// @param choices         width of a mask; 0 where the model takes none
    @SuppressWarnings("ArrayRecordComponent") // made once, never changed or compared
    record Shape(Form observation, int observationSize, Form action, boolean[] whole, int choices) {
        Shape(Form observation, Form action, int choices) {
            this(observation, observation.size(), action, action.whole(), choices);
        }

        int actionSize() {
            return whole.length;
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
