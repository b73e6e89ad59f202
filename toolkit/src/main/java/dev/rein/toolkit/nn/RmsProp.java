package dev.rein.toolkit.nn;

import dev.rein.toolkit.checkpoint.Checkpoint;

/// RMSprop (Hinton 2012, lecture 6e): the gradient over the root of a running mean of its square.
public final class RmsProp implements Optimizer {
    private final float decay;
    private final float epsilon;
    private final float[] square;

    /// @param decay   of the running mean, 0.99 in A2C
    /// @param epsilon added to the root, 1e-5 in A2C
    public RmsProp(int parameters, float decay, float epsilon) {
        this.decay = decay;
        this.epsilon = epsilon;
        this.square = new float[parameters];
    }

    @Override
    public void step(float[] parameters, float[] gradient, float gradientScale, float learningRate) {
        for (int i = 0; i < parameters.length; i++) {
            float g = gradient[i] * gradientScale;
            square[i] += (1 - decay) * (g * g - square[i]);
            parameters[i] -= learningRate * g / ((float) Math.sqrt(square[i]) + epsilon);
        }
    }

    @Override
    public void state(Checkpoint checkpoint) {
        checkpoint.floats("square", square);
    }
}
