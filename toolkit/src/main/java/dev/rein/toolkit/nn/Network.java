package dev.rein.toolkit.nn;

import java.util.Arrays;
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

    default void zeroGradient() {
        Arrays.fill(gradient(), 0);
    }

    /// @param input  `[rows × inputSize]`, from element `input0`; read again by [#backward], so leave it unchanged
    ///     until then
    /// @param output `[rows × outputSize]`, overwritten from element `output0`; read again likewise
    void forward(float[] input, int input0, int rows, float[] output, int output0);

    /// Adds the gradient of the loss for the batch of the last [#forward].
    ///
    /// @param outputGradient `[rows × outputSize]`: the loss by each output; used as scratch
    /// @param inputGradient  `[rows × inputSize]`, overwritten with the loss by each input; null if nobody asks
    void backward(float[] outputGradient, float @Nullable [] inputGradient);

    /// The input's gradient alone, with the parameters held fast: what an actor asks of its critic.
    void backwardInput(float[] outputGradient, float[] inputGradient);

    /// A network of the same shape and parameters, with scratch of its own.
    Network copy();

    /// Moves these parameters towards another network's: `θ ← θ + τ (θ' − θ)` (Polyak averaging); τ = 1 copies.
    default void follow(Network other, float tau) {
        float[] mine = parameters();
        float[] theirs = other.parameters();
        if (tau == 1) {
            System.arraycopy(theirs, 0, mine, 0, mine.length);
            return;
        }
        for (int i = 0; i < mine.length; i++) {
            mine[i] += tau * (theirs[i] - mine[i]);
        }
    }
}
