package dev.rein.toolkit.ppo;

import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Architecture.Filters;
import dev.rein.toolkit.training.HyperParameters;
import dev.rein.toolkit.training.Preset;
import dev.rein.toolkit.training.Problems;
import dev.rein.toolkit.training.Range;
import dev.rein.toolkit.training.Schedule;
import java.util.List;

/// The numbers of PPO, named as in Stable-Baselines3 and RL Zoo.
///
/// @param nEnvs                 environments stepped as one batch
/// @param nSteps                of each environment between updates
/// @param batchSize             steps a gradient is taken over, at most all of a rollout
/// @param nEpochs               passes over each rollout
/// @param learningRate          of Adam
/// @param gamma                 discount a step
/// @param gaeLambda             of generalised advantage estimation
/// @param clipRange             how far a probability ratio may leave 1 before it earns nothing more
/// @param clipRangeVf           how far a value may leave the old one before it earns nothing more; 0 is no limit
/// @param normalizeAdvantage    whether advantages have mean 0 and deviation 1 in each minibatch
/// @param entCoef               weight of the entropy bonus
/// @param vfCoef                weight of the value loss
/// @param maxGradNorm           the longest gradient, over policy and value network together
/// @param targetKl              stops an update's epochs when the policy has moved 1.5 times this far (in nats); 0
///     never
/// @param normalizeObservations whether features are brought to mean 0 and variance 1 by what was seen so far
/// @param normalizeRewards      whether rewards are divided by the running deviation of the return
/// @param useSde                whether noise is a function of the state (gSDE, Raffin et al. 2020), for numbers
/// @param sdeSampleFreq         steps that such noise is held; -1 is a whole rollout
/// @param logStdInit            logarithm of the first deviation of numbers, or of such noise
/// @param orthoInit             whether weights begin orthogonal, or else uniform in ±1/√inputs
/// @param netArch               widths of the hidden layers of policy and value network
/// @param filters               convolutions before them, for images
/// @param activation            after every hidden layer
/// @param layerNorm             whether hidden layers are normalised
public record PpoHyperParameters(
        @Range(min = 1, max = 65_536) int nEnvs,
        @Range(min = 1) int nSteps,
        @Range(min = 2) int batchSize,
        @Range(min = 1) int nEpochs,
        @Range(above = 0, below = 1) Schedule learningRate,
        @Range(min = 0, max = 1) float gamma,
        @Range(min = 0, max = 1) float gaeLambda,

        @Range(above = 0, below = 1, hint = "PPO clips the probability ratio to 1 ± clip_range; 0.2 is a usual start")
        Schedule clipRange,

        @Range(min = 0) float clipRangeVf,
        boolean normalizeAdvantage,
        @Range(min = 0) float entCoef,
        @Range(min = 0) float vfCoef,
        @Range(above = 0) float maxGradNorm,
        @Range(min = 0) float targetKl,
        boolean normalizeObservations,
        boolean normalizeRewards,
        boolean useSde,
        @Range(min = -1) int sdeSampleFreq,
        @Range(min = -20, max = 5) float logStdInit,
        boolean orthoInit,
        List<Integer> netArch,
        List<Filters> filters,
        Activation activation,
        boolean layerNorm)
        implements HyperParameters<PpoHyperParameters> {

    public PpoHyperParameters {
        netArch = List.copyOf(netArch);
        filters = List.copyOf(filters);
        Problems.of(
                        PpoHyperParameters.class,
                        nEnvs,
                        nSteps,
                        batchSize,
                        nEpochs,
                        learningRate,
                        gamma,
                        gaeLambda,
                        clipRange,
                        clipRangeVf,
                        normalizeAdvantage,
                        entCoef,
                        vfCoef,
                        maxGradNorm,
                        targetKl,
                        normalizeObservations,
                        normalizeRewards,
                        useSde,
                        sdeSampleFreq,
                        logStdInit,
                        orthoInit,
                        netArch,
                        filters,
                        activation,
                        layerNorm)
                .require(
                        batchSize <= (long) nEnvs * nSteps,
                        "batchSize",
                        batchSize,
                        "at most %d, the steps of one rollout".formatted((long) nEnvs * nSteps))
                .require(netArch.stream().allMatch(width -> width >= 1), "netArch", netArch, "widths of at least 1")
                .throwIfAny();
    }

    /// A start that solves small problems: 8 environments, rollouts of 128 steps, four epochs.
    public static PpoHyperParameters defaults() {
        return new PpoHyperParameters(
                8,
                128,
                256,
                4,
                Schedule.linear(2.5e-3f),
                0.99f,
                0.95f,
                Schedule.linear(0.2f),
                0,
                true,
                0.01f,
                0.5f,
                0.5f,
                0,
                false,
                false,
                false,
                -1,
                0,
                true,
                List.of(64, 64),
                List.of(),
                Activation.TANH,
                false);
    }

    /// Stable-Baselines3's defaults, which presets begin with.
    public static PpoHyperParameters stableBaselines() {
        return new PpoHyperParameters(
                1,
                2048,
                64,
                10,
                Schedule.constant(3e-4f),
                0.99f,
                0.95f,
                Schedule.constant(0.2f),
                0,
                true,
                0,
                0.5f,
                0.5f,
                0,
                false,
                false,
                false,
                -1,
                0,
                true,
                List.of(64, 64),
                List.of(),
                Activation.TANH,
                false);
    }

    /// Settings tuned for an environment, with their source.
    ///
    /// @throws IllegalArgumentException listing the environments that have one
    public static Preset<PpoHyperParameters> preset(String environment) {
        return Preset.of(stableBaselines(), environment);
    }
}
