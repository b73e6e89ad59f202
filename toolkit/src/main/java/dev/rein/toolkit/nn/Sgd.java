package dev.rein.toolkit.nn;

import dev.rein.toolkit.checkpoint.Checkpoint;

/// Stochastic gradient descent with momentum (Polyak 1964): `v ← μ v + g`, `θ ← θ − α v`.
public final class Sgd implements Optimizer {
    private final float momentum;
    private final float[] velocity;

    /// @param momentum 0 for plain descent
    public Sgd(int parameters, float momentum) {
        this.momentum = momentum;
        this.velocity = new float[parameters];
    }

    @Override
    public void step(float[] parameters, float[] gradient, float gradientScale, float learningRate) {
        for (int i = 0; i < parameters.length; i++) {
            velocity[i] = momentum * velocity[i] + gradient[i] * gradientScale;
            parameters[i] -= learningRate * velocity[i];
        }
    }

    @Override
    public void state(Checkpoint checkpoint) {
        checkpoint.floats("velocity", velocity);
    }
}
