package dev.rein.toolkit.td3;

import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.training.HyperParameters;
import dev.rein.toolkit.training.Preset;
import dev.rein.toolkit.training.Problems;
import dev.rein.toolkit.training.Range;
import dev.rein.toolkit.training.Schedule;
import java.util.List;

/// The numbers of TD3, named as in Stable-Baselines3 and RL Zoo.
///
/// @param nEnvs          environments stepped as one batch
/// @param bufferSize     transitions remembered
/// @param learningStarts steps with random actions before the first update
/// @param batchSize      transitions a gradient is taken over
/// @param learningRate   of actor and critics
/// @param gamma          discount a step
/// @param tau            share of the way target networks go towards the others at each of their updates
/// @param trainFreq      steps of every environment between updates
/// @param gradientSteps  updates then; -1 is as many as steps were taken in all environments
/// @param actionNoiseStd deviation of the noise added to actions between -1 and 1 while learning
/// @param policyDelay    updates of the critics for one of the actor
/// @param targetPolicyNoise deviation of the noise that smooths the targets
/// @param targetNoiseClip its limit
/// @param nCritics       critics of which the least counts
/// @param nSteps         steps a transition spans
/// @param normalizeObservations whether features are brought to mean 0 and variance 1 by what was seen so far
/// @param netArch        widths of the hidden layers of actor and critics
/// @param activation     after every hidden layer
/// @param layerNorm      whether hidden layers are normalised
public record Td3HyperParameters(
        @Range(min = 1, max = 65_536) int nEnvs,
        @Range(min = 1) int bufferSize,
        @Range(min = 0) int learningStarts,
        @Range(min = 1) int batchSize,
        @Range(above = 0, below = 1) Schedule learningRate,
        @Range(min = 0, max = 1) float gamma,
        @Range(above = 0, max = 1) float tau,
        @Range(min = 1) int trainFreq,
        @Range(min = -1) int gradientSteps,
        @Range(min = 0) float actionNoiseStd,
        @Range(min = 1) int policyDelay,
        @Range(min = 0) float targetPolicyNoise,
        @Range(min = 0) float targetNoiseClip,
        @Range(min = 1, max = 10) int nCritics,
        @Range(min = 1, max = 100) int nSteps,
        boolean normalizeObservations,
        List<Integer> netArch,
        Activation activation,
        boolean layerNorm)
        implements HyperParameters<Td3HyperParameters> {

    public Td3HyperParameters {
        netArch = List.copyOf(netArch);
        Problems.of(
                        Td3HyperParameters.class,
                        nEnvs,
                        bufferSize,
                        learningStarts,
                        batchSize,
                        learningRate,
                        gamma,
                        tau,
                        trainFreq,
                        gradientSteps,
                        actionNoiseStd,
                        policyDelay,
                        targetPolicyNoise,
                        targetNoiseClip,
                        nCritics,
                        nSteps,
                        normalizeObservations,
                        netArch,
                        activation,
                        layerNorm)
                .require(gradientSteps != 0, "gradientSteps", gradientSteps, "at least 1, or -1 for one a step")
                .require(netArch.stream().allMatch(width -> width >= 1), "netArch", netArch, "widths of at least 1")
                .throwIfAny();
    }

    /// Stable-Baselines3's, which presets begin with.
    public static Td3HyperParameters defaults() {
        return new Td3HyperParameters(
                1,
                1_000_000,
                100,
                256,
                Schedule.constant(1e-3f),
                0.99f,
                0.005f,
                1,
                1,
                0,
                2,
                0.2f,
                0.5f,
                2,
                1,
                false,
                List.of(400, 300),
                Activation.RELU,
                false);
    }

    /// Settings tuned for an environment, with their source.
    ///
    /// @throws IllegalArgumentException listing the environments that have one
    public static Preset<Td3HyperParameters> preset(String environment) {
        return Preset.of(defaults(), environment);
    }
}
