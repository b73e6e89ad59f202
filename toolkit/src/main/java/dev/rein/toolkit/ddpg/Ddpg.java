package dev.rein.toolkit.ddpg;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeStatistics;
import dev.rein.toolkit.environment.VectorOptions;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.td3.Td3;
import dev.rein.toolkit.td3.Td3HyperParameters;
import dev.rein.toolkit.training.Algorithm;
import java.util.Map;
import java.util.function.Supplier;

/// Deep deterministic policy gradient (Lillicrap et al. 2016, algorithm 1): one critic, no delay, no smoothing of
/// targets. With those three taken out, [Td3] is DDPG to the letter, as it is in Stable-Baselines3; Gaussian noise
/// stands in for the paper's Ornstein-Uhlenbeck process, which was found to be of no use (Fujimoto et al. 2018).
public final class Ddpg implements Algorithm {
    private final Td3 learner;

    /// @param maker makes one environment, whose actions must be a `Box` with finite bounds
    /// @param seed  of everything: episodes, initial weights, actions, batches
    /// @throws IllegalArgumentException if the actions are of another kind, or the buffer does not fit into memory
    public Ddpg(DdpgHyperParameters hp, Supplier<? extends Environment> maker, long seed) {
        this(hp, maker, seed, 1, VectorOptions.defaults());
    }

    /// @param threads that share an update, the caller's among them; results are the same for any number. More than
    ///     two find nothing to do
    /// @param options of stepping: threads, which change no result, and how long a step may take; their autoreset
    ///     must be [dev.rein.toolkit.environment.Autoreset#SAME_STEP]
    public Ddpg(
            DdpgHyperParameters hp,
            Supplier<? extends Environment> maker,
            long seed,
            int threads,
            VectorOptions options) {
        learner = new Td3(
                new Td3HyperParameters(
                        hp.nEnvs(),
                        hp.bufferSize(),
                        hp.learningStarts(),
                        hp.batchSize(),
                        hp.learningRate(),
                        hp.gamma(),
                        hp.tau(),
                        hp.trainFreq(),
                        hp.gradientSteps(),
                        hp.actionNoiseStd(),
                        1,
                        0,
                        0,
                        1,
                        hp.nSteps(),
                        hp.normalizeObservations(),
                        hp.netArch(),
                        hp.activation(),
                        hp.layerNorm()),
                maker,
                seed,
                threads,
                options);
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

    /// As of [Td3#metrics].
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
        checkpoint.same("ddpg", "ddpg");
        learner.state(checkpoint);
    }

    @Override
    public void close() {
        learner.close();
    }
}
