package dev.rein.toolkit.sarsa;

import dev.rein.toolkit.training.HyperParameters;
import dev.rein.toolkit.training.Preset;
import dev.rein.toolkit.training.Problems;
import dev.rein.toolkit.training.Range;
import dev.rein.toolkit.training.Schedule;

/// The numbers of SARSA(λ); exploration is named as DQN's.
///
/// @param learningRate        share of the way a value goes to its target
/// @param gamma               discount a step
/// @param lambda              how much of a step's credit the step before gets: 0 is one-step SARSA, 1 Monte Carlo
/// @param traces              what an action gains when it is taken again
/// @param explorationFraction share of the budget over which random actions become rarer
/// @param explorationInitialEps share of random actions at first
/// @param explorationFinalEps share of random actions in the end
/// @param initialValue        of every action in every state; above what can be earned, it has all of them tried
public record SarsaHyperParameters(
        @Range(above = 0, max = 1) Schedule learningRate,
        @Range(min = 0, max = 1) float gamma,
        @Range(min = 0, max = 1) float lambda,
        Traces traces,
        @Range(min = 0, max = 1) float explorationFraction,
        @Range(min = 0, max = 1) float explorationInitialEps,
        @Range(min = 0, max = 1) float explorationFinalEps,
        float initialValue)
        implements HyperParameters<SarsaHyperParameters> {

    public SarsaHyperParameters {
        Problems.of(
                        SarsaHyperParameters.class,
                        learningRate,
                        gamma,
                        lambda,
                        traces,
                        explorationFraction,
                        explorationInitialEps,
                        explorationFinalEps,
                        initialValue)
                .throwIfAny();
    }

    /// The book's constants for small worlds: a tenth of the way, a tenth at random, credit for some ten steps.
    public static SarsaHyperParameters defaults() {
        return new SarsaHyperParameters(Schedule.constant(0.1f), 0.99f, 0.9f, Traces.REPLACING, 0, 0.1f, 0.1f, 0);
    }

    /// Settings tuned for an environment, with their source.
    ///
    /// @throws IllegalArgumentException listing the environments that have one
    public static Preset<SarsaHyperParameters> preset(String environment) {
        return Preset.of(defaults(), environment);
    }
}
