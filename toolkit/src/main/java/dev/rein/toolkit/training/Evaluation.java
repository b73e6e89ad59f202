package dev.rein.toolkit.training;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.environment.VectorOptions;
import dev.rein.toolkit.policy.Policy;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;

/// Returns of a policy, played deterministically, one episode in each of as many environments: no episode is
/// favoured for being short.
public final class Evaluation {
    /// Keeps the chance of evaluation apart from that of training with the same seed.
    private static final long APART = 0x65766C75_6174696FL;

    private final double[] returns;
    private final int[] lengths;

    private Evaluation(double[] returns, int[] lengths) {
        this.returns = returns;
        this.lengths = lengths;
    }

    /// @param maker    of environments whose episodes end whatever the policy does: one that might stand still for ever
    ///     wants a [dev.rein.toolkit.environment.TimeLimit]
    /// @param episodes at least 1
    /// @throws IllegalArgumentException if the policy is for other spaces than the environment's
    public static Evaluation of(Policy policy, Supplier<? extends Environment> maker, int episodes, long seed) {
        return of(policy, maker, episodes, seed, VectorOptions.defaults());
    }

    /// @param options of stepping: threads, which change no result, and how long a step may take; their autoreset
    ///     must be [dev.rein.toolkit.environment.Autoreset#SAME_STEP]
    /// @throws IllegalArgumentException as above
    public static Evaluation of(
            Policy policy, Supplier<? extends Environment> maker, int episodes, long seed, VectorOptions options) {
        // what an episode's actions were is asked by nobody: an evaluation is not saved
        var stepping = options.forTraining().withReplayed(false);
        try (var environments = VectorEnvironment.of(maker, episodes, seed ^ APART, stepping)) {
            if (!environments.observationSpace().equals(policy.observationSpace())
                    || !environments.actionSpace().equals(policy.actionSpace())) {
                throw new IllegalArgumentException("policy: for observations %s and actions %s (expected: %s and %s)"
                        .formatted(
                                policy.observationSpace(),
                                policy.actionSpace(),
                                environments.observationSpace(),
                                environments.actionSpace()));
            }
            double[] returns = new double[episodes];
            int[] lengths = new int[episodes];
            boolean[] over = new boolean[episodes];
            float[] actions = new float[episodes * policy.actionSpace().size()];
            environments.reset();
            for (int playing = episodes; playing > 0; ) {
                policy.act(environments.observations(), environments.masks(), episodes, null, actions);
                environments.step(actions);
                for (int i = 0; i < episodes; i++) {
                    if (over[i]) {
                        continue;
                    }
                    returns[i] += environments.rewards()[i];
                    lengths[i]++;
                    if (environments.terminated()[i] || environments.truncated()[i]) {
                        over[i] = true;
                        playing--;
                    }
                }
            }
            return new Evaluation(returns, lengths);
        }
    }

    public int episodes() {
        return returns.length;
    }

    public double returnMean() {
        return Arrays.stream(returns).average().orElseThrow();
    }

    /// Standard deviation over episodes.
    public double returnDeviation() {
        double mean = returnMean();
        return Math.sqrt(Arrays.stream(returns)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow());
    }

    public double[] returns() {
        return returns.clone();
    }

    public int[] lengths() {
        return lengths.clone();
    }

    /// `evaluation_return_mean=500.0 evaluation_return_std=0.0 evaluation_episodes=100`
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "evaluation_return_mean=%.1f evaluation_return_std=%.1f evaluation_episodes=%d",
                returnMean(),
                returnDeviation(),
                episodes());
    }
}
