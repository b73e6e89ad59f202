package dev.rein.toolkit.reinforce;

import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.training.HyperParameters;
import dev.rein.toolkit.training.Preset;
import dev.rein.toolkit.training.Problems;
import dev.rein.toolkit.training.Range;
import dev.rein.toolkit.training.Schedule;
import java.util.List;
import java.util.Map;

/// The numbers of REINFORCE.
///
/// @param nEpisodes             whole episodes an update learns from
/// @param learningRate          of Adam, for the policy
/// @param valueLearningRate     of Adam, for the baseline's network
/// @param valueEpochs           passes of that network over each update's steps
/// @param gamma                 discount a step
/// @param returnsToGo           whether an action answers for what came after it alone, or else for the whole episode
/// @param baseline              what returns are compared with
/// @param normalizeReturns      whether what is left has mean 0 and deviation 1 in each update
/// @param entCoef               weight of the entropy bonus
/// @param maxGradNorm           the longest gradient of the policy; 0 is no limit
/// @param normalizeObservations whether features are brought to mean 0 and variance 1 by what was seen so far
/// @param logStdInit            logarithm of the first deviation of numbers
/// @param netArch               widths of the hidden layers of policy and baseline
/// @param activation            after every hidden layer
/// @param layerNorm             whether hidden layers are normalised
public record ReinforceHyperParameters(
        @Range(min = 1) int nEpisodes,
        @Range(above = 0, below = 1) Schedule learningRate,
        @Range(above = 0, below = 1) Schedule valueLearningRate,
        @Range(min = 1) int valueEpochs,
        @Range(min = 0, max = 1) float gamma,
        boolean returnsToGo,
        Baseline baseline,
        boolean normalizeReturns,
        @Range(min = 0) float entCoef,
        @Range(min = 0) float maxGradNorm,
        boolean normalizeObservations,
        @Range(min = -20, max = 5) float logStdInit,
        List<Integer> netArch,
        Activation activation,
        boolean layerNorm)
        implements HyperParameters<ReinforceHyperParameters> {

    public ReinforceHyperParameters {
        netArch = List.copyOf(netArch);
        Problems.of(
                        ReinforceHyperParameters.class,
                        nEpisodes,
                        learningRate,
                        valueLearningRate,
                        valueEpochs,
                        gamma,
                        returnsToGo,
                        baseline,
                        normalizeReturns,
                        entCoef,
                        maxGradNorm,
                        normalizeObservations,
                        logStdInit,
                        netArch,
                        activation,
                        layerNorm)
                .require(netArch.stream().allMatch(width -> width >= 1), "netArch", netArch, "widths of at least 1")
                .throwIfAny();
    }

    /// A start that solves small problems: eight episodes an update, returns to go, compared with a learned value.
    public static ReinforceHyperParameters defaults() {
        return new ReinforceHyperParameters(
                8,
                Schedule.linear(3e-3f),
                Schedule.constant(3e-3f),
                10,
                0.99f,
                true,
                Baseline.VALUE,
                true,
                0,
                0,
                false,
                0,
                List.of(64, 64),
                Activation.TANH,
                false);
    }

    /// The algorithm as the paper has it, an update an episode: the whole episode's return for each of its actions,
    /// compared with nothing.
    public static ReinforceHyperParameters williams() {
        return defaults()
                .with(Map.of(
                        "n_episodes", "1",
                        "learning_rate", "0.001",
                        "returns_to_go", "false",
                        "baseline", "none",
                        "normalize_returns", "false"));
    }

    /// Settings tuned for an environment, with their source.
    ///
    /// @throws IllegalArgumentException listing the environments that have one
    public static Preset<ReinforceHyperParameters> preset(String environment) {
        return Preset.of(defaults(), environment);
    }
}
