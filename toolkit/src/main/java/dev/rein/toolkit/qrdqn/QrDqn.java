package dev.rein.toolkit.qrdqn;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.dqn.Dqn;
import dev.rein.toolkit.dqn.ReturnModel;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeStatistics;
import dev.rein.toolkit.environment.VectorOptions;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.training.Algorithm;
import java.util.Map;
import java.util.function.Supplier;

/// Quantile regression DQN (Dabney et al. 2018, "Distributional Reinforcement Learning with Quantile Regression",
/// algorithm 1): [Dqn] that learns quantiles of each action's return, and acts by their mean. Details follow
/// sb3-contrib, whose figures the presets reproduce.
public final class QrDqn implements Algorithm {
    private final Dqn learner;

    /// @param maker makes one environment, whose actions must be `Discrete`
    /// @param seed  of everything: episodes, initial weights, actions, batches
    /// @throws IllegalArgumentException if the actions are of another kind, or the buffer does not fit into memory
    public QrDqn(QrDqnHyperParameters hp, Supplier<? extends Environment> maker, long seed) {
        this(hp, maker, seed, VectorOptions.defaults());
    }

    /// @param maker   makes one environment; called `n_envs` times
    /// @param seed    of everything: episodes, initial weights, actions, batches
    /// @param options of stepping: threads, which change no result, and how long a step may take; their autoreset
    ///     must be [dev.rein.toolkit.environment.Autoreset#SAME_STEP]
    /// @throws IllegalArgumentException as above
    public QrDqn(QrDqnHyperParameters hp, Supplier<? extends Environment> maker, long seed, VectorOptions options) {
        learner = new Dqn(hp.dqn(), new ReturnModel.Quantiles(hp.nQuantiles()), maker, seed, options);
    }

    @Override
    public long steps() {
        return learner.steps();
    }

    @Override
    public void round(double done) {
        learner.round(done);
    }

    @Override
    public Policy policy() {
        return learner.policy();
    }

    /// As of [Dqn#metrics].
    @Override
    public Map<String, Double> metrics() {
        return learner.metrics();
    }

    @Override
    public EpisodeStatistics statistics() {
        return learner.statistics();
    }

    @Override
    public void state(Checkpoint checkpoint) {
        learner.state(checkpoint);
    }

    @Override
    public void close() {
        learner.close();
    }
}
