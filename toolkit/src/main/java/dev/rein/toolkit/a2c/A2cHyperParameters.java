package dev.rein.toolkit.a2c;

import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Architecture.Filters;
import dev.rein.toolkit.training.HyperParameters;
import dev.rein.toolkit.training.Preset;
import dev.rein.toolkit.training.Problems;
import dev.rein.toolkit.training.Range;
import dev.rein.toolkit.training.Schedule;
import java.util.List;

/// The numbers of A2C, named as in Stable-Baselines3 and RL Zoo.
///
/// @param nEnvs                 environments stepped as one batch
/// @param nSteps                of each environment between updates
/// @param learningRate          of the optimiser
/// @param gamma                 discount a step
/// @param gaeLambda             1 gives the n-step returns of the paper, less trades variance for bias
/// @param entCoef               weight of the entropy bonus
/// @param vfCoef                weight of the value loss
/// @param maxGradNorm           the longest gradient, over policy and value network together
/// @param useRmsProp            RMSprop as in the paper, or else Adam
/// @param rmsPropEps            added to the root of the mean square; Adam's epsilon too
/// @param normalizeAdvantage    whether advantages have mean 0 and deviation 1 in each update
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
public record A2cHyperParameters(
        @Range(min = 1, max = 65_536) int nEnvs,

        @Range(min = 1, hint = "5 is usual; long rollouts want PPO")
        int nSteps,

        @Range(above = 0, below = 1) Schedule learningRate,
        @Range(min = 0, max = 1) float gamma,
        @Range(min = 0, max = 1) float gaeLambda,
        @Range(min = 0) float entCoef,
        @Range(min = 0) float vfCoef,
        @Range(above = 0) float maxGradNorm,
        boolean useRmsProp,
        @Range(above = 0, below = 1) float rmsPropEps,
        boolean normalizeAdvantage,
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
        implements HyperParameters<A2cHyperParameters> {

    public A2cHyperParameters {
        netArch = List.copyOf(netArch);
        filters = List.copyOf(filters);
        Problems.of(
                        A2cHyperParameters.class,
                        nEnvs,
                        nSteps,
                        learningRate,
                        gamma,
                        gaeLambda,
                        entCoef,
                        vfCoef,
                        maxGradNorm,
                        useRmsProp,
                        rmsPropEps,
                        normalizeAdvantage,
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
                        !normalizeAdvantage || (long) nEnvs * nSteps >= 2,
                        "normalizeAdvantage",
                        normalizeAdvantage,
                        "false, as an update of one step has no deviation; or more n_envs or n_steps")
                .require(netArch.stream().allMatch(width -> width >= 1), "netArch", netArch, "widths of at least 1")
                .throwIfAny();
    }

    /// Stable-Baselines3's defaults, with eight environments rather than one: a gradient of five steps that follow
    /// each other is mostly chance.
    public static A2cHyperParameters defaults() {
        return stableBaselines().with("n_envs", 8);
    }

    /// Stable-Baselines3's defaults, which presets begin with.
    public static A2cHyperParameters stableBaselines() {
        return new A2cHyperParameters(
                1,
                5,
                Schedule.constant(7e-4f),
                0.99f,
                1,
                0,
                0.5f,
                0.5f,
                true,
                1e-5f,
                false,
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
    public static Preset<A2cHyperParameters> preset(String environment) {
        return Preset.of(stableBaselines(), environment);
    }
}
