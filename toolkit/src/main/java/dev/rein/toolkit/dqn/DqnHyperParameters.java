package dev.rein.toolkit.dqn;

import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Architecture.Filters;
import dev.rein.toolkit.training.HyperParameters;
import dev.rein.toolkit.training.Preset;
import dev.rein.toolkit.training.Problems;
import dev.rein.toolkit.training.Range;
import dev.rein.toolkit.training.Schedule;
import java.util.List;
import java.util.Map;

/// The numbers of DQN, named as in Stable-Baselines3 and RL Zoo.
///
/// @param nEnvs                environments stepped as one batch
/// @param bufferSize           transitions remembered
/// @param learningStarts       steps before the first update
/// @param batchSize            transitions a gradient is taken over
/// @param learningRate         of Adam
/// @param gamma                discount a step
/// @param tau                  share of the way the target network goes at each of its updates; 1 copies
/// @param trainFreq            steps of every environment between updates
/// @param gradientSteps        updates then; -1 is as many as steps were taken in all environments
/// @param targetUpdateInterval steps, over all environments, between updates of the target network
/// @param explorationFraction  share of the budget over which random actions become rarer
/// @param explorationInitialEps share of random actions at first
/// @param explorationFinalEps  share of random actions in the end
/// @param maxGradNorm          the longest gradient; 0 is no limit
/// @param adamEps              what Adam adds to the root
/// @param doubleDqn            whether the next action is chosen by the network that learns and valued by the
///     target network (van Hasselt et al. 2016)
/// @param dueling              whether the network ends in a value and advantages (Wang et al. 2016), each a linear
///     map of the last hidden layer
/// @param nSteps               steps a transition spans
/// @param prioritized          whether transitions are drawn by their error (Schaul et al. 2016)
/// @param priorityAlpha        how much the error counts: 0 not at all, 1 in proportion
/// @param priorityBeta         how far importance weights undo it at first; 1 in the end
/// @param noisy                whether parameters are drawn around learned means, so that the network explores by
///     itself (Fortunato et al. 2018); wants random actions switched off
/// @param noisySigma           their first deviation, times √inputs
/// @param nAtoms               returns told apart by probability (C51, Bellemare et al. 2017); 1 learns the mean
///     alone
/// @param vMin                 the lowest of them
/// @param vMax                 the highest of them
/// @param normalizeObservations whether features are brought to mean 0 and variance 1 by what was seen so far
/// @param rescaleObservations whether a Box is brought from its bounds, which must be finite, to -1..1
/// @param netArch              widths of the hidden layers
/// @param filters              convolutions before them, for images
/// @param activation           after every hidden layer
/// @param layerNorm            whether hidden layers are normalised
public record DqnHyperParameters(
        @Range(min = 1, max = 65_536) int nEnvs,
        @Range(min = 1) int bufferSize,
        @Range(min = 0) int learningStarts,
        @Range(min = 1) int batchSize,
        @Range(above = 0, below = 1) Schedule learningRate,
        @Range(min = 0, max = 1) float gamma,
        @Range(above = 0, max = 1) float tau,
        @Range(min = 1) int trainFreq,
        @Range(min = -1) int gradientSteps,
        @Range(min = 1) int targetUpdateInterval,
        @Range(min = 0, max = 1) float explorationFraction,
        @Range(min = 0, max = 1) float explorationInitialEps,
        @Range(min = 0, max = 1) float explorationFinalEps,
        @Range(min = 0) float maxGradNorm,
        @Range(above = 0, below = 1) float adamEps,
        boolean doubleDqn,
        boolean dueling,
        @Range(min = 1, max = 100) int nSteps,
        boolean prioritized,
        @Range(min = 0, max = 1) float priorityAlpha,
        @Range(min = 0, max = 1) float priorityBeta,
        boolean noisy,
        @Range(above = 0, max = 10) float noisySigma,
        @Range(min = 1, max = 1000) int nAtoms,
        float vMin,
        float vMax,
        boolean normalizeObservations,
        boolean rescaleObservations,
        List<Integer> netArch,
        List<Filters> filters,
        Activation activation,
        boolean layerNorm)
        implements HyperParameters<DqnHyperParameters> {

    public DqnHyperParameters {
        netArch = List.copyOf(netArch);
        filters = List.copyOf(filters);
        Problems.of(
                        DqnHyperParameters.class,
                        nEnvs,
                        bufferSize,
                        learningStarts,
                        batchSize,
                        learningRate,
                        gamma,
                        tau,
                        trainFreq,
                        gradientSteps,
                        targetUpdateInterval,
                        explorationFraction,
                        explorationInitialEps,
                        explorationFinalEps,
                        maxGradNorm,
                        adamEps,
                        doubleDqn,
                        dueling,
                        nSteps,
                        prioritized,
                        priorityAlpha,
                        priorityBeta,
                        noisy,
                        noisySigma,
                        nAtoms,
                        vMin,
                        vMax,
                        normalizeObservations,
                        rescaleObservations,
                        netArch,
                        filters,
                        activation,
                        layerNorm)
                .require(gradientSteps != 0, "gradientSteps", gradientSteps, "at least 1, or -1 for one a step")
                .require(
                        !(normalizeObservations && rescaleObservations),
                        "rescaleObservations",
                        rescaleObservations,
                        "one of it and normalize_observations")
                .require(netArch.stream().allMatch(width -> width >= 1), "netArch", netArch, "widths of at least 1")
                .require(
                        nAtoms == 1 || (vMin < vMax && Float.isFinite(vMax - vMin)),
                        "vMax",
                        vMax,
                        "above v_min, %s: returns are told apart between the two".formatted(vMin))
                .throwIfAny();
    }

    /// Stable-Baselines3's, which presets begin with.
    public static DqnHyperParameters defaults() {
        return new DqnHyperParameters(
                1,
                1_000_000,
                100,
                32,
                Schedule.constant(1e-4f),
                0.99f,
                1,
                4,
                1,
                10_000,
                0.1f,
                1,
                0.05f,
                10,
                1e-8f,
                false,
                false,
                1,
                false,
                0.6f,
                0.4f,
                false,
                0.5f,
                1,
                -10,
                10,
                false,
                false,
                List.of(64, 64),
                List.of(),
                Activation.RELU,
                false);
    }

    /// Settings tuned for an environment, with their source.
    ///
    /// @throws IllegalArgumentException listing the environments that have one
    public static Preset<DqnHyperParameters> preset(String environment) {
        return Preset.of(defaults(), environment);
    }

    /// Rainbow (Hessel et al. 2018): every option at once, with table 1 of the paper. What the paper counts in
    /// millions of frames is scaled for worlds that are learned in 100,000 steps: 50,000 transitions, learning from
    /// step 1,000, a target network of 500 steps, and a learning rate ten times as high. `v_min` and `v_max` must
    /// hold the returns of your world; the paper's -10 and 10 are for rewards cut to -1..1.
    public static DqnHyperParameters rainbow() {
        return defaults()
                .with(Map.ofEntries(
                        Map.entry("buffer_size", "50000"),
                        Map.entry("learning_starts", "1000"),
                        Map.entry("learning_rate", "6.25e-4"),
                        Map.entry("adam_eps", "1.5e-4"),
                        Map.entry("target_update_interval", "500"),
                        Map.entry("exploration_initial_eps", "0"),
                        Map.entry("exploration_final_eps", "0"),
                        Map.entry("double_dqn", "true"),
                        Map.entry("dueling", "true"),
                        Map.entry("n_steps", "3"),
                        Map.entry("prioritized", "true"),
                        Map.entry("priority_alpha", "0.5"),
                        Map.entry("noisy", "true"),
                        Map.entry("n_atoms", "51")));
    }

    /// Rainbow's settings for an environment, with their source.
    ///
    /// @throws IllegalArgumentException listing the environments that have one
    public static Preset<DqnHyperParameters> rainbow(String environment) {
        return Preset.of(rainbow(), "rainbow.txt", environment);
    }
}
