package dev.rein.toolkit.nn;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// From logits over evenly spaced numbers to their mean: `y = Σ softmax(x)_i z_i`, with `z` from `low` to `high`.
/// A row holds `atoms` logits for each of `groups` means. It ends networks that learned distributions of returns
/// (Bellemare et al. 2017, equation 4), and has no parameters.
public final class Expectation implements Layer {
    private final int groups;
    private final int atoms;
    private final float low;
    private final float high;

    /// @param groups at least 1
    /// @param atoms  at least 2
    /// @param high   above `low`
    public Expectation(int groups, int atoms, float low, float high) {
        if (groups < 1 || atoms < 2 || !(low < high)) {
            throw new IllegalArgumentException(
                    "expectation: %d groups of %d atoms from %s to %s (expected: at least 1 of at least 2, from low to high)"
                            .formatted(groups, atoms, low, high));
        }
        this.groups = groups;
        this.atoms = atoms;
        this.low = low;
        this.high = high;
        Math.multiplyExact(groups, atoms);
    }

    static Expectation parse(String[] words) {
        Layer.checkWords(words, 5);
        return new Expectation(
                Integer.parseInt(words[1]),
                Integer.parseInt(words[2]),
                Float.parseFloat(words[3]),
                Float.parseFloat(words[4]));
    }

    public int groups() {
        return groups;
    }

    /// The numbers, lowest first.
    public float[] support() {
        float[] support = new float[atoms];
        for (int i = 0; i < atoms; i++) {
            support[i] = atom(i, atoms, low, high);
        }
        return support;
    }

    static float atom(int i, int atoms, float low, float high) {
        return low + i * (high - low) / (atoms - 1);
    }

    /// The mean of one group.
    ///
    /// @param logits of the group, from element `at`
    public static float mean(float[] logits, int at, int atoms, float low, float high) {
        float largest = largest(logits, at, atoms);
        float sum = 0;
        float weighted = 0;
        for (int i = 0; i < atoms; i++) {
            float e = (float) Math.exp(logits[at + i] - largest);
            sum += e;
            weighted += e * atom(i, atoms, low, high);
        }
        return weighted / sum;
    }

    private static float largest(float[] logits, int at, int atoms) {
        float largest = logits[at];
        for (int i = 1; i < atoms; i++) {
            largest = Math.max(largest, logits[at + i]);
        }
        return largest;
    }

    @Override
    public int inputs() {
        return groups * atoms;
    }

    @Override
    public int outputs() {
        return groups;
    }

    @Override
    public int parameterCount() {
        return 0;
    }

    @Override
    public void initialise(
            RandomGenerator random, Initialisation initialisation, float gain, float[] parameters, int p0) {}

    @Override
    public void forward(float[] parameters, int p0, float[] x, int x0, int rows, float[] y, int y0) {
        for (int g = 0; g < rows * groups; g++) {
            y[y0 + g] = mean(x, x0 + g * atoms, atoms, low, high);
        }
    }

    @Override
    public void backward(
            float[] parameters,
            float @Nullable [] gradient,
            int p0,
            float[] x,
            int x0,
            float[] y,
            int y0,
            float[] dy,
            int rows,
            float @Nullable [] dx) {
        if (dx == null) {
            return;
        }
        for (int g = 0; g < rows * groups; g++) {
            int from = x0 + g * atoms;
            float largest = largest(x, from, atoms);
            float sum = 0;
            for (int i = 0; i < atoms; i++) {
                float e = (float) Math.exp(x[from + i] - largest);
                dx[g * atoms + i] = e;
                sum += e;
            }
            for (int i = 0; i < atoms; i++) {
                // ∂y / ∂x_i = p_i (z_i − y)
                dx[g * atoms + i] *= dy[g] / sum * (atom(i, atoms, low, high) - y[y0 + g]);
            }
        }
    }

    @Override
    public Expectation copy() {
        return new Expectation(groups, atoms, low, high);
    }

    @Override
    public String describe() {
        return "expectation %d %d %s %s".formatted(groups, atoms, low, high);
    }
}
