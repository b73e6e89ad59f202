package dev.rein.toolkit.environment;

import java.util.random.RandomGenerator;

/// A world an agent acts in, as Gymnasium defines it, without allocation: an environment writes what it has to say
/// straight into the batch the network reads.
///
/// An instance belongs to one thread at a time. It need not check the order of calls: [VectorEnvironment] does.
///
/// ```java
/// public void step(Row action, Step step) {
///     queue.advance(action.index());
///     step.observation().put(queue.length(), queue.delay());
///     step.reward(-queue.delay());
///     if (queue.isFull()) {
///         step.terminate();
///     }
/// }
/// ```
public interface Environment extends AutoCloseable {
    Space observationSpace();

    Space actionSpace();

    /// Whether every reset and step says by [Step#allow] what is not allowed. Only for a [Discrete] or [MultiDiscrete]
    /// action space, or a [Dict] or [Tuple] with such parts.
    default boolean masksActions() {
        return false;
    }

    /// Begins an episode.
    ///
    /// @param random all chance of the whole episode comes from here; it stays the environment's until the next
    ///     reset
    /// @param step   takes the first observation, and the mask if there is one
    void reset(RandomGenerator random, Step step);

    /// Takes one action.
    ///
    /// @param action inside the action space
    /// @param step   takes observation, reward and whether the episode ended; starts as reward 0, not ended, all
    ///     allowed
    void step(Row action, Step step);

    @Override
    default void close() {}
}
