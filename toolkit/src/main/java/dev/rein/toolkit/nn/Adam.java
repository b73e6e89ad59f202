package dev.rein.toolkit.nn;

import dev.rein.toolkit.kernel.Kernels;

/// Adam (Kingma & Ba 2015, algorithm 1), the epsilon inside as they write it in section 2.
public final class Adam {
    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.999f;

    private final Kernels kernels = Kernels.active();
    private final float epsilon;
    private final float[] mean;
    private final float[] square;
    private long steps;

    /// @param parameters how many there are
    /// @param epsilon    1e-5 for policy gradients (37 details, no. 3), 1e-8 in the paper
    public Adam(int parameters, float epsilon) {
        this.epsilon = epsilon;
        this.mean = new float[parameters];
        this.square = new float[parameters];
    }

    /// One step downhill.
    ///
    /// @param gradientScale what the gradient is multiplied by on its way in: clipping by norm
    public void step(float[] parameters, float[] gradient, float gradientScale, float learningRate) {
        steps++;
        double correction = Math.sqrt(1 - Math.pow(BETA2, (double) steps));
        float stepSize = (float) (learningRate * correction / (1 - Math.pow(BETA1, (double) steps)));
        kernels.adam(parameters, gradient, gradientScale, mean, square, BETA1, BETA2, stepSize, (float)
                (epsilon * correction));
    }

    public long steps() {
        return steps;
    }

    /// First moments, live: for checkpoints.
    public float[] mean() {
        return mean;
    }

    /// Second moments, live: for checkpoints.
    public float[] square() {
        return square;
    }

    public void restore(long steps) {
        this.steps = steps;
    }
}
