package dev.rein.toolkit.qlearning;

import dev.rein.toolkit.training.HyperParameters;
import dev.rein.toolkit.training.Preset;
import dev.rein.toolkit.training.Problems;
import dev.rein.toolkit.training.Range;
import dev.rein.toolkit.training.Schedule;

/// The numbers of Q-learning; exploration is named as DQN's.
///
/// @param nEnvs               environments stepped as one batch, all learning the same table
/// @param learningRate        share of the way a value goes to its target
/// @param gamma               discount a step
/// @param explorationFraction share of the budget over which random actions become rarer
/// @param explorationInitialEps share of random actions at first
/// @param explorationFinalEps share of random actions in the end
/// @param initialValue        of every action in every state; above what can be earned, it has all of them tried
public record QLearningHyperParameters(
        @Range(min = 1, max = 65_536) int nEnvs,
        @Range(above = 0, max = 1) Schedule learningRate,
        @Range(min = 0, max = 1) float gamma,
        @Range(min = 0, max = 1) float explorationFraction,
        @Range(min = 0, max = 1) float explorationInitialEps,
        @Range(min = 0, max = 1) float explorationFinalEps,
        float initialValue)
        implements HyperParameters<QLearningHyperParameters> {

    public QLearningHyperParameters {
        Problems.of(
                        QLearningHyperParameters.class,
                        nEnvs,
                        learningRate,
                        gamma,
                        explorationFraction,
                        explorationInitialEps,
                        explorationFinalEps,
                        initialValue)
                .throwIfAny();
    }

    /// The book's constants for small worlds: a tenth of the way, a tenth at random.
    public static QLearningHyperParameters defaults() {
        return new QLearningHyperParameters(1, Schedule.constant(0.1f), 0.99f, 0, 0.1f, 0.1f, 0);
    }

    /// Settings tuned for an environment, with their source.
    ///
    /// @throws IllegalArgumentException listing the environments that have one
    public static Preset<QLearningHyperParameters> preset(String environment) {
        return Preset.of(defaults(), environment);
    }
}
