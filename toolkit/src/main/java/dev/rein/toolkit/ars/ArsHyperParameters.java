package dev.rein.toolkit.ars;

import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.training.HyperParameters;
import dev.rein.toolkit.training.Preset;
import dev.rein.toolkit.training.Problems;
import dev.rein.toolkit.training.Range;
import dev.rein.toolkit.training.Schedule;
import java.util.List;

/// The numbers of ARS, named as in sb3-contrib and RL Zoo. The paper's variants are among them: V1 and V2 without and
/// with `normalize_observations`, V1-t and V2-t with `n_top` below `n_delta`.
///
/// @param nDelta                directions tried in each update, forth and back (N of the paper)
/// @param nTop                  of these, how many of the best the update goes by (b of the paper), at most `n_delta`
/// @param learningRate          length of a step (α)
/// @param deltaStd              how far the parameters are moved along a direction (ν)
/// @param zeroPolicy            whether parameters begin at 0, as a linear policy's may; hidden layers would stay there
/// @param aliveBonusOffset      added to every reward: minus a bonus for staying alive, which the search would
///     otherwise be content with
/// @param nEvalEpisodes         episodes that each candidate plays
/// @param normalizeObservations whether features are brought to mean 0 and variance 1 by what was seen so far
/// @param netArch               widths of hidden layers; none is the paper's linear policy, without biases
/// @param activation            after every hidden layer
public record ArsHyperParameters(
        @Range(min = 1, max = 65_536) int nDelta,
        @Range(min = 1) int nTop,
        @Range(above = 0) Schedule learningRate,
        @Range(above = 0) Schedule deltaStd,
        boolean zeroPolicy,
        float aliveBonusOffset,
        @Range(min = 1) int nEvalEpisodes,
        boolean normalizeObservations,
        List<Integer> netArch,
        Activation activation)
        implements HyperParameters<ArsHyperParameters> {

    public ArsHyperParameters {
        netArch = List.copyOf(netArch);
        Problems.of(
                        ArsHyperParameters.class,
                        nDelta,
                        nTop,
                        learningRate,
                        deltaStd,
                        zeroPolicy,
                        aliveBonusOffset,
                        nEvalEpisodes,
                        normalizeObservations,
                        netArch,
                        activation)
                .require(nTop <= nDelta, "nTop", nTop, "at most n_delta, %d".formatted(nDelta))
                .require(
                        !zeroPolicy || netArch.isEmpty(),
                        "zeroPolicy",
                        zeroPolicy,
                        "false with hidden layers: at 0 no single direction moves their outputs")
                .require(netArch.stream().allMatch(width -> width >= 1), "netArch", netArch, "widths of at least 1")
                .throwIfAny();
    }

    /// sb3-contrib's with its linear policy, which presets begin with.
    public static ArsHyperParameters defaults() {
        return new ArsHyperParameters(
                8,
                8,
                Schedule.constant(0.02f),
                Schedule.constant(0.05f),
                true,
                0,
                1,
                false,
                List.of(),
                Activation.RELU);
    }

    /// Settings tuned for an environment, with their source.
    ///
    /// @throws IllegalArgumentException listing the environments that have one
    public static Preset<ArsHyperParameters> preset(String environment) {
        return Preset.of(defaults(), environment);
    }
}
