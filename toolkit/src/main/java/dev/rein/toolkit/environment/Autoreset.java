package dev.rein.toolkit.environment;

/// What follows an ended episode in a [VectorEnvironment]; the names are Gymnasium's.
public enum Autoreset {
    /// The next episode begins in the same step: [VectorEnvironment#observations] holds its first observation,
    /// [VectorEnvironment#finalObservations] the last of the ended one. No step is lost.
    SAME_STEP,
    /// The ended episode's last observation is shown, and the next step takes no action there: it begins the next
    /// episode, with reward 0 and elapsed 0. Learners leave that step out.
    NEXT_STEP,
    /// Whoever steps calls [VectorEnvironment#reset(boolean\[\])] for ended episodes; stepping one is refused.
    DISABLED
}
