package dev.rein.workload.serving;

import java.util.Arrays;

/// Collects numbers into rows of a fixed size.
final class Rows {
    private final int size;
    private float[] values;
    private int length;

    Rows(int size) {
        this.size = size;
        this.values = new float[size];
    }

    void add(float value) {
        if (length == values.length) {
            values = Arrays.copyOf(values, Math.max(16, 2 * length));
        }
        values[length++] = value;
    }

    /// Takes back what was added since there were `from` numbers.
    float[] cut(int from) {
        float[] tail = Arrays.copyOfRange(values, from, length);
        length = from;
        return tail;
    }

    /// Numbers added so far.
    int length() {
        return length;
    }

    /// Whole rows added so far.
    int count() {
        return length / size;
    }

    /// The numbers in the order they came, followed by unused space.
    float[] values() {
        return values;
    }
}
