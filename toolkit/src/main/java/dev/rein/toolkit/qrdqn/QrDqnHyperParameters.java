package dev.rein.toolkit.qrdqn;

import dev.rein.toolkit.dqn.DqnHyperParameters;
import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Architecture.Filters;
import dev.rein.toolkit.training.HyperParameters;
import dev.rein.toolkit.training.Preset;
import dev.rein.toolkit.training.Problems;
import dev.rein.toolkit.training.Range;
import dev.rein.toolkit.training.Schedule;
import java.util.List;

/// The numbers of QR-DQN, named as in sb3-contrib and RL Zoo.
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
/// @param nQuantiles           of each action
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
/// @param normalizeObservations whether features are brought to mean 0 and variance 1 by what was seen so far
/// @param rescaleObservations whether a Box is brought from its bounds, which must be finite, to -1..1
/// @param netArch              widths of the hidden layers
/// @param filters              convolutions before them, for images
/// @param activation           after every hidden layer
/// @param layerNorm            whether hidden layers are normalised
public record QrDqnHyperParameters(
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
        @Range(min = 1, max = 1000) int nQuantiles,
        boolean doubleDqn,
        boolean dueling,
        @Range(min = 1, max = 100) int nSteps,
        boolean prioritized,
        @Range(min = 0, max = 1) float priorityAlpha,
        @Range(min = 0, max = 1) float priorityBeta,
        boolean noisy,
        @Range(above = 0, max = 10) float noisySigma,
        boolean normalizeObservations,
        boolean rescaleObservations,
        List<Integer> netArch,
        List<Filters> filters,
        Activation activation,
        boolean layerNorm)
        implements HyperParameters<QrDqnHyperParameters> {

    public QrDqnHyperParameters {
        netArch = List.copyOf(netArch);
        filters = List.copyOf(filters);
        Problems.of(
                        QrDqnHyperParameters.class,
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
                        nQuantiles,
                        doubleDqn,
                        dueling,
                        nSteps,
                        prioritized,
                        priorityAlpha,
                        priorityBeta,
                        noisy,
                        noisySigma,
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
                .throwIfAny();
    }

    /// sb3-contrib's, which presets begin with.
    public static QrDqnHyperParameters defaults() {
        return new QrDqnHyperParameters(
                1,
                1_000_000,
                100,
                32,
                Schedule.constant(5e-5f),
                0.99f,
                1,
                4,
                1,
                10_000,
                0.005f,
                1,
                0.01f,
                0,
                200,
                false,
                false,
                1,
                false,
                0.6f,
                0.4f,
                false,
                0.5f,
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
    public static Preset<QrDqnHyperParameters> preset(String environment) {
        return Preset.of(defaults(), environment);
    }

    /// All but the quantiles.
    DqnHyperParameters dqn() {
        return new DqnHyperParameters(
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
                0.01f / batchSize, // the paper's, for its batch of 32
                doubleDqn,
                dueling,
                nSteps,
                prioritized,
                priorityAlpha,
                priorityBeta,
                noisy,
                noisySigma,
                1,
                0,
                0,
                normalizeObservations,
                rescaleObservations,
                netArch,
                filters,
                activation,
                layerNorm);
    }
}
