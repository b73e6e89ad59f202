package dev.rein.toolkit.nn;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.kernel.Kernels;

/// Adam (Kingma & Ba 2015, algorithm 1), the epsilon inside as they write it in section 2; with a weight decay it
/// is AdamW (Loshchilov & Hutter 2019, algorithm 2).
public final class Adam implements Optimizer {
    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.999f;

    private final Kernels kernels = Kernels.active();
    private final float epsilon;
    private final float decay;
    private final float[] mean;
    private final float[] square;
    private long steps;

    /// @param parameters how many there are
    /// @param epsilon    1e-5 for policy gradients (37 details, no. 3), 1e-8 in the paper
    public Adam(int parameters, float epsilon) {
        this(parameters, epsilon, 0);
    }

    /// @param decay share of itself that a parameter loses a step, times the learning rate; 0 is plain Adam
    public Adam(int parameters, float epsilon, float decay) {
        this.epsilon = epsilon;
        this.decay = decay;
        this.mean = new float[parameters];
        this.square = new float[parameters];
    }

    @Override
    public void step(float[] parameters, float[] gradient, float gradientScale, float learningRate) {
        steps++;
        if (decay > 0) {
            float kept = 1 - learningRate * decay;
            for (int i = 0; i < parameters.length; i++) {
                parameters[i] *= kept;
            }
        }
        double correction = Math.sqrt(1 - Math.pow(BETA2, (double) steps));
        float stepSize = (float) (learningRate * correction / (1 - Math.pow(BETA1, (double) steps)));
        kernels.adam(parameters, gradient, gradientScale, mean, square, BETA1, BETA2, stepSize, (float)
                (epsilon * correction));
    }

    @Override
    public void state(Checkpoint checkpoint) {
        steps = checkpoint.integer("steps", steps);
        checkpoint.floats("mean", mean);
        checkpoint.floats("square", square);
    }
}
