package dev.rein.toolkit.environment.toy;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/// What may follow each action in each state, and how likely: Gymnasium's `P`, in the same order. Outcome `k` of
/// action `a` in state `s` is number `(s * actions + a) * MOST + k`.
final class Transitions {
    /// Outcomes of one action at most.
    static final int MOST = 3;

    private final int actions;
    private final double[] probability;
    private final int[] next;
    private final float[] reward;
    private final boolean[] terminated;
    private final int[] outcomes;

    Transitions(int states, int actions) {
        this.actions = actions;
        probability = new double[states * actions * MOST];
        next = new int[probability.length];
        reward = new float[probability.length];
        terminated = new boolean[probability.length];
        outcomes = new int[states * actions];
    }

    void add(int state, int action, double chance, int to, float earned, boolean ends) {
        int from = state * actions + action;
        int at = from * MOST + outcomes[from]++;
        probability[at] = chance;
        next[at] = to;
        reward[at] = earned;
        terminated[at] = ends;
    }

    /// Draws an outcome's number.
    int draw(RandomGenerator random, int state, int action) {
        int from = state * actions + action;
        int at = from * MOST;
        int last = at + outcomes[from] - 1;
        if (at < last) {
            double left = random.nextDouble();
            while (at < last && left >= probability[at]) {
                left -= probability[at++];
            }
        }
        return at;
    }

    int outcomes(int state, int action) {
        return outcomes[state * actions + action];
    }

    int outcome(int state, int action, int k) {
        return (state * actions + action) * MOST + k;
    }

    double probability(int outcome) {
        return probability[outcome];
    }

    int next(int outcome) {
        return next[outcome];
    }

    float reward(int outcome) {
        return reward[outcome];
    }

    boolean terminates(int outcome) {
        return terminated[outcome];
    }

    int states() {
        return outcomes.length / actions;
    }

    int actions() {
        return actions;
    }

    @Override
    public String toString() {
        return "%d states, %d actions, %d outcomes"
                .formatted(states(), actions, Arrays.stream(outcomes).sum());
    }
}
