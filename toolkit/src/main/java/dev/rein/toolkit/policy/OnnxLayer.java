package dev.rein.toolkit.policy;

import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Convolution;
import dev.rein.toolkit.nn.Layer;
import dev.rein.toolkit.nn.LayerNorm;
import dev.rein.toolkit.nn.Linear;
import dev.rein.toolkit.protobuf.Protobuf;
import java.util.Arrays;

/// One layer of a network as nodes of an ONNX graph.
final class OnnxLayer {
    private OnnxLayer() {}

    /// @param next  the layer after it, or itself if it is the last
    /// @param index names what it adds
    static void write(Protobuf graph, Layer layer, Layer next, float[] parameters, int index, String x, String y) {
        switch (layer) {
            case Linear linear -> linear(graph, linear, parameters, index, x, y);
            case LayerNorm norm -> norm(graph, norm, parameters, index, x, y);
            case Convolution convolution ->
                convolution(
                        graph, convolution, !(next instanceof Convolution) || next == layer, parameters, index, x, y);
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

    /// Between convolutions ONNX keeps channels first; our linear layers read pixel by pixel, so the last one
    /// transposes.
    private static void convolution(
            Protobuf graph, Convolution layer, boolean last, float[] parameters, int index, String x, String y) {
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
        String image = x;
        if (layer.channelsFirst()) {
            image = "image" + index;
            graph.message(5, Onnx.longs("image_shape" + index, -1, layer.channels(), layer.height(), layer.width()));
            graph.message(1, Onnx.node("Reshape", image, x, "image_shape" + index));
        }
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
