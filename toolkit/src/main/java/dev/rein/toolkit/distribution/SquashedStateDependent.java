package dev.rein.toolkit.distribution;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.nn.Sequential;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// A normal around the network's means, whose deviation depends on the state (gSDE, see [StateNoise]), squashed by
/// tanh and stretched to the bounds of a [Box]. Means are kept within ±[#FARTHEST], where tanh still slopes, and
/// gradients pass through the state's features, both as in Stable-Baselines3.
public final class SquashedStateDependent implements Squashed {
    public static final float FARTHEST = 2;

    private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

    /// Keeps the logarithm finite where tanh has reached 1.
    private static final double EDGE = 1e-6;

    private final Box box;
    private final StateNoise noise;
    private final int every;
    private final float[] shared;
    private float[] matrices = new float[0];
    private int drawn;
    private float[] latentGradient = new float[0];

    /// @param box          with finite bounds
    /// @param latent       numbers that the network's last layer reads
    /// @param logDeviation to begin with
    /// @param every        steps that noise is held while exploring; -1 until the next update
    public SquashedStateDependent(Box box, int latent, float logDeviation, int every) {
        this(box, new StateNoise(latent, box.size(), logDeviation), every);
    }

    private SquashedStateDependent(Box box, StateNoise noise, int every) {
        this.box = Bounded.checkedFinite(box);
        this.noise = noise;
        this.every = every;
        shared = new float[noise.logDeviation.length];
        if (noise.size != box.size()) {
            throw new IllegalArgumentException(
                    "deviations: of %d numbers (expected: %d)".formatted(noise.size, box.size()));
        }
    }

    static SquashedStateDependent parse(Box box, String text) {
        return new SquashedStateDependent(box, StateNoise.parse(text), -1);
    }

    @Override
    public int outputs() {
        return noise.size;
    }

    @Override
    public void reads(Sequential network) {
        noise.reads(network);
    }

    @Override
    public void explore(RandomGenerator random, int environments, int step) {
        if (step > 0 && (every < 1 || step % every != 0)) {
            return;
        }
        if (matrices.length < environments * shared.length) {
            matrices = new float[environments * shared.length];
        }
        for (int e = 0; e < environments; e++) {
            noise.draw(random, matrices, e * shared.length);
        }
        drawn = environments;
    }

    @Override
    public void renew(RandomGenerator random) {
        noise.draw(random, shared, 0);
    }

    @Override
    public void mode(float[] outputs, boolean[] masks, int rows, float[] actions) {
        for (int i = 0; i < rows * noise.size; i++) {
            actions[i] = Bounded.stretched(box, i % noise.size, (float) Math.tanh(mean(outputs[i])));
        }
    }

    private static float mean(float output) {
        return Math.clamp(output, -FARTHEST, FARTHEST);
    }

    @Override
    public void sample(float[] outputs, boolean[] masks, int rows, RandomGenerator random, float[] actions) {
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < noise.size; j++) {
                int i = row * noise.size + j;
                double deviation = Math.sqrt(noise.variance(noise.z(), noise.z0(row), j));
                double u = mean(outputs[i]) + deviation * random.nextGaussian();
                actions[i] = Bounded.stretched(box, j, (float) Math.tanh(u));
            }
        }
    }

    /// All rows with the noise that [#renew] drew.
    @Override
    public void draw(
            float[] outputs, int rows, RandomGenerator random, float[] drawnNoise, float[] unit, float[] logProb) {
        draw(outputs, rows, shared, 0, drawnNoise, unit, logProb);
    }

    /// Row `e` with the noise that [#explore] drew for environment `e`.
    @Override
    public void drawExploring(
            float[] outputs, int rows, RandomGenerator random, float[] drawnNoise, float[] unit, float[] logProb) {
        if (rows > drawn) {
            throw new IllegalStateException(
                    "noise: for %d environments (expected: explore(random, %d, step) first)".formatted(drawn, rows));
        }
        draw(outputs, rows, matrices, shared.length, drawnNoise, unit, logProb);
    }

    private void draw(
            float[] outputs, int rows, float[] matrix, int stride, float[] drawnNoise, float[] unit, float[] logProb) {
        float[] z = noise.z();
        for (int row = 0; row < rows; row++) {
            int z0 = noise.z0(row);
            double sum = 0;
            for (int j = 0; j < noise.size; j++) {
                int i = row * noise.size + j;
                double n = noise.noise(z, z0, matrix, row * stride, j);
                double v = noise.variance(z, z0, j);
                double tanh = Math.tanh(mean(outputs[i]) + n);
                drawnNoise[i] = (float) n;
                unit[i] = (float) tanh;
                sum -= 0.5 * n * n / v + 0.5 * Math.log(v) + HALF_LOG_TWO_PI + Math.log(1 - tanh * tanh + EDGE);
            }
            logProb[row] = (float) sum;
        }
    }

    @Override
    public void gradient(
            float weight,
            float[] drawnNoise,
            float[] unit,
            float[] byUnit,
            float[] outputs,
            int rows,
            float[] outputGradient) {
        int latent = noise.latent;
        int size = noise.size;
        float[] z = noise.z();
        float[] sigma = noise.deviation();
        if (latentGradient.length < rows * latent) {
            latentGradient = new float[rows * latent];
        }
        Arrays.fill(latentGradient, 0);
        Arrays.fill(noise.gradient, 0);
        for (int row = 0; row < rows; row++) {
            int z0 = noise.z0(row);
            for (int j = 0; j < size; j++) {
                int i = row * size + j;
                double slope = 1 - (double) unit[i] * unit[i];
                double byDrawn = weight * 2 * unit[i] * slope / (slope + EDGE) + byUnit[i] * slope;
                outputGradient[i] = Math.abs(outputs[i]) < FARTHEST ? (float) byDrawn : 0;
                double n = drawnNoise[i];
                double v = noise.variance(z, z0, j);
                double byNoise = byDrawn - weight * n / v;
                double byVariance = weight * (n * n / v - 1) / (2 * v);
                for (int k = 0; k < latent; k++) {
                    int at = k * size + j;
                    double theta = sigma[at] * shared[at];
                    double square = 2 * byVariance * sigma[at] * sigma[at] * z[z0 + k];
                    noise.gradient[at] += (float) (z[z0 + k] * (byNoise * theta + square));
                    latentGradient[row * latent + k] += (float) (byNoise * theta + square);
                }
            }
        }
    }

    @Override
    public void stretch(float[] unit, int rows, float[] actions) {
        for (int i = 0; i < rows * box.size(); i++) {
            actions[i] = Bounded.stretched(box, i % box.size(), unit[i]);
        }
    }

    /// Logarithms of the deviations of the noise's matrix, `[latent × size]`, live.
    @Override
    public float[] parameters() {
        return noise.logDeviation;
    }

    @Override
    public float[] parameterGradient() {
        return noise.gradient;
    }

    @Override
    public float[] latentGradient() {
        return latentGradient;
    }

    @Override
    public String describe() {
        return "squashed_state_dependent " + noise.describe();
    }

    /// Reads no network, and holds no noise.
    @Override
    public SquashedStateDependent copy() {
        return new SquashedStateDependent(box, noise.copy(), every);
    }
}
