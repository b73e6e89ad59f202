package dev.rein.toolkit.nn;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One step of a [Sequential] network. Its parameters live in the network's array, from `p0`; what a backward pass
/// needs beside inputs and outputs is kept here, so a layer belongs to one network and one thread at a time.
public sealed interface Layer permits Linear, Noisy, Convolution, LayerNorm, Expectation, Lookup {
    int inputs();

    int outputs();

    int parameterCount();

    /// @param parameters zero from `p0` before
    /// @param gain       of the weights, where the initialisation knows one
    void initialise(RandomGenerator random, Initialisation initialisation, float gain, float[] parameters, int p0);

    /// @param y `[rows × outputs]`, overwritten from `y0`
    void forward(float[] parameters, int p0, float[] x, int x0, int rows, float[] y, int y0);

    /// For the batch of the last [#forward], whose arrays are unchanged.
    ///
    /// @param gradient added to, from `p0`; null where parameters are held fast and only `dx` is asked for
    /// @param dy       `[rows × outputs]`: the loss by each output; used as scratch
    /// @param dx       `[rows × inputs]`, overwritten; null if nobody asks
    void backward(
            float[] parameters,
            float @Nullable [] gradient,
            int p0,
            float[] x,
            int x0,
            float[] y,
            int y0,
            float[] dy,
            int rows,
            float @Nullable [] dx);

    /// A layer of the same shape, with scratch of its own.
    Layer copy();

    /// One line that [#parse] reads: `linear 4 64 tanh`.
    String describe();

    /// @throws IllegalArgumentException if the text describes no layer
    static Layer parse(String text) {
        String[] words = text.split(" ", -1);
        return switch (words[0]) {
            case "linear" -> Linear.parse(words);
            case "noisy" -> Noisy.parse(words);
            case "convolution" -> Convolution.parse(words);
            case "layer_norm" -> LayerNorm.parse(words);
            case "expectation" -> Expectation.parse(words);
            case "lookup" -> Lookup.parse(words);
            default ->
                throw new IllegalArgumentException(
                        "layer \"%s\" is unknown (expected: linear, noisy, convolution, layer_norm, expectation or lookup)"
                                .formatted(text));
        };
    }

    /// @throws IllegalArgumentException unless there are as many words as a layer of this kind has
    static void checkWords(String[] words, int count) {
        if (words.length != count) {
            throw new IllegalArgumentException(
                    "layer \"%s\" has %d words (expected: %d)".formatted(String.join(" ", words), words.length, count));
        }
    }
}
