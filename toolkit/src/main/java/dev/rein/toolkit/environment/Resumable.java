package dev.rein.toolkit.environment;

import dev.rein.toolkit.checkpoint.Checkpoint;

/// An environment that can save itself in the middle of an episode. One that cannot needs nothing: its episode's
/// actions are kept and taken again. Worth implementing where episodes are long, or where something outlives them.
public interface Resumable extends Environment {
    /// Saves or restores everything a step depends on, but for the generator reset was given, which is saved by who
    /// gave it. While restoring, it is called right after the reset that began the saved episode.
    void state(Checkpoint checkpoint);

    /// Whether [#state] does so now: a wrapper can only if what it wraps can.
    default boolean isResumable() {
        return true;
    }
}
