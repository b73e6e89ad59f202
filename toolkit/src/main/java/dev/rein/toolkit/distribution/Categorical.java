package dev.rein.toolkit.distribution;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/// One or several independent choices, each by softmax over logits of its own; a masked choice has probability 0
/// and no gradient (Huang & Ontañón 2022). Several are [dev.rein.toolkit.environment.Space]s of many discrete
/// parts.
public final class Categorical implements Distribution {
    private static final float[] NONE = new float[0];

    private final int[] choices;
    private final int total;
    private final float[] probability;
    private final float[] logProbability;
    private final int[] action;
    private final float[] entropies;

    /// @param choices how many each part has, at least 1
    public Categorical(int... choices) {
        this.choices = choices.clone();
        total = Arrays.stream(choices).sum();
        probability = new float[total];
        logProbability = new float[total];
        action = new int[choices.length];
        entropies = new float[choices.length];
    }

    @Override
    public int outputs() {
        return total;
    }

    @Override
    public void mode(float[] outputs, boolean[] masks, int rows, float[] actions) {
        for (int row = 0; row < rows; row++) {
            int from = row * total;
            for (int part = 0; part < choices.length; part++) {
                actions[row * choices.length + part] = best(outputs, masks, from, choices[part]);
                from += choices[part];
            }
        }
    }

    /// The largest allowed of `n` values, counted from `from`.
    static int best(float[] values, boolean[] masks, int from, int n) {
        int best = -1;
        for (int j = 0; j < n; j++) {
            boolean allowed = masks.length == 0 || masks[from + j];
            if (allowed && (best < 0 || values[from + j] > values[from + best])) {
                best = j;
            }
        }
        return best;
    }

    @Override
    public void sample(float[] outputs, boolean[] masks, int rows, RandomGenerator random, float[] actions) {
        for (int row = 0; row < rows; row++) {
            draw(outputs, masks, row, random, actions);
        }
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
            logProb[at + row] = draw(outputs, masks, row, random, actions);
        }
    }

    private float draw(float[] outputs, boolean[] masks, int row, RandomGenerator random, float[] actions) {
        float sum = 0;
        int base = 0;
        for (int part = 0; part < choices.length; part++) {
            softmax(outputs, row, masks, part, base);
            float drawn = random.nextFloat();
            int chosen = -1;
            for (int j = 0; j < choices[part] && (chosen < 0 || drawn >= 0); j++) {
                if (probability[base + j] > 0) {
                    chosen = j; // the last possible one, should rounding leave a remainder
                    drawn -= probability[base + j];
                }
            }
            if (chosen < 0) {
                throw new IllegalStateException(
                        "policy: its outputs are no numbers, as happens where training diverges (expected: finite ones). Lower learning_rate, or bring observations and rewards nearer to -1..1.");
            }
            actions[row * choices.length + part] = chosen;
            sum += logProbability[base + chosen];
            base += choices[part];
        }
        return sum;
    }

    @Override
    public float logProb(float[] outputs, int row, boolean[] masks, float[] actions) {
        float sum = 0;
        int base = 0;
        for (int part = 0; part < choices.length; part++) {
            softmax(outputs, row, masks, part, base);
            action[part] = (int) actions[row * choices.length + part];
            sum += logProbability[base + action[part]];
            base += choices[part];
        }
        return sum;
    }

    private void softmax(float[] logits, int row, boolean[] masks, int part, int base) {
        int n = choices[part];
        int from = row * total + base;
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
            probability[base + j] = e;
            sum += e;
        }
        float logSum = (float) Math.log(sum) + largest;
        float entropy = 0;
        for (int j = 0; j < n; j++) {
            int i = base + j;
            probability[i] /= sum;
            // finite where the probability is too small for a float: a choice taken before may have become so
            logProbability[i] = !masked || masks[from + j] ? logits[from + j] - logSum : 0;
            entropy -= probability[i] * logProbability[i];
        }
        entropies[part] = entropy;
    }

    @Override
    public float entropy() {
        float sum = 0;
        for (float entropy : entropies) {
            sum += entropy;
        }
        return sum;
    }

    @Override
    public void gradient(float g, float bonus, float[] outputGradient, int row) {
        int base = 0;
        for (int part = 0; part < choices.length; part++) {
            for (int j = 0; j < choices[part]; j++) {
                int i = base + j;
                float p = probability[i];
                // ∂ log π(a) / ∂ logit = 1{a} − p,   ∂ H / ∂ logit = −p (log p + H)
                outputGradient[row * total + i] =
                        g * ((j == action[part] ? 1 : 0) - p) + bonus * p * (logProbability[i] + entropies[part]);
            }
            base += choices[part];
        }
    }

    /// Of every choice in the row last read, part after part; live.
    public float[] probabilities() {
        return probability;
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
        return "categorical";
    }

    @Override
    public Categorical copy() {
        return new Categorical(choices);
    }
}
