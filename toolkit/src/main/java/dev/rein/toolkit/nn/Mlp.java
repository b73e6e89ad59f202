package dev.rein.toolkit.nn;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.kernel.Kernels;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A multi-layer perceptron: `x ← activation(x·W + b)` for each hidden layer, `x·W + b` for the last.
///
/// Layer `l` maps `sizes[l]` to `sizes[l + 1]`; its weights are `[sizes[l] × sizes[l + 1]]`, row-major, at
/// [#weightOffset], its biases follow at [#biasOffset]. Scratch grows to the largest batch seen and is then reused.
public final class Mlp implements Network {
    /// A layer of at most this many outputs fills too little of a vector to have its gradient computed by rows.
    private static final int NARROW = 8;

    private final int[] sizes;
    private final Activation activation;
    private final Kernels kernels = Kernels.active();
    private final float[] parameters;
    private final float[] gradient;

    private float[][] hidden = new float[0][];
    private float[][] hiddenGradient = new float[0][];
    private float[] transposed = new float[0];
    private int capacity;

    private float[] lastInput = new float[0];
    private int lastInput0;
    private int lastRows;

    /// All parameters zero; see [#initialised] for a network that can learn.
    ///
    /// @param sizes inputs, hidden layers, outputs: at least two, each at least 1
    public Mlp(Activation activation, int... sizes) {
        this.activation = requireNonNull(activation, "activation");
        if (sizes.length < 2 || Arrays.stream(sizes).anyMatch(size -> size < 1)) {
            throw new IllegalArgumentException(
                    "sizes: %s (expected: inputs, hidden layers and outputs, each at least 1)"
                            .formatted(Arrays.toString(sizes)));
        }
        this.sizes = sizes.clone();
        int count = 0;
        for (int l = 0; l + 1 < sizes.length; l++) {
            count = Math.addExact(count, Math.addExact(Math.multiplyExact(sizes[l], sizes[l + 1]), sizes[l + 1]));
        }
        parameters = new float[count];
        gradient = new float[count];
    }

    /// Orthogonal weights and zero biases (Saxe et al. 2014): gain √2 for hidden layers, `outputGain` for the last.
    public static Mlp initialised(RandomGenerator random, Activation activation, float outputGain, int... sizes) {
        Mlp mlp = new Mlp(activation, sizes);
        for (int l = 0; l < mlp.layers(); l++) {
            float gain = l + 1 < mlp.layers() ? (float) Math.sqrt(2) : outputGain;
            Orthogonal.fill(random, gain, sizes[l], sizes[l + 1], mlp.parameters, mlp.weightOffset(l));
        }
        return mlp;
    }

    public int layers() {
        return sizes.length - 1;
    }

    /// Inputs, hidden layers, outputs.
    public int[] sizes() {
        return sizes.clone();
    }

    public Activation activation() {
        return activation;
    }

    public int weightOffset(int layer) {
        int offset = 0;
        for (int l = 0; l < layer; l++) {
            offset += (sizes[l] + 1) * sizes[l + 1];
        }
        return offset;
    }

    public int biasOffset(int layer) {
        return weightOffset(layer) + sizes[layer] * sizes[layer + 1];
    }

    @Override
    public int inputSize() {
        return sizes[0];
    }

    @Override
    public int outputSize() {
        return sizes[sizes.length - 1];
    }

    @Override
    public float[] parameters() {
        return parameters;
    }

    @Override
    public float[] gradient() {
        return gradient;
    }

    @Override
    public void zeroGradient() {
        Arrays.fill(gradient, 0);
    }

    @Override
    public void forward(float[] input, int input0, int rows, float[] output, int output0) {
        reserve(rows);
        lastInput = input;
        lastInput0 = input0;
        lastRows = rows;
        float[] x = input;
        int x0 = input0;
        int offset = 0;
        for (int l = 0; l < layers(); l++) {
            boolean last = l + 1 == layers();
            float[] y = last ? output : hidden[l];
            int y0 = last ? output0 : 0;
            int in = sizes[l];
            int out = sizes[l + 1];
            kernels.multiply(
                    x, x0, in, 1, parameters, offset, parameters, offset + in * out, y, y0, rows, out, in, false);
            if (!last) {
                activate(y, rows * out);
            }
            x = y;
            x0 = y0;
            offset += (in + 1) * out;
        }
    }

