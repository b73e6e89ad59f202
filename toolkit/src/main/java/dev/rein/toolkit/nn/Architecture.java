package dev.rein.toolkit.nn;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;

/// The shape of a network between features and outputs: convolutions if the observation is an image, then hidden
/// layers.
///
/// @param image      `[channels, height, width]` of the features, or empty if they are no image
/// @param filters    convolutions, in order; needs an image
/// @param hidden     widths of the hidden layers, each at least 1; may be empty
/// @param activation after every convolution and hidden layer
/// @param layerNorm  whether a [LayerNorm] stands between each hidden layer's sums and its activation
public record Architecture(
        List<Integer> image, List<Filters> filters, List<Integer> hidden, Activation activation, boolean layerNorm) {

    /// One convolution of an [Architecture].
    ///
    /// @param count  of filters, at least 1
    /// @param kernel edge of the window in pixels, at least 1
    /// @param stride pixels between windows, at least 1
    public record Filters(int count, int kernel, int stride) {}

    public Architecture {
        image = List.copyOf(image);
        filters = List.copyOf(filters);
        hidden = List.copyOf(hidden);
        requireNonNull(activation, "activation");
        if (!image.isEmpty() && image.size() != 3) {
            throw new IllegalArgumentException("image: %s (expected: channels, height and width)".formatted(image));
        }
        if (image.isEmpty() && !filters.isEmpty()) {
            throw new IllegalArgumentException(
                    "convolutions: %s (expected: none, as the observations are no images)".formatted(filters));
        }
    }

    /// Hidden layers only.
    public static Architecture mlp(Activation activation, List<Integer> hidden) {
        return new Architecture(List.of(), List.of(), hidden, activation, false);
    }

    /// A network with zero parameters.
    ///
    /// @param last what the last layer applies
    public Sequential network(int inputs, int outputs, Activation last) {
        List<Layer> layers = body(inputs);
        int size = layers.isEmpty() ? inputs : layers.getLast().outputs();
        layers.add(new Linear(size, outputs, last));
        return new Sequential(layers);
    }

    /// All but the last layer, for networks that end in another way.
    public List<Layer> body(int inputs) {
        List<Layer> layers = new ArrayList<>();
        boolean first = true;
        int channels = image.isEmpty() ? 0 : image.get(0);
        int height = image.isEmpty() ? 0 : image.get(1);
        int width = image.isEmpty() ? 0 : image.get(2);
        for (Filters filter : filters) {
            var convolution = new Convolution(
                    channels, height, width, first, filter.count(), filter.kernel(), filter.stride(), activation);
            layers.add(convolution);
            channels = filter.count();
            height = convolution.outHeight();
            width = convolution.outWidth();
            first = false;
        }
        int size = layers.isEmpty() ? inputs : layers.getLast().outputs();
        for (int next : hidden) {
            layers.add(new Linear(size, next, layerNorm ? Activation.IDENTITY : activation));
            if (layerNorm) {
                layers.add(new LayerNorm(next, activation));
            }
            size = next;
        }
        return layers;
    }
}
