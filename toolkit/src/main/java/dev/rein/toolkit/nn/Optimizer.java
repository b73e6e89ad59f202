package dev.rein.toolkit.nn;

import dev.rein.toolkit.checkpoint.Checkpoint;

/// Takes steps downhill. One for each array of parameters.
public sealed interface Optimizer permits Adam, RmsProp, Sgd {
    /// @param gradientScale what the gradient is multiplied by on its way in: clipping by norm
    void step(float[] parameters, float[] gradient, float gradientScale, float learningRate);

    /// The scale at which a gradient is no longer than it may be (Pascanu et al. 2013, algorithm 1).
    ///
    /// @param norm    its length
    /// @param longest 0 lets it be
    static float clip(double norm, float longest) {
        return longest > 0 && norm > longest ? (float) (longest / norm) : 1;
    }

    /// Walks what is remembered between steps.
    void state(Checkpoint checkpoint);
}
