package dev.rein.toolkit.nn;

import dev.rein.toolkit.checkpoint.Checkpoint;

/// Takes steps downhill. One for each array of parameters.
public sealed interface Optimizer permits Adam, RmsProp, Sgd {
    /// @param gradientScale what the gradient is multiplied by on its way in: clipping by norm
    void step(float[] parameters, float[] gradient, float gradientScale, float learningRate);

    /// Walks what is remembered between steps.
    void state(Checkpoint checkpoint);
}
