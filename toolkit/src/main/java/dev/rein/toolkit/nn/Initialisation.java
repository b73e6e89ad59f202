package dev.rein.toolkit.nn;

import java.util.random.RandomGenerator;

/// How weights begin.
public enum Initialisation {
    /// Orthogonal weights, zero biases (Saxe et al. 2014): what policy gradients learn best from (37 details, no.
    /// 2).
    ORTHOGONAL {
        @Override
        void fill(RandomGenerator random, float gain, int in, int out, float[] parameters, int weights, int biases) {
            Orthogonal.fill(random, gain, in, out, parameters, weights);
        }
    },

    /// Weights and biases uniform in ±1/√in, PyTorch's habit and so that of the published results of DQN, TD3 and
    /// SAC. Knows no gain.
    UNIFORM {
        @Override
        void fill(RandomGenerator random, float gain, int in, int out, float[] parameters, int weights, int biases) {
            float bound = (float) (1 / Math.sqrt(in));
            for (int i = 0; i < in * out; i++) {
                parameters[weights + i] = random.nextFloat(-bound, bound);
            }
            for (int j = 0; j < out; j++) {
                parameters[biases + j] = random.nextFloat(-bound, bound);
            }
        }
    };

    /// Fills weights `[in × out]` and `out` biases that are 0 before.
    abstract void fill(
            RandomGenerator random, float gain, int in, int out, float[] parameters, int weights, int biases);
}
