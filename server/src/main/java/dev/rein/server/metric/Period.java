package dev.rein.server.metric;

import java.util.Arrays;

/// The readings of one metric in one stretch of time, summed up. For one thread.
final class Period {
    private final boolean keepsValues;
    private int count;
    private double sum;
    private double minimum = Double.POSITIVE_INFINITY;
    private double maximum = Double.NEGATIVE_INFINITY;
    private double[] values = {};

    /// @param keepsValues whether percentiles will be asked for
    Period(boolean keepsValues) {
        this.keepsValues = keepsValues;
    }

    void add(double value) {
        if (keepsValues) {
            if (count == values.length) {
                values = Arrays.copyOf(values, Math.max(16, 2 * count));
            }
            values[count] = value;
        }
        count++;
        sum += value;
        minimum = Math.min(minimum, value);
        maximum = Math.max(maximum, value);
    }

    double count() {
        return count;
    }

    double sum() {
        return sum;
    }

    double average() {
        return sum / count;
    }

    double minimum() {
        return minimum;
    }

    double maximum() {
        return maximum;
    }

    /// Between two readings it is on the line that joins them.
    ///
    /// @param p 0 to 100
    double percentile(double p) {
        double[] sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        double place = p / 100 * (count - 1);
        int below = (int) place;
        int above = Math.min(below + 1, count - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
