package dev.rein.toolkit.nn;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.environment.Box;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The shape of a network between features and outputs: convolutions if the observation is an image, then hidden
/// layers. MinAtar's network (Young & Tian 2019) is 16 filters of 3×3, stride 1, and 128 units.
///
/// @param observed   shape of the features; three dimensions are an image, `[height, width, channels]` or, where
///     the first is the smallest, `[channels, height, width]`
/// @param filters    convolutions, in order; need an image
/// @param hidden     widths of the hidden layers, each at least 1; may be empty
/// @param activation after every convolution and hidden layer
/// @param layerNorm  whether a [LayerNorm] stands between each hidden layer's sums and its activation
public record Architecture(
        List<Integer> observed, List<Filters> filters, List<Integer> hidden, Activation activation, boolean layerNorm) {

    /// One convolution of an [Architecture].
    ///
    /// @param count  of filters, at least 1
    /// @param kernel edge of the window in pixels, at least 1
    /// @param stride pixels between windows, at least 1
    public record Filters(int count, int kernel, int stride) {}

    public Architecture {
        observed = List.copyOf(observed);
        filters = List.copyOf(filters);
        hidden = List.copyOf(hidden);
        requireNonNull(activation, "activation");
        if (observed.size() != 3 && !filters.isEmpty()) {
            throw new IllegalArgumentException(
                    "filters: convolutions over observations of shape %s (expected: no filters, or an image of height, width and channels)"
                            .formatted(observed));
        }
    }

    /// @param observed shape of the features, as a space gives it
    public static Architecture of(
            int[] observed, List<Filters> filters, List<Integer> hidden, Activation activation, boolean layerNorm) {
        return new Architecture(Arrays.stream(observed).boxed().toList(), filters, hidden, activation, layerNorm);
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

    /// Numbers that the last layer of a network of this shape reads.
    public int latent(int inputs) {
        List<Layer> layers = body(inputs);
        return layers.isEmpty() ? inputs : layers.getLast().outputs();
    }

    /// All but the last layer, for networks that end in another way.
    public List<Layer> body(int inputs) {
        List<Layer> layers = new ArrayList<>();
        if (!filters.isEmpty()) {
            convolutions(layers);
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

    private void convolutions(List<Layer> layers) {
        boolean channelsFirst = Box.channelAxis(observed.get(0), observed.get(1), observed.get(2)) == 0;
        int channels = observed.get(channelsFirst ? 0 : 2);
        int height = observed.get(channelsFirst ? 1 : 0);
        int width = observed.get(channelsFirst ? 2 : 1);
        for (Filters filter : filters) {
            var convolution = new Convolution(
                    channels,
                    height,
                    width,
                    channelsFirst && layers.isEmpty(),
                    filter.count(),
                    filter.kernel(),
                    filter.stride(),
                    activation);
            layers.add(convolution);
            channels = filter.count();
            height = convolution.outHeight();
            width = convolution.outWidth();
        }
    }
}
