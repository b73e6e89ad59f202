package dev.rein.toolkit.distribution;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.nn.Sequential;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Noise that is a function of the state for as long as its matrix is held (Raffin, Kober & Stulp 2020, "Smooth
/// Exploration for Robotic Reinforcement Learning", generalised state-dependent exploration): `θ · z(s)`, where z is
/// what the network's last layer reads and θ is drawn from independent normals with learned deviations. Seen over
/// matrices, the noise of a state is a normal of variance `Σ z² σ²` (equation 9).
final class StateNoise {
    /// Keeps the variance above 0 where z is 0.
    static final double EPSILON = 1e-6;

    final int latent;
    final int size;
    /// `[latent × size]`: logarithms of the deviations of θ.
    final float[] logDeviation;
    final float[] gradient;
    private final float[] known;
    private final float[] deviation;
    private @Nullable Sequential network;

    /// @param latent numbers that the network's last layer reads
    /// @param size   numbers of an action
    StateNoise(int latent, int size, float logDeviation) {
        this.latent = latent;
        this.size = size;
        this.logDeviation = new float[Math.multiplyExact(latent, size)];
        Arrays.fill(this.logDeviation, logDeviation);
        gradient = new float[this.logDeviation.length];
        known = new float[gradient.length];
        deviation = new float[gradient.length];
        Arrays.fill(known, Float.NaN);
    }

    /// Reads what [#describe] wrote.
    static StateNoise parse(String text) {
        String[] words = text.split(" ", -1);
        String[] numbers = words.length == 3 ? words[2].split(",", -1) : new String[0];
        var noise = new StateNoise(Integer.parseInt(words[0]), Integer.parseInt(words[words.length == 3 ? 1 : 0]), 0);
        if (numbers.length != noise.logDeviation.length) {
            throw new IllegalArgumentException(
                    "deviations: %d (expected: %d × %d)".formatted(numbers.length, noise.latent, noise.size));
        }
        for (int i = 0; i < numbers.length; i++) {
            noise.logDeviation[i] = Float.parseFloat(numbers[i]);
        }
        return noise;
    }

    String describe() {
        StringBuilder text = new StringBuilder().append(latent).append(' ').append(size);
        for (int i = 0; i < logDeviation.length; i++) {
            text.append(i == 0 ? ' ' : ',').append(logDeviation[i]);
        }
        return text.toString();
    }

    StateNoise copy() {
        var copy = new StateNoise(latent, size, 0);
        System.arraycopy(logDeviation, 0, copy.logDeviation, 0, logDeviation.length);
        return copy;
    }

    void reads(Sequential read) {
        if (read.latentSize() != latent) {
            throw new IllegalArgumentException(
                    "network: its last layer reads %d numbers (expected: %d)".formatted(read.latentSize(), latent));
        }
        network = read;
    }

    /// z of the rows last read, from [#z0].
    float[] z() {
        return requireNonNull(network, "network: none is read (expected: reads(network) first)")
                .latent();
    }

    int z0(int row) {
        return requireNonNull(network, "network").latentFrom() + row * latent;
    }

    /// Deviations of θ, as of now.
    float[] deviation() {
        if (!Arrays.equals(known, logDeviation)) {
            System.arraycopy(logDeviation, 0, known, 0, known.length);
            for (int i = 0; i < known.length; i++) {
                deviation[i] = (float) Math.exp(known[i]);
            }
        }
        return deviation;
    }

    /// Of action `j` in the state that begins at `z0`.
    double variance(float[] z, int z0, int j) {
        float[] sigma = deviation();
        double sum = EPSILON;
        for (int k = 0; k < latent; k++) {
            double spread = (double) z[z0 + k] * sigma[k * size + j];
            sum += spread * spread;
        }
        return sum;
    }

    /// Draws a matrix of standard normals.
    void draw(RandomGenerator random, float[] matrix, int from) {
        for (int i = 0; i < logDeviation.length; i++) {
            matrix[from + i] = (float) random.nextGaussian();
        }
    }

    /// `θ · z` for action `j`, θ being the deviations times the drawn matrix.
    double noise(float[] z, int z0, float[] matrix, int from, int j) {
        float[] sigma = deviation();
        double sum = 0;
        for (int k = 0; k < latent; k++) {
            int i = k * size + j;
            sum += (double) z[z0 + k] * sigma[i] * matrix[from + i];
        }
        return sum;
    }
}
