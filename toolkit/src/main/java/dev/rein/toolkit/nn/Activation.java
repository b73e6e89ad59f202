package dev.rein.toolkit.nn;

import dev.rein.toolkit.kernel.Kernels;

/// What a layer applies to its sums, element by element.
public enum Activation {
    IDENTITY,
    TANH,
    RELU;

    void forward(Kernels kernels, float[] x, int from, int length) {
        switch (this) {
            case IDENTITY -> {}
            case TANH -> kernels.tanh(x, from, length);
            case RELU -> kernels.relu(x, from, length);
        }
    }

    /// @param y        what [#forward] made
    /// @param gradient by `y`, overwritten with the gradient by the sums
    void backward(Kernels kernels, float[] y, int y0, float[] gradient, int length) {
        switch (this) {
            case IDENTITY -> {}
            case TANH -> kernels.tanhBackward(y, y0, gradient, 0, length);
            case RELU -> kernels.reluBackward(y, y0, gradient, 0, length);
        }
    }
}
