package dev.rein.toolkit.distribution;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/// Independent normals: means from the network, logarithms of the deviations one parameter each, the same in every
/// state (37 details, continuous actions 1-3). Knows no bounds: who steps an environment clips.
public final class Gaussian implements Distribution {
    private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

    private final int size;
    private final float[] logDeviation;
    private final float[] logDeviationGradient;
    private final float[] deviationsFromMean;
    private float entropy;

    /// Deviations 1.
    public Gaussian(int size) {
        this.size = size;
        logDeviation = new float[size];
        logDeviationGradient = new float[size];
        deviationsFromMean = new float[size];
    }

    /// Deviations 0, which no gradient can be taken of: a draw is the mean.
    public static Gaussian certain(int size) {
        var gaussian = new Gaussian(size);
        Arrays.fill(gaussian.logDeviation, Float.NEGATIVE_INFINITY);
        return gaussian;
    }

    static Gaussian parse(String logDeviations) {
        String[] parts = logDeviations.split(",", -1);
        var gaussian = new Gaussian(parts.length);
        for (int j = 0; j < parts.length; j++) {
            gaussian.logDeviation[j] = Float.parseFloat(parts[j]);
        }
        return gaussian;
    }

    @Override
    public int outputs() {
        return size;
    }

    @Override
    public void mode(float[] outputs, boolean[] masks, int rows, float[] actions) {
        System.arraycopy(outputs, 0, actions, 0, rows * size);
    }

    @Override
    public void sample(float[] outputs, boolean[] masks, int rows, RandomGenerator random, float[] actions) {
        for (int i = 0; i < rows * size; i++) {
            actions[i] = outputs[i] + (float) (Math.exp(logDeviation[i % size]) * random.nextGaussian());
        }
    }

    @Override
    public float logProb(float[] outputs, int row, boolean[] masks, float[] actions) {
        double sum = 0;
        double differential = 0;
        for (int j = 0; j < size; j++) {
            int i = row * size + j;
            double z = (actions[i] - outputs[i]) / Math.exp(logDeviation[j]);
            deviationsFromMean[j] = (float) z;
            sum -= 0.5 * z * z + logDeviation[j] + HALF_LOG_TWO_PI;
            differential += 0.5 + HALF_LOG_TWO_PI + logDeviation[j];
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
        for (int j = 0; j < size; j++) {
            float z = deviationsFromMean[j];
            outputGradient[row * size + j] = g * z / (float) Math.exp(logDeviation[j]);
            logDeviationGradient[j] += g * (z * z - 1) - bonus;
        }
    }

    /// Logarithms of the deviations, live.
    @Override
    public float[] parameters() {
        return logDeviation;
    }

    @Override
    public float[] parameterGradient() {
        return logDeviationGradient;
    }

    @Override
    public String describe() {
        StringBuilder text = new StringBuilder("gaussian ");
        for (int j = 0; j < size; j++) {
            text.append(j == 0 ? "" : ",").append(logDeviation[j]);
        }
        return text.toString();
    }

    @Override
    public Gaussian copy() {
        var copy = new Gaussian(size);
        System.arraycopy(logDeviation, 0, copy.logDeviation, 0, size);
        return copy;
    }
}
