package dev.rein.toolkit.sarsa;

/// What an action gains in credit when it is taken again before it was forgotten.
public enum Traces {
    /// 1 more (Sutton & Barto 2018, equation 12.5).
    ACCUMULATING,
    /// As much as if it had been forgotten: 1 again (Singh & Sutton 1996).
    REPLACING
}
