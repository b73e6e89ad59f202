package dev.rein.toolkit.sac;

import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.training.HyperParameters;
import dev.rein.toolkit.training.Preset;
import dev.rein.toolkit.training.Problems;
import dev.rein.toolkit.training.Range;
import dev.rein.toolkit.training.Schedule;
import java.util.List;

/// The numbers of SAC, named as in Stable-Baselines3 and RL Zoo.
///
/// @param nEnvs          environments stepped as one batch
/// @param bufferSize     transitions remembered
/// @param learningStarts steps with random actions before the first update
/// @param batchSize      transitions a gradient is taken over
/// @param learningRate   of actor, critics and temperature
/// @param gamma          discount a step
/// @param tau            share of the way target networks go towards the critics at each of their updates
/// @param trainFreq      steps of every environment between updates
/// @param gradientSteps  updates then; -1 is as many as steps were taken in all environments
/// @param autoEntropy    whether the temperature is learned
/// @param entCoef        the temperature, or what it begins with
/// @param targetEntropy  what the temperature is learned towards, in nats; 0 is minus the number of actions
/// @param targetUpdateInterval updates between those of the target networks
/// @param nSteps         steps a transition spans
/// @param useSde         whether noise is a function of the state (gSDE, Raffin et al. 2020)
/// @param sdeSampleFreq  steps that such noise is held; -1 until the next update
/// @param logStdInit     logarithm of its first deviations
/// @param normalizeObservations whether features are brought to mean 0 and variance 1 by what was seen so far
/// @param netArch        widths of the hidden layers of actor and critics
/// @param activation     after every hidden layer
/// @param layerNorm      whether hidden layers are normalised
public record SacHyperParameters(
        @Range(min = 1, max = 65_536) int nEnvs,
        @Range(min = 1) int bufferSize,
        @Range(min = 0) int learningStarts,
        @Range(min = 1) int batchSize,
        @Range(above = 0, below = 1) Schedule learningRate,
        @Range(min = 0, max = 1) float gamma,
        @Range(above = 0, max = 1) float tau,
        @Range(min = 1) int trainFreq,
        @Range(min = -1) int gradientSteps,
        boolean autoEntropy,
        @Range(above = 0, max = 1000) float entCoef,
        float targetEntropy,
        @Range(min = 1) int targetUpdateInterval,
        @Range(min = 1, max = 100) int nSteps,
        boolean useSde,
        @Range(min = -1) int sdeSampleFreq,
        @Range(min = -20, max = 5) float logStdInit,
        boolean normalizeObservations,
        List<Integer> netArch,
        Activation activation,
        boolean layerNorm)
        implements HyperParameters<SacHyperParameters> {

    public SacHyperParameters {
        netArch = List.copyOf(netArch);
        Problems.of(
                        SacHyperParameters.class,
                        nEnvs,
                        bufferSize,
                        learningStarts,
                        batchSize,
                        learningRate,
                        gamma,
                        tau,
                        trainFreq,
                        gradientSteps,
                        autoEntropy,
                        entCoef,
                        targetEntropy,
                        targetUpdateInterval,
                        nSteps,
                        useSde,
                        sdeSampleFreq,
                        logStdInit,
                        normalizeObservations,
                        netArch,
                        activation,
                        layerNorm)
                .require(gradientSteps != 0, "gradientSteps", gradientSteps, "at least 1, or -1 for one a step")
                .require(netArch.stream().allMatch(width -> width >= 1), "netArch", netArch, "widths of at least 1")
                .throwIfAny();
    }

    /// Stable-Baselines3's, which presets begin with.
    public static SacHyperParameters defaults() {
        return new SacHyperParameters(
                1,
                1_000_000,
                100,
                256,
                Schedule.constant(3e-4f),
                0.99f,
                0.005f,
                1,
                1,
                true,
                1,
                0,
                1,
                1,
                false,
                -1,
                -3,
                false,
                List.of(256, 256),
                Activation.RELU,
                false);
    }

    /// Settings tuned for an environment, with their source.
    ///
    /// @throws IllegalArgumentException listing the environments that have one
    public static Preset<SacHyperParameters> preset(String environment) {
        return Preset.of(defaults(), environment);
    }
}
