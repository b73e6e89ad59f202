package dev.rein.toolkit.reinforce;

/// What a return is compared with: the policy's gradient stays the same on average, and varies less (Williams 1992,
/// section 4, "reinforcement baseline").
public enum Baseline {
    /// The return itself.
    NONE,
    /// The mean return of the latest episodes' steps.
    MEAN,
    /// A network's estimate of the return from each observation, learned beside the policy (Sutton & Barto 2018,
    /// section 13.4).
    VALUE
}
