package dev.rein.toolkit.nn;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.kernel.Kernels;
import java.util.Arrays;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Layer normalisation (Ba, Kiros & Hinton 2016, equation 4): `y = activation(γ · (x − mean) / √(variance + ε) +
/// β)`, mean and variance over the elements of a row. Parameters: `size` gains, then `size` shifts.
public final class LayerNorm implements Layer {
    static final float EPSILON = 1e-5f;

    private final int size;
    private final Activation activation;
    private final Kernels kernels = Kernels.active();
    private float[] normal = new float[0];
    private float[] inverseDeviation = new float[0];

    public LayerNorm(int size, Activation activation) {
        if (size < 1) {
            throw new IllegalArgumentException("layer norm: size %d (expected: at least 1)".formatted(size));
        }
        this.size = size;
        this.activation = requireNonNull(activation, "activation");
    }

    static LayerNorm parse(String[] words) {
        Layer.checkWords(words, 3);
        return new LayerNorm(Integer.parseInt(words[1]), Activation.valueOf(words[2].toUpperCase(Locale.ROOT)));
    }

    public Activation activation() {
        return activation;
    }

    @Override
    public int inputs() {
        return size;
    }

    @Override
    public int outputs() {
        return size;
    }

    @Override
    public int parameterCount() {
        return 2 * size;
    }

    @Override
    public void initialise(
            RandomGenerator random, Initialisation initialisation, float gain, float[] parameters, int p0) {
        Arrays.fill(parameters, p0, p0 + size, 1);
    }

    @Override
    public void forward(float[] parameters, int p0, float[] x, int x0, int rows, float[] y, int y0) {
        if (inverseDeviation.length < rows) {
            inverseDeviation = new float[rows];
            normal = new float[rows * size];
        }
        for (int row = 0; row < rows; row++) {
            int from = x0 + row * size;
            float sum = 0;
            for (int i = 0; i < size; i++) {
                sum += x[from + i];
            }
            float mean = sum / size;
            float squares = 0;
            for (int i = 0; i < size; i++) {
                squares += (x[from + i] - mean) * (x[from + i] - mean);
            }
            float inverse = (float) (1 / Math.sqrt(squares / size + EPSILON));
            inverseDeviation[row] = inverse;
            for (int i = 0; i < size; i++) {
                float n = (x[from + i] - mean) * inverse;
                normal[row * size + i] = n;
                y[y0 + row * size + i] = n * parameters[p0 + i] + parameters[p0 + size + i];
            }
        }
        activation.forward(kernels, y, y0, rows * size);
    }

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
            int rows,
            float @Nullable [] dx) {
        activation.backward(kernels, y, y0, dy, rows * size);
        if (gradient != null) {
            for (int row = 0; row < rows; row++) {
                for (int i = 0; i < size; i++) {
                    gradient[p0 + i] += dy[row * size + i] * normal[row * size + i];
                    gradient[p0 + size + i] += dy[row * size + i];
                }
            }
        }
        if (dx == null) {
            return;
        }
        for (int row = 0; row < rows; row++) {
            int from = row * size;
            float sum = 0;
            float dot = 0;
            for (int i = 0; i < size; i++) {
                float g = dy[from + i] * parameters[p0 + i];
                sum += g;
                dot += g * normal[from + i];
            }
            for (int i = 0; i < size; i++) {
                float g = dy[from + i] * parameters[p0 + i];
                dx[from + i] = inverseDeviation[row] * (g - (sum + normal[from + i] * dot) / size);
            }
        }
    }

    @Override
    public LayerNorm copy() {
        return new LayerNorm(size, activation);
    }

    @Override
    public String describe() {
        return "layer_norm %d %s".formatted(size, activation.name().toLowerCase(Locale.ROOT));
    }
}
