package dev.rein.toolkit.nn;

import java.util.random.RandomGenerator;

/// Random matrices with orthonormal rows or columns, whichever are fewer (Saxe et al. 2014, section 3.2).
final class Orthogonal {
    private Orthogonal() {}

    /// Fills `weights[in × out]`, row-major from `at`, by Gram-Schmidt on Gaussian vectors.
    static void fill(RandomGenerator random, float gain, int in, int out, float[] weights, int at) {
        boolean wide = in < out;
        int count = wide ? in : out;
        int length = wide ? out : in;
        double[][] basis = new double[count][length];
        for (int v = 0; v < count; v++) {
            do {
                for (int i = 0; i < length; i++) {
                    basis[v][i] = random.nextGaussian();
                }
                // twice: once is not orthogonal enough in floating point
                project(basis, v);
                project(basis, v);
            } while (!normalise(basis[v]));
        }
        for (int i = 0; i < in; i++) {
            for (int j = 0; j < out; j++) {
                weights[at + i * out + j] = (float) (gain * (wide ? basis[i][j] : basis[j][i]));
            }
        }
    }

    private static void project(double[][] basis, int v) {
        for (int u = 0; u < v; u++) {
            double dot = 0;
            for (int i = 0; i < basis[v].length; i++) {
                dot += basis[u][i] * basis[v][i];
            }
            for (int i = 0; i < basis[v].length; i++) {
                basis[v][i] -= dot * basis[u][i];
            }
        }
    }

    private static boolean normalise(double[] vector) {
        double square = 0;
        for (double value : vector) {
            square += value * value;
        }
        double length = Math.sqrt(square);
        if (length < 1e-8) {
            return false;
        }
        for (int i = 0; i < vector.length; i++) {
            vector[i] /= length;
        }
        return true;
    }
}
