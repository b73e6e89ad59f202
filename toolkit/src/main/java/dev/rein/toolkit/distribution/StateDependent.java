package dev.rein.toolkit.distribution;

import dev.rein.toolkit.nn.Sequential;
import java.util.random.RandomGenerator;

/// Independent normals around the network's means, whose deviations depend on the state (gSDE, see [StateNoise]):
/// while exploring, the noise of an environment is a function of what it shows until the next is drawn, so actions
/// do not jitter. The policy's gradient does not pass through the state's features, as in Stable-Baselines3. Knows no
/// bounds: who steps an environment clips.
public final class StateDependent implements Distribution {
    private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

    private final StateNoise noise;
    private final int every;
    private float[] matrices = new float[0];
    private int drawn;

    private final double[] variance;
    private final double[] fromMean;
    private int read;
    private float entropy;

    /// @param latent       numbers that the network's last layer reads
    /// @param size         numbers of an action
    /// @param logDeviation to begin with
    /// @param every        steps that noise is held while exploring; -1 is a whole rollout
    public StateDependent(int latent, int size, float logDeviation, int every) {
        this(new StateNoise(latent, size, logDeviation), every);
    }

    private StateDependent(StateNoise noise, int every) {
        this.noise = noise;
        this.every = every;
        variance = new double[noise.size];
        fromMean = new double[noise.size];
    }

    static StateDependent parse(String text) {
        return new StateDependent(StateNoise.parse(text), -1);
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
        int matrix = noise.logDeviation.length;
        if (matrices.length < environments * matrix) {
            matrices = new float[environments * matrix];
        }
        for (int e = 0; e < environments; e++) {
            noise.draw(random, matrices, e * matrix);
        }
        drawn = environments;
    }

    @Override
    public void mode(float[] outputs, boolean[] masks, int rows, float[] actions) {
        System.arraycopy(outputs, 0, actions, 0, rows * noise.size);
    }

    /// Row `e` with the noise that [#explore] drew for environment `e`; where it drew none, each with its own.
    @Override
    public void sample(float[] outputs, boolean[] masks, int rows, RandomGenerator random, float[] actions) {
        float[] z = noise.z();
        for (int row = 0; row < rows; row++) {
            int z0 = noise.z0(row);
            for (int j = 0; j < noise.size; j++) {
                double moved = row < drawn
                        ? noise.noise(z, z0, matrices, row * noise.logDeviation.length, j)
                        : Math.sqrt(noise.variance(z, z0, j)) * random.nextGaussian();
                actions[row * noise.size + j] = (float) (outputs[row * noise.size + j] + moved);
            }
        }
    }

    @Override
    public float logProb(float[] outputs, int row, boolean[] masks, float[] actions) {
        read = noise.z0(row);
        double sum = 0;
        double differential = 0;
        for (int j = 0; j < noise.size; j++) {
            int i = row * noise.size + j;
            variance[j] = noise.variance(noise.z(), read, j);
            fromMean[j] = actions[i] - outputs[i];
            double halfLog = 0.5 * Math.log(variance[j]) + HALF_LOG_TWO_PI;
            sum -= 0.5 * fromMean[j] * fromMean[j] / variance[j] + halfLog;
            differential += 0.5 + halfLog;
        }
        entropy = (float) differential;
        return (float) sum;
    }

    @Override
    public float entropy() {
        return entropy;
    }

    @Override
    public void gradient(float g, float bonus, float[] outputGradient, int row) {
        float[] z = noise.z();
        float[] sigma = noise.deviation();
        for (int j = 0; j < noise.size; j++) {
            double v = variance[j];
            double square = fromMean[j] * fromMean[j] / v;
            outputGradient[row * noise.size + j] = (float) (g * fromMean[j] / v);
            // ∂ log π / ∂ v = (d²/v − 1) / 2v,  ∂ H / ∂ v = 1 / 2v,  ∂ v / ∂ log σ = 2 z² σ²
            double byVariance = (g * (square - 1) - bonus) / v;
            for (int k = 0; k < noise.latent; k++) {
                double spread = (double) z[read + k] * sigma[k * noise.size + j];
                noise.gradient[k * noise.size + j] += (float) (byVariance * spread * spread);
            }
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
    public String describe() {
        return "state_dependent " + noise.describe();
    }

    /// Reads no network, and holds no noise.
    @Override
    public StateDependent copy() {
        return new StateDependent(noise.copy(), every);
    }
}
