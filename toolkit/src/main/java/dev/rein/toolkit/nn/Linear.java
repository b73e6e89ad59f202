package dev.rein.toolkit.nn;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.kernel.Kernels;
import java.util.Arrays;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// `y = activation(x·W + b)`: weights `[inputs × outputs]`, row-major, then `outputs` biases.
public final class Linear implements Layer {
    /// A layer of at most this many outputs fills too little of a vector to have its gradient computed by rows.
    private static final int NARROW = 8;

    private final int in;
    private final int out;
    private final Activation activation;
    private final Kernels kernels = Kernels.active();
    private float[] transposed = new float[0];
    private float[] noBias = new float[0];

    public Linear(int inputs, int outputs, Activation activation) {
        if (inputs < 1 || outputs < 1) {
            throw new IllegalArgumentException(
                    "linear layer: %d inputs and %d outputs (expected: each at least 1)".formatted(inputs, outputs));
        }
        this.in = inputs;
        this.out = outputs;
        this.activation = requireNonNull(activation, "activation");
        Math.multiplyExact(inputs + 1, outputs);
    }

    static Linear parse(String[] words) {
        Layer.checkWords(words, 4);
        return new Linear(
                Integer.parseInt(words[1]),
                Integer.parseInt(words[2]),
                Activation.valueOf(words[3].toUpperCase(Locale.ROOT)));
    }

    public Activation activation() {
        return activation;
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
        return (in + 1) * out;
    }

    @Override
    public void initialise(
            RandomGenerator random, Initialisation initialisation, float gain, float[] parameters, int p0) {
        initialisation.fill(random, gain, in, out, parameters, p0, p0 + in * out);
    }

    @Override
    public void forward(float[] parameters, int p0, float[] x, int x0, int rows, float[] y, int y0) {
        kernels.multiply(x, x0, in, 1, parameters, p0, parameters, p0 + in * out, y, y0, rows, out, in, false);
        activation.forward(kernels, y, y0, rows * out);
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
        activation.backward(kernels, y, y0, dy, rows * out);
        if (transposed.length == 0) {
            transposed = new float[in * out];
        }
        if (gradient != null) {
            weightGradient(x, x0, dy, rows, gradient, p0);
            kernels.addColumnSums(dy, 0, rows, out, gradient, p0 + in * out);
        }
        if (dx != null) {
            inputGradient(parameters, p0, dy, rows, dx);
        }
    }

    /// `dW += xᵀ·dy`: the transposed one is read through its strides. A narrow layer computes `dWᵀ = dyᵀ·x`, whose
    /// rows fill vectors.
    private void weightGradient(float[] x, int x0, float[] dy, int rows, float[] gradient, int p0) {
        if (out > NARROW) {
            kernels.multiply(x, x0, 1, in, dy, 0, dy, 0, gradient, p0, in, out, rows, true);
            return;
        }
        Arrays.fill(transposed, 0, out * in, 0);
        kernels.multiply(dy, 0, 1, out, x, x0, x, 0, transposed, 0, out, in, rows, true);
        for (int i = 0; i < in; i++) {
            for (int j = 0; j < out; j++) {
                gradient[p0 + i * out + j] += transposed[j * in + i];
            }
        }
    }

    /// `dx = dy·Wᵀ`, with the weights transposed once so that the product reads rows.
    private void inputGradient(float[] parameters, int p0, float[] dy, int rows, float[] dx) {
        if (noBias.length == 0) {
            noBias = new float[in];
        }
        kernels.transpose(parameters, p0, in, out, transposed);
        kernels.multiply(dy, 0, out, 1, transposed, 0, noBias, 0, dx, 0, rows, in, out, false);
    }

    @Override
    public Linear copy() {
        return new Linear(in, out, activation);
    }

    @Override
    public String describe() {
        return "linear %d %d %s".formatted(in, out, activation.name().toLowerCase(Locale.ROOT));
    }
}
