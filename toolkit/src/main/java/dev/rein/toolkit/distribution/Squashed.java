package dev.rein.toolkit.distribution;

import dev.rein.toolkit.environment.Box;
import java.util.random.RandomGenerator;

/// A normal squashed by tanh and stretched to the bounds of a [Box] (Haarnoja et al. 2018, appendix C), with the
/// gradient through its drawing that soft algorithms take.
public sealed interface Squashed extends ActionHead permits SquashedGaussian, SquashedStateDependent {
    /// Nothing beside the network.
    float[] NONE = new float[0];

    /// Draws for learning, where the drawing must be known: `u = mean + noise`, `a = tanh u`.
    ///
    /// @param noise   `[rows × size]`, overwritten with what [#gradient] needs to know of the drawing
    /// @param unit    `[rows × size]`, overwritten with the actions between -1 and 1
    /// @param logProb by row, overwritten with the logarithm of the density of `unit`
    void draw(float[] outputs, int rows, RandomGenerator random, float[] noise, float[] unit, float[] logProb);

    /// Draws for acting, a row an environment.
    ///
    /// @param unit `[rows × size]`, overwritten with the actions between -1 and 1
    void drawExploring(float[] outputs, int rows, RandomGenerator random, float[] noise, float[] unit, float[] logProb);

    /// Before each update: draws anew what all rows of its batches share.
    default void renew(RandomGenerator random) {}

    /// The gradient of `weight · logProb + loss(unit)` by the outputs, through the drawing (the reparameterisation
    /// trick); overwrites [#parameterGradient] and [#latentGradient] too.
    ///
    /// @param noise        as [#draw] left it
    /// @param unit         as [#draw] left it
    /// @param byUnit       `[rows × size]`: the loss by each action
    /// @param outputs      that were drawn from
    /// @param outputGradient `[rows × outputs]`, overwritten
    void gradient(
            float weight,
            float[] noise,
            float[] unit,
            float[] byUnit,
            float[] outputs,
            int rows,
            float[] outputGradient);

    /// From actions between -1 and 1 to the bounds.
    void stretch(float[] unit, int rows, float[] actions);

    /// Parameters it has beside the network's outputs; may be empty.
    default float[] parameters() {
        return NONE;
    }

    /// Gradient by [#parameters].
    default float[] parameterGradient() {
        return NONE;
    }

    /// `[rows × latent]`: gradient by what the network's last layer reads, beside the outputs' own; empty if it is
    /// none of this head's business.
    default float[] latentGradient() {
        return NONE;
    }

    @Override
    Squashed copy();
}
