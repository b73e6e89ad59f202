package dev.rein.toolkit.distribution;

import java.util.random.RandomGenerator;

/// Independent coins: a switch is on with the logistic function of its output.
public final class Bernoulli implements Distribution {
    private static final float[] NONE = new float[0];

    private final int size;
    private final float[] logit;
    private final float[] on;
    private final boolean[] action;
    private float entropy;

    /// @param size switches, at least 1
    public Bernoulli(int size) {
        this.size = size;
        logit = new float[size];
        on = new float[size];
        action = new boolean[size];
    }

    private static float logistic(float x) {
        return (float) (1 / (1 + Math.exp(-x)));
    }

    @Override
    public int outputs() {
        return size;
    }

    /// On where that is likelier than off.
    @Override
    public void mode(float[] outputs, boolean[] masks, int rows, float[] actions) {
        for (int i = 0; i < rows * size; i++) {
            actions[i] = outputs[i] > 0 ? 1 : 0;
        }
    }

    @Override
    public void sample(float[] outputs, boolean[] masks, int rows, RandomGenerator random, float[] actions) {
        for (int i = 0; i < rows * size; i++) {
            actions[i] = random.nextFloat() < logistic(outputs[i]) ? 1 : 0;
        }
    }

    @Override
    public float logProb(float[] outputs, int row, boolean[] masks, float[] actions) {
        double sum = 0;
        double bits = 0;
        for (int j = 0; j < size; j++) {
            float x = outputs[row * size + j];
            logit[j] = x;
            on[j] = logistic(x);
            action[j] = actions[row * size + j] == 1;
            // log(1 + eˣ) without overflow: log p = x − that, log(1 − p) = −that
            double softplus = Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
            sum += (action[j] ? x : 0) - softplus;
            bits += softplus - x * on[j];
        }
        entropy = (float) bits;
        return (float) sum;
    }

    @Override
    public float entropy() {
        return entropy;
    }

    @Override
    public void gradient(float g, float bonus, float[] outputGradient, int row) {
        for (int j = 0; j < size; j++) {
            float p = on[j];
            // ∂ log π(a) / ∂ logit = a − p,   ∂ H / ∂ logit = −logit · p (1 − p)
            outputGradient[row * size + j] = g * ((action[j] ? 1 : 0) - p) + bonus * logit[j] * p * (1 - p);
        }
    }

    @Override
    public float[] parameters() {
        return NONE;
    }

    @Override
    public float[] parameterGradient() {
        return NONE;
    }

    @Override
    public String describe() {
        return "bernoulli";
    }

    @Override
    public Bernoulli copy() {
        return new Bernoulli(size);
    }
}
