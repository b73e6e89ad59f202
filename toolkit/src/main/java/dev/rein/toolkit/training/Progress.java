package dev.rein.toolkit.training;

/// How far a training run is. Metric names are API: see [ProgressLine].
///
/// @param steps          environment steps taken, over all environments
/// @param budget         environment steps to take
/// @param seconds        since training began
/// @param episodes       ended so far
/// @param returnMean     mean undiscounted return of the latest 100 episodes; NaN before the first
/// @param lengthMean     their mean length in steps; NaN before the first
/// @param policyLoss     mean over the latest update, as the others below
/// @param valueLoss      half the squared error of the value network
/// @param entropy        of the policy, in nats
/// @param approxKl       how far the update moved the policy (Schulman's estimator,
///     http://joschu.net/blog/kl-approx.html)
/// @param clipFraction   share of probability ratios that were clipped
public record Progress(
        long steps,
        long budget,
        double seconds,
        long episodes,
        double returnMean,
        double lengthMean,
        double policyLoss,
        double valueLoss,
        double entropy,
        double approxKl,
        double clipFraction) {

    public double stepsPerSecond() {
        return seconds == 0 ? 0 : steps / seconds;
    }

    /// 0 at the end, also when the last rollout went beyond the budget; NaN before the first step.
    public double secondsLeft() {
        return steps == 0 ? Double.NaN : Math.max(0, budget - steps) * seconds / steps;
    }

    public boolean isLast() {
        return steps >= budget;
    }
}
