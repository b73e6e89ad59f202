package dev.rein.toolkit.replay;

/// Transitions drawn from a [ReplayBuffer], row by row, in arrays that every draw overwrites.
public final class Batch {
    private final int rows;
    final float[] observation;
    final float[] action;
    final float[] reward;
    final float[] discount;
    final float[] next;
    final boolean[] nextMask;
    final int[] place;
    final float[] weight;

    Batch(int rows, int features, int actionSize, int choices) {
        this.rows = rows;
        observation = new float[rows * features];
        action = new float[rows * actionSize];
        reward = new float[rows];
        discount = new float[rows];
        next = new float[rows * features];
        nextMask = new boolean[rows * choices];
        place = new int[rows];
        weight = new float[rows];
    }

    public int rows() {
        return rows;
    }

    /// `[rows × features]`.
    public float[] observation() {
        return observation;
    }

    /// `[rows × action size]`.
    public float[] action() {
        return action;
    }

    /// Sum over the transition's steps, each discounted to its first.
    public float[] reward() {
        return reward;
    }

    /// What the value of the next observation counts: γ to the time in between, and 0 where the episode terminated.
    public float[] discount() {
        return discount;
    }

    /// `[rows × features]`; of a truncated episode its last observation.
    public float[] next() {
        return next;
    }

    /// `[rows × choices]`: which actions are allowed after; empty where nothing is masked.
    public boolean[] nextMask() {
        return nextMask;
    }

    /// Where each transition lies in the buffer: what [ReplayBuffer#prioritise] asks for.
    public int[] place() {
        return place;
    }

    /// Importance weights, at most 1; all 1 where draws are uniform.
    public float[] weight() {
        return weight;
    }
}
