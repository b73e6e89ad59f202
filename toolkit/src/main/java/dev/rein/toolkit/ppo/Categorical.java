package dev.rein.toolkit.ppo;

import java.util.random.RandomGenerator;

/// One of `n` choices, by softmax over logits; a masked choice has probability 0 and no gradient (Huang & Ontañón
/// 2022).
final class Categorical implements Head {
    private static final float[] NONE = new float[0];

    private final int n;
    private final float[] probability;
    private final float[] logProbability;
    private int action;
    private float entropy;

    Categorical(int n) {
        this.n = n;
        probability = new float[n];
        logProbability = new float[n];
    }

    @Override
    public void sample(
            float[] outputs,
            boolean[] masks,
            int rows,
            RandomGenerator random,
            float[] actions,
            float[] logProb,
            int at) {
        for (int row = 0; row < rows; row++) {
            softmax(outputs, row, masks);
            float drawn = random.nextFloat();
            int chosen = -1;
            for (int j = 0; j < n && (chosen < 0 || drawn >= 0); j++) {
                if (probability[j] > 0) {
                    chosen = j; // the last possible one, should rounding leave a remainder
                    drawn -= probability[j];
                }
            }
            actions[row] = chosen;
            logProb[at + row] = logProbability[chosen];
        }
    }

    @Override
    public float logProb(float[] outputs, int row, boolean[] masks, float[] actions) {
        softmax(outputs, row, masks);
        action = (int) actions[row];
        return logProbability[action];
    }

    private void softmax(float[] logits, int row, boolean[] masks) {
        int from = row * n;
        boolean masked = masks.length > 0;
        float largest = Float.NEGATIVE_INFINITY;
        for (int j = 0; j < n; j++) {
            if (!masked || masks[from + j]) {
                largest = Math.max(largest, logits[from + j]);
            }
        }
        float sum = 0;
        for (int j = 0; j < n; j++) {
            float e = !masked || masks[from + j] ? (float) Math.exp(logits[from + j] - largest) : 0;
            probability[j] = e;
            sum += e;
        }
        float logSum = (float) Math.log(sum) + largest;
        entropy = 0;
        for (int j = 0; j < n; j++) {
            if (probability[j] > 0) {
                probability[j] /= sum;
                logProbability[j] = logits[from + j] - logSum;
                entropy -= probability[j] * logProbability[j];
            } else {
                logProbability[j] = 0;
            }
        }
    }

    @Override
    public float entropy() {
        return entropy;
    }

    @Override
    public void gradient(float g, float bonus, float[] outputGradient, int row) {
        for (int j = 0; j < n; j++) {
            float p = probability[j];
            // ∂ log π(a) / ∂ logit = 1{a} − p,   ∂ H / ∂ logit = −p (log p + H)
            outputGradient[row * n + j] = g * ((j == action ? 1 : 0) - p) + bonus * p * (logProbability[j] + entropy);
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
}
