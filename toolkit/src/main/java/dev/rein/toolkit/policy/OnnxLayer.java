package dev.rein.toolkit.policy;

import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Convolution;
import dev.rein.toolkit.nn.Expectation;
import dev.rein.toolkit.nn.Layer;
import dev.rein.toolkit.nn.LayerNorm;
import dev.rein.toolkit.nn.Linear;
import dev.rein.toolkit.nn.Lookup;
import dev.rein.toolkit.nn.Noisy;
import dev.rein.toolkit.protobuf.Protobuf;
import java.util.Arrays;
import java.util.List;

/// One layer of a network as nodes of an ONNX graph.
final class OnnxLayer {
    /// The whole numbers that floats hold.
    private static final int MOST_ROWS = 1 << 24;

    private OnnxLayer() {}

    /// @param parameters of this layer alone
    /// @param index      of the layer; names what it adds
    static void write(Protobuf graph, List<Layer> layers, int index, float[] parameters, String x, String y) {
        switch (layers.get(index)) {
            case Linear linear -> linear(graph, linear, parameters, index, x, y);
            case Noisy noisy -> {
                Linear mean = noisy.mean();
                linear(graph, mean, Arrays.copyOf(parameters, mean.parameterCount()), index, x, y);
            }
            case Lookup table -> lookup(graph, table, parameters, index, x, y);
            case LayerNorm norm -> norm(graph, norm, parameters, index, x, y);
            case Expectation expectation -> expectation(graph, expectation, index, x, y);
            case Convolution convolution -> {
                boolean first = index == 0 || !(layers.get(index - 1) instanceof Convolution);
                boolean last = index + 1 == layers.size() || !(layers.get(index + 1) instanceof Convolution);
                convolution(graph, convolution, first, last, parameters, index, x, y);
            }
        }
    }

    private static void linear(Protobuf graph, Linear layer, float[] parameters, int index, String x, String y) {
        int weights = layer.inputs() * layer.outputs();
        String sums = activated(layer.activation(), "sums" + index, y);
        initializer(graph, "weights" + index, Arrays.copyOf(parameters, weights), layer.inputs(), layer.outputs());
        initializer(
                graph, "biases" + index, Arrays.copyOfRange(parameters, weights, parameters.length), layer.outputs());
        graph.message(1, Onnx.node("Gemm", sums, x, "weights" + index, "biases" + index));
        activate(graph, layer.activation(), sums, y);
    }

    /// The number of the row, a whole number that floats hold, then the row.
    private static void lookup(Protobuf graph, Lookup layer, float[] parameters, int index, String x, String y) {
        if (layer.rows() > MOST_ROWS) {
            throw new IllegalArgumentException(
                    "ONNX: a table of %,d rows (expected: at most %,d)".formatted(layer.rows(), MOST_ROWS));
        }
        int[] weights = layer.weights();
        float[] weight = new float[weights.length];
        for (int j = 0; j < weight.length; j++) {
            weight[j] = weights[j];
        }
        initializer(graph, "places" + index, weight, weight.length);
        initializer(graph, "table" + index, parameters, layer.rows(), layer.outputs());
        graph.message(1, Onnx.node("MatMul", "place" + index, x, "places" + index));
        graph.message(1, Onnx.node("Cast", "row" + index, "place" + index).message(5, Onnx.integer("to", Onnx.INT64)));
        graph.message(1, Onnx.node("Gather", y, "table" + index, "row" + index));
    }

    private static void norm(Protobuf graph, LayerNorm layer, float[] parameters, int index, String x, String y) {
        int size = layer.outputs();
        String sums = activated(layer.activation(), "normal" + index, y);
        initializer(graph, "gains" + index, Arrays.copyOf(parameters, size), size);
        initializer(graph, "shifts" + index, Arrays.copyOfRange(parameters, size, 2 * size), size);
        graph.message(
                1,
                Onnx.node("LayerNormalization", sums, x, "gains" + index, "shifts" + index)
                        .message(5, Onnx.integer("axis", -1))
                        .message(5, Onnx.number("epsilon", 1e-5f)));
        activate(graph, layer.activation(), sums, y);
    }

