package dev.rein.toolkit.training;

import dev.rein.toolkit.policy.Policy;

/// What came of a [Training].
///
/// @param last       the policy as it was when the run ended
/// @param best       the one that was evaluated best; the last where nothing was evaluated
/// @param bestReturn its mean return then; negative infinity where nothing was evaluated
/// @param steps      environment steps taken, earlier sessions included
/// @param end        why it ended
public record TrainingResult(Policy last, Policy best, double bestReturn, long steps, End end) {
    /// Why a run ends.
    public enum End {
        BUDGET_SPENT,
        TARGET_REACHED,
        PLATEAU,
        INTERRUPTED
    }
}