    @Override
    public void backward(float[] outputGradient, float @Nullable [] inputGradient) {
        int rows = lastRows;
        float[] dy = outputGradient;
        for (int l = layers() - 1; l >= 0; l--) {
            int in = sizes[l];
            int out = sizes[l + 1];
            int weights = weightOffset(l);
            float[] x = l == 0 ? lastInput : hidden[l - 1];
            int x0 = l == 0 ? lastInput0 : 0;
            weightGradient(x, x0, dy, rows, in, out, weights);
            kernels.addColumnSums(dy, 0, rows, out, gradient, weights + in * out);
            float[] dx = l > 0 ? hiddenGradient[l - 1] : inputGradient;
            if (dx != null) {
                inputGradient(dy, rows, in, out, weights, dx);
            }
            if (l > 0) {
                float[] back = requireNonNull(dx);
                deactivate(hidden[l - 1], back, rows * in);
                dy = back;
            }
        }
    }

    /// `dW += xᵀ·dy`: the transposed one is read through its strides. A narrow layer computes `dWᵀ = dyᵀ·x`, whose
    /// rows fill vectors.
    private void weightGradient(float[] x, int x0, float[] dy, int rows, int in, int out, int weights) {
        if (out > NARROW) {
            kernels.multiply(x, x0, 1, in, dy, 0, dy, 0, gradient, weights, in, out, rows, true);
            return;
        }
        Arrays.fill(transposed, 0, out * in, 0);
        kernels.multiply(dy, 0, 1, out, x, x0, x, 0, transposed, 0, out, in, rows, true);
        for (int i = 0; i < in; i++) {
            for (int j = 0; j < out; j++) {
                gradient[weights + i * out + j] += transposed[j * in + i];
            }
        }
    }

    private void transpose(int weights, int in, int out) {
        for (int j = 0; j < out; j++) {
            for (int i = 0; i < in; i++) {
                transposed[j * in + i] = parameters[weights + i * out + j];
            }
        }
    }

    /// `dx = dy·Wᵀ`, with the weights transposed once so that the product reads rows.
    private void inputGradient(float[] dy, int rows, int in, int out, int weights, float[] dx) {
        transpose(weights, in, out);
        Arrays.fill(dx, 0, rows * in, 0);
        kernels.multiply(dy, 0, out, 1, transposed, 0, transposed, 0, dx, 0, rows, in, out, true);
    }

    private void activate(float[] x, int length) {
        switch (activation) {
            case TANH -> kernels.tanh(x, 0, length);
            case RELU -> kernels.relu(x, 0, length);
        }
    }

    private void deactivate(float[] y, float[] gradientOfY, int length) {
        switch (activation) {
            case TANH -> kernels.tanhBackward(y, 0, gradientOfY, 0, length);
            case RELU -> kernels.reluBackward(y, 0, gradientOfY, 0, length);
        }
    }

    private void reserve(int rows) {
        if (rows <= capacity) {
            return;
        }
        int layers = layers() - 1;
        hidden = new float[layers][];
        hiddenGradient = new float[layers][];
        int widest = 0;
        for (int l = 0; l < layers; l++) {
            hidden[l] = new float[rows * sizes[l + 1]];
            hiddenGradient[l] = new float[rows * sizes[l + 1]];
        }
        for (int l = 0; l < layers(); l++) {
            widest = Math.max(widest, sizes[l] * sizes[l + 1]);
        }
        transposed = new float[widest];
        capacity = rows;
    }

    @Override
    public Mlp copy() {
        Mlp copy = new Mlp(activation, sizes);
        System.arraycopy(parameters, 0, copy.parameters, 0, parameters.length);
        return copy;
    }
}
