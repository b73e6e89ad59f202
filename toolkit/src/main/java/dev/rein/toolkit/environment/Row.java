package dev.rein.toolkit.environment;

import java.util.Arrays;

/// A window onto one row of a batch: what is written here is where the network reads. Never kept beyond the call.
public final class Row {
    private float[] array = new float[0];
    private int from;
    private int size;
    private Row[] parts = new Row[0];

    /// Moves the window.
    Row at(float[] newArray, int newFrom, int newSize) {
        array = newArray;
        from = newFrom;
        size = newSize;
        return this;
    }

    /// A window onto an array of one's own, for calling an environment by hand.
    public static Row of(float... values) {
        return new Row().at(values, 0, values.length);
    }

    public int size() {
        return size;
    }

    /// A window onto a part of a [Dict] or [Tuple]. Made once for each part, then moved along at every call: ask
    /// anew in each step.
    public Row part(Part part) {
        int index = part.index();
        if (part.offset() + part.size() > size) {
            throw new IndexOutOfBoundsException("row: part \"%s\" ends at element %d (expected: at most %d)"
                    .formatted(part.name(), part.offset() + part.size(), size));
        }
        if (index >= parts.length) {
            growParts(index);
        }
        return parts[index].at(array, from + part.offset(), part.size());
    }

    private void growParts(int index) {
        int known = parts.length;
        parts = Arrays.copyOf(parts, index + 1);
        for (int i = known; i <= index; i++) {
            parts[i] = new Row();
        }
    }

    public float get(int i) {
        return array[from + checked(i)];
    }

    /// The first element as a choice of a [Discrete] space.
    public int index() {
        return (int) array[from];
    }

    /// An element as a choice: part `i` of a [MultiDiscrete] space.
    public int index(int i) {
        return (int) array[from + checked(i)];
    }

    public void set(int i, float value) {
        array[from + checked(i)] = value;
    }

    public void put(float first) {
        array[from + checked(0)] = first;
    }

    public void put(float first, float second) {
        checked(1);
        array[from] = first;
        array[from + 1] = second;
    }

    public void put(float first, float second, float third) {
        checked(2);
        array[from] = first;
        array[from + 1] = second;
        array[from + 2] = third;
    }

    public void put(float first, float second, float third, float fourth) {
        checked(3);
        array[from] = first;
        array[from + 1] = second;
        array[from + 2] = third;
        array[from + 3] = fourth;
    }

    /// Copies all elements.
    public void putAll(float[] values) {
        if (values.length != size) {
            throw new IllegalArgumentException("row: %d values (expected: %d)".formatted(values.length, size));
        }
        System.arraycopy(values, 0, array, from, size);
    }

    private int checked(int i) {
        if (i < 0 || i >= size) {
            throw new IndexOutOfBoundsException("row: element %d (expected: 0..%d)".formatted(i, size - 1));
        }
        return i;
    }
}
