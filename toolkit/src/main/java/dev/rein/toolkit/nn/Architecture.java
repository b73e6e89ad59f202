package dev.rein.toolkit.nn;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Space;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The shape of a network between features and outputs: convolutions if the observation is an image, then hidden
/// layers. MinAtar's network (Young & Tian 2019) is 16 filters of 3×3, stride 1, and 128 units.
///
/// @param observed   the image that the filters look at; null where there are none
/// @param filters    convolutions, in order
/// @param hidden     widths of the hidden layers, each at least 1; may be empty
/// @param activation after every convolution and hidden layer
/// @param layerNorm  whether a [LayerNorm] stands between each hidden layer's sums and its activation
public record Architecture(
        @Nullable Box observed, List<Filters> filters, List<Integer> hidden, Activation activation, boolean layerNorm) {

    /// One convolution of an [Architecture].
    ///
    /// @param count  of filters, at least 1
    /// @param kernel edge of the window in pixels, at least 1
    /// @param stride pixels between windows, at least 1
    public record Filters(int count, int kernel, int stride) {}

    public Architecture {
        filters = List.copyOf(filters);
        hidden = List.copyOf(hidden);
        requireNonNull(activation, "activation");
        if (observed == null && !filters.isEmpty()) {
            throw new IllegalArgumentException("filters: convolutions over no image (expected: no filters)");
        }
    }

    /// @param observed what is observed
    /// @throws IllegalArgumentException if there are filters and this is no image, or one that does not say which
    ///     dimension are its channels
    public static Architecture of(
            Space observed, List<Filters> filters, List<Integer> hidden, Activation activation, boolean layerNorm) {
        return new Architecture(filters.isEmpty() ? null : image(observed), filters, hidden, activation, layerNorm);
    }

    private static Box image(Space observed) {
        if (observed instanceof Box box && box.shape().length == 3) {
            return box;
        }
        throw new IllegalArgumentException(
                "filters: convolutions over observations of shape %s (expected: no filters, or an image of height, width and channels)"
                        .formatted(Arrays.toString(observed.shape())));
    }

    /// Hidden layers only.
    public static Architecture mlp(Activation activation, List<Integer> hidden) {
        return mlp(activation, hidden, false);
    }

    /// The same with or without layer norm.
    public static Architecture mlp(Activation activation, List<Integer> hidden, boolean layerNorm) {
        return new Architecture(null, List.of(), hidden, activation, layerNorm);
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
        if (observed != null) {
            convolutions(observed, layers);
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

    private void convolutions(Box image, List<Layer> layers) {
        int[] shape = image.shape();
        boolean channelsFirst = image.channelAxis() == 0;
        int channels = shape[channelsFirst ? 0 : 2];
        int height = shape[channelsFirst ? 1 : 0];
        int width = shape[channelsFirst ? 2 : 1];
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
