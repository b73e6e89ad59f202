package dev.rein.toolkit.nn;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A table: reads choices one-hot, side by side, and gives the row of their combination. Parameters are `[rows ×
/// outputs]`, row-major; choices of the last part are next to each other.
public final class Lookup implements Layer {
    private final int[] choices;
    private final int out;
    private final int in;
    private final int rows;
    /// What each feature adds to the number of the row.
    private final int[] weights;

    /// @param choices how many each part has, each at least 1
    /// @throws IllegalArgumentException if the table has more numbers than an array holds, with the arithmetic
    public Lookup(int[] choices, int outputs) {
        this.choices = choices.clone();
        out = outputs;
        long combinations = 1;
        int features = 0;
        for (int n : choices) {
            features += n;
            combinations = Math.min(combinations * n, Integer.MAX_VALUE);
        }
        if (outputs < 1 || choices.length == 0 || combinations * outputs > Integer.MAX_VALUE - 8L) {
            throw new IllegalArgumentException(
                    "table: %s combinations of %d numbers each (expected: at most %,d in all)"
                            .formatted(product(choices), outputs, Integer.MAX_VALUE - 8));
        }
        in = features;
        rows = (int) combinations;
        weights = new int[in];
        int stride = rows;
        int feature = 0;
        for (int n : choices) {
            stride /= n;
            for (int choice = 0; choice < n; choice++) {
                weights[feature++] = choice * stride;
            }
        }
    }

    private static String product(int[] choices) {
        return Arrays.stream(choices).mapToObj(Integer::toString).collect(Collectors.joining(" × "));
    }

    static Lookup parse(String[] words) {
        Layer.checkWords(words, 3);
        int[] choices = Arrays.stream(words[1].split("x", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        return new Lookup(choices, Integer.parseInt(words[2]));
    }

    /// Rows of the table.
    public int rows() {
        return rows;
    }

    /// What each feature adds to the number of the row; a copy.
    public int[] weights() {
        return weights.clone();
    }

    /// The row of the features from `x0`.
    public int row(float[] x, int x0) {
        int row = 0;
        for (int j = 0; j < in; j++) {
            if (x[x0 + j] != 0) {
                row += weights[j];
            }
        }
        return row;
    }

    @Override
    public int inputs() {
        return in;
    }

    @Override
    public int outputs() {
        return out;
    }

    @Override
    public int parameterCount() {
        return rows * out;
    }

    /// All 0: nothing is known of any combination.
    @Override
    public void initialise(
            RandomGenerator random, Initialisation initialisation, float gain, float[] parameters, int p0) {
        Arrays.fill(parameters, p0, p0 + parameterCount(), 0);
    }

    @Override
    public void forward(float[] parameters, int p0, float[] x, int x0, int count, float[] y, int y0) {
        for (int i = 0; i < count; i++) {
            System.arraycopy(parameters, p0 + row(x, x0 + i * in) * out, y, y0 + i * out, out);
        }
    }

    /// Choices have no slope: `dx` is 0.
    @Override
    public void backward(
            float[] parameters,
            float @Nullable [] gradient,
            int p0,
            float[] x,
            int x0,
            float[] y,
            int y0,
            float[] dy,
            int count,
            float @Nullable [] dx) {
        for (int i = 0; i < count && gradient != null; i++) {
            int from = p0 + row(x, x0 + i * in) * out;
            for (int j = 0; j < out; j++) {
                gradient[from + j] += dy[i * out + j];
            }
        }
        if (dx != null) {
            Arrays.fill(dx, 0, count * in, 0);
        }
    }

    @Override
    public Lookup copy() {
        return new Lookup(choices, out);
    }

    @Override
    public String describe() {
        return "lookup %s %d"
                .formatted(Arrays.stream(choices).mapToObj(Integer::toString).collect(Collectors.joining("x")), out);
    }
}
