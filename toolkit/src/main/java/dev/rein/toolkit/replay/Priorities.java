package dev.rein.toolkit.replay;

import dev.rein.toolkit.checkpoint.Checkpoint;
import java.util.random.RandomGenerator;

/// Draws transitions in proportion to their priorities (Schaul et al. 2016, "Prioritized Experience Replay",
/// section 3.3, proportional variant): a binary tree whose inner nodes hold the sums of their leaves.
final class Priorities {
    /// Of a transition, leaf and inner nodes; as many again where the capacity is just above a power of two.
    static final int MOST_BYTES = 32;

    static final int MOST_CAPACITY = 1 << 29;

    private static final double SMALLEST = 1e-6;

    private final int leaves;
    private final double alpha;
    private final double[] sum;
    private double highest = 1;

    /// @param capacity of the buffer, at most [#MOST_CAPACITY]
    /// @param alpha    how much priorities count: 0 not at all (uniform), 1 in proportion
    Priorities(int capacity, double alpha) {
        this.leaves = Integer.highestOneBit(Math.max(1, capacity - 1)) << 1;
        this.alpha = alpha;
        this.sum = new double[2 * leaves];
    }

    /// A new transition gets the highest priority seen, so that it is drawn before long.
    void added(int place) {
        put(place, highest);
    }

    void set(int place, double error) {
        double priority = Math.pow(error + SMALLEST, alpha);
        highest = Math.max(highest, priority);
        put(place, priority);
    }

    private void put(int place, double priority) {
        int node = leaves + place;
        sum[node] = priority;
        // Summed anew on the way up, not adjusted: rounding errors cannot pile up.
        for (node >>= 1; node >= 1; node >>= 1) {
            sum[node] = sum[2 * node] + sum[2 * node + 1];
        }
    }

    /// Stratified: one draw from each of as many equal parts of the whole as there are rows.
    ///
    /// @param filled  transitions there are
    /// @param weights overwritten with (N · P(i))^-β, divided by the largest of the batch
    void draw(RandomGenerator random, int filled, double beta, int[] places, float[] weights) {
        double part = sum[1] / places.length;
        double largest = 0;
        for (int row = 0; row < places.length; row++) {
            int place = Math.min(find((row + random.nextDouble()) * part), filled - 1);
            places[row] = place;
            double weight = Math.pow(filled * sum[leaves + place] / sum[1], -beta);
            weights[row] = (float) weight;
            largest = Math.max(largest, weight);
        }
        for (int row = 0; row < weights.length; row++) {
            weights[row] /= (float) largest;
        }
    }

    private int find(double mass) {
        double left = mass;
        int node = 1;
        while (node < leaves) {
            node *= 2;
            if (left >= sum[node] && sum[node + 1] > 0) {
                left -= sum[node];
                node++;
            }
        }
        return node - leaves;
    }

    void state(Checkpoint checkpoint) {
        highest = checkpoint.number("highest", highest);
        checkpoint.doubles("sum", sum);
    }
}