    private static void expectation(Protobuf graph, Expectation layer, int index, String x, String y) {
        float[] support = layer.support();
        initializer(graph, "support" + index, support, support.length);
        graph.message(5, Onnx.longs("groups" + index, -1, layer.groups(), support.length));
        graph.message(1, Onnx.node("Reshape", "logits" + index, x, "groups" + index));
        graph.message(
                1,
                Onnx.node("Softmax", "probabilities" + index, "logits" + index).message(5, Onnx.integer("axis", -1)));
        graph.message(1, Onnx.node("MatMul", y, "probabilities" + index, "support" + index));
    }

    /// Between convolutions ONNX keeps channels first; our layers read pixel by pixel, so the first transposes if its
    /// image does not come so, and the last transposes back.
    private static void convolution(
            Protobuf graph,
            Convolution layer,
            boolean first,
            boolean last,
            float[] parameters,
            int index,
            String x,
            String y) {
        int window = layer.channels() * layer.kernel() * layer.kernel();
        int filters = layer.filters();
        float[] weights = new float[window * filters];
        for (int i = 0; i < window; i++) {
            for (int f = 0; f < filters; f++) {
                weights[f * window + i] = parameters[i * filters + f];
            }
        }
        initializer(graph, "weights" + index, weights, filters, layer.channels(), layer.kernel(), layer.kernel());
        initializer(
                graph, "biases" + index, Arrays.copyOfRange(parameters, window * filters, parameters.length), filters);
        String image = first ? image(graph, layer, index, x) : x;
        String pixels = last ? "pixels" + index : y;
        String sums = activated(layer.activation(), "sums" + index, pixels);
        graph.message(
                1,
                Onnx.node("Conv", sums, image, "weights" + index, "biases" + index)
                        .message(5, Onnx.integers("strides", layer.stride(), layer.stride())));
        activate(graph, layer.activation(), sums, pixels);
        if (last) {
            graph.message(
                    1,
                    Onnx.node("Transpose", "channels_last" + index, pixels)
                            .message(5, Onnx.integers("perm", 0, 2, 3, 1)));
            graph.message(1, Onnx.node("Flatten", y, "channels_last" + index).message(5, Onnx.integer("axis", 1)));
        }
    }

    /// The observation as `[rows, channels, height, width]`.
    private static String image(Protobuf graph, Convolution layer, int index, String x) {
        String image = "image" + index;
        String shape = "image_shape" + index;
        if (layer.channelsFirst()) {
            graph.message(5, Onnx.longs(shape, -1, layer.channels(), layer.height(), layer.width()));
            graph.message(1, Onnx.node("Reshape", image, x, shape));
            return image;
        }
        graph.message(5, Onnx.longs(shape, -1, layer.height(), layer.width(), layer.channels()));
        graph.message(1, Onnx.node("Reshape", "channels_last_" + image, x, shape));
        graph.message(
                1,
                Onnx.node("Transpose", image, "channels_last_" + image).message(5, Onnx.integers("perm", 0, 3, 1, 2)));
        return image;
    }

    private static void initializer(Protobuf graph, String name, float[] values, int... dimensions) {
        graph.message(5, Onnx.floats(name, values, dimensions));
    }

    /// The name of the sums before an activation that makes `y`.
    private static String activated(Activation activation, String sums, String y) {
        return activation == Activation.IDENTITY ? y : sums;
    }

    private static void activate(Protobuf graph, Activation activation, String sums, String y) {
        switch (activation) {
            case IDENTITY -> {}
            case TANH -> graph.message(1, Onnx.node("Tanh", y, sums));
            case RELU -> graph.message(1, Onnx.node("Relu", y, sums));
        }
    }
}
