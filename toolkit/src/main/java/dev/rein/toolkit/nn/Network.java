package dev.rein.toolkit.nn;

import org.jspecify.annotations.Nullable;

/// A differentiable map from `[rows × inputSize]` to `[rows × outputSize]`, seen by algorithms as a black box.
///
/// Owned by one thread at a time: a forward pass leaves what the next backward pass needs inside the network.
public interface Network {
    int inputSize();

    int outputSize();

    /// All parameters, in one array that stays the same for the network's life. Optimisers write into it.
    float[] parameters();

    /// The gradient of the loss by [#parameters], same layout. Backward passes add to it.
    float[] gradient();

    void zeroGradient();

    /// @param input  `[rows × inputSize]`, from element `input0`; read again by [#backward], so leave it unchanged
    ///     until then
    /// @param output `[rows × outputSize]`, overwritten from element `output0`
    void forward(float[] input, int input0, int rows, float[] output, int output0);

    /// Adds the gradient of the loss for the batch of the last [#forward].
    ///
    /// @param outputGradient `[rows × outputSize]`: the loss by each output; used as scratch
    /// @param inputGradient  `[rows × inputSize]`, overwritten with the loss by each input; null if nobody asks
    void backward(float[] outputGradient, float @Nullable [] inputGradient);

    /// A network of the same shape with parameters of its own.
    Network copy();
}
