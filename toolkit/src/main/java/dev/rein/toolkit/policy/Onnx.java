package dev.rein.toolkit.policy;

import dev.rein.toolkit.distribution.ActionHead;
import dev.rein.toolkit.distribution.Bounded;
import dev.rein.toolkit.distribution.Categorical;
import dev.rein.toolkit.distribution.Gaussian;
import dev.rein.toolkit.distribution.Greedy;
import dev.rein.toolkit.distribution.SquashedGaussian;
import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.MultiBinary;
import dev.rein.toolkit.nn.Layer;
import dev.rein.toolkit.nn.Normalizer;
import dev.rein.toolkit.nn.Sequential;
import dev.rein.toolkit.protobuf.Protobuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// Writes a policy as an ONNX model (IR version 8, operator set 17), normalisation and action post-processing
/// inside:
///
/// input `observation` float `[rows, size]`; output `action`, int64 `[rows]` for choices or float `[rows, size]`
/// for numbers; output `logits`, `values` or `mean`, float `[rows, outputs]`, as the network gave it.
///
/// The model is a few nested protobuf messages, written directly: field numbers are those of onnx.proto.
final class Onnx {
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final int IR_VERSION = 8;
    private static final int OPERATOR_SET = 17;

    private Onnx() {}

    static void write(Policy policy, Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, model(policy));
    }

    private static byte[] model(Policy policy) {
        return new Protobuf()
                .number(1, IR_VERSION)
                .text(2, "rein")
                .message(7, graph(policy))
                .message(8, new Protobuf().text(1, "").number(2, OPERATOR_SET))
                .bytes();
    }

    private static Protobuf graph(Policy policy) {
        Sequential network = policy.network();
        var graph = new Protobuf();
        String x = features(policy, graph);
        if (policy.isNormalised()) {
            x = normalised(policy, graph, x);
        }
        String head = outputName(policy.head());
        List<Layer> layers = network.layers();
        for (int l = 0; l < layers.size(); l++) {
            float[] parameters = Arrays.copyOfRange(network.parameters(), network.offset(l), network.offset(l + 1));
            String y = l + 1 == layers.size() ? head : "y" + l;
            Layer next = l + 1 < layers.size() ? layers.get(l + 1) : layers.get(l);
            OnnxLayer.write(graph, layers.get(l), next, parameters, l, x, y);
            x = y;
        }
        act(policy, graph, head);
        graph.text(2, "policy");
        graph.message(11, value("observation", FLOAT, policy.observationSpace().size()));
        graph.message(
                12,
                policy.actionSpace() instanceof Discrete
                        ? value("action", INT64)
                        : value("action", FLOAT, policy.actionSpace().size()));
        graph.message(12, value(head, FLOAT, network.outputSize()));
        return graph;
    }

    private static String outputName(ActionHead head) {
        return switch (head) {
            case Categorical _ -> "logits";
            case Greedy _ -> "values";
            case Gaussian _, SquashedGaussian _, Bounded _ -> "mean";
        };
    }

    private static String normalised(Policy policy, Protobuf graph, String x) {
        int size = policy.shift().length;
        graph.message(5, floats("shift", policy.shift(), size));
        graph.message(5, floats("scale", policy.scale(), size));
        graph.message(5, floats("lowest", new float[] {-Normalizer.CLIP}));
        graph.message(5, floats("highest", new float[] {Normalizer.CLIP}));
        graph.message(1, node("Sub", "shifted", x, "shift"));
        graph.message(1, node("Mul", "scaled", "shifted", "scale"));
        graph.message(1, node("Clip", "normalised", "scaled", "lowest", "highest"));
        return "normalised";
    }

    /// One-hot where the observation is a choice.
    private static String features(Policy policy, Protobuf graph) {
        if (policy.observationSpace().leaves().stream()
                .allMatch(leaf -> leaf.space() instanceof Box || leaf.space() instanceof MultiBinary)) {
            return "observation";
        }
        if (!(policy.observationSpace() instanceof Discrete(int n))) {
            throw new IllegalArgumentException("ONNX: observations of %s (expected: numbers, or one Discrete choice)"
                    .formatted(policy.observationSpace()));
        }
        graph.message(5, longs("depth", n));
        graph.message(5, floats("off_on", new float[] {0, 1}, 2));
        graph.message(1, node("Cast", "choice", "observation").message(5, integer("to", INT64)));
        graph.message(1, node("OneHot", "one_hot", "choice", "depth", "off_on"));
        graph.message(1, node("Flatten", "features", "one_hot").message(5, integer("axis", 1)));
        return "features";
    }

    private static void act(Policy policy, Protobuf graph, String head) {
        switch (policy.actionSpace()) {
            case Discrete _ ->
                graph.message(
                        1,
                        node("ArgMax", "action", head)
                                .message(5, integer("axis", 1))
                                .message(5, integer("keepdims", 0)));
            case Box box -> {
                String numbers = numbers(policy, graph, box, head);
                graph.message(5, floats("low", box.low(), box.size()));
                graph.message(5, floats("high", box.high(), box.size()));
                graph.message(1, node("Max", "at_least_low", numbers, "low"));
                graph.message(1, node("Min", "action", "at_least_low", "high"));
            }
            default -> throw new AssertionError("no policy acts so: " + policy.actionSpace());
        }
    }

    /// The head's numbers before they are clipped.
    private static String numbers(Policy policy, Protobuf graph, Box box, String head) {
        if (policy.head() instanceof Gaussian) {
            return head;
        }
        String unit = head;
        if (policy.head() instanceof SquashedGaussian) {
            graph.message(5, longs("zero", 0));
            graph.message(5, longs("size", box.size()));
            graph.message(5, longs("columns", 1));
            graph.message(1, node("Slice", "centre", head, "zero", "size", "columns"));
            graph.message(1, node("Tanh", "unit", "centre"));
            unit = "unit";
        }
        float[] half = new float[box.size()];
        float[] middle = new float[box.size()];
        for (int i = 0; i < half.length; i++) {
            half[i] = 0.5f * (box.high(i) - box.low(i));
            middle[i] = box.low(i) + half[i];
        }
        graph.message(5, floats("half", half, half.length));
        graph.message(5, floats("middle", middle, middle.length));
        graph.message(1, node("Mul", "spread", unit, "half"));
        graph.message(1, node("Add", "stretched", "spread", "middle"));
        return "stretched";
    }

    static Protobuf node(String operator, String output, String... inputs) {
        var node = new Protobuf();
        for (String input : inputs) {
            node.text(1, input);
        }
        return node.text(2, output).text(3, output).text(4, operator);
    }

    static Protobuf number(String name, float value) {
        int floatAttribute = 1;
        return new Protobuf().text(1, name).real(2, value).number(20, floatAttribute);
    }

    static Protobuf integers(String name, long... values) {
        int integersAttribute = 7;
        var attribute = new Protobuf().text(1, name);
        for (long value : values) {
            attribute.number(8, value);
        }
        return attribute.number(20, integersAttribute);
    }

    static Protobuf integer(String name, long value) {
        int integerAttribute = 2;
        return new Protobuf().text(1, name).number(3, value).number(20, integerAttribute);
    }

    static Protobuf floats(String name, float[] values, int... dimensions) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        var tensor = new Protobuf();
        for (int dimension : dimensions) {
            tensor.number(1, dimension);
        }
        return tensor.number(2, FLOAT).text(8, name).bytes(9, raw.array());
    }

    /// A tensor of one dimension.
    static Protobuf longs(String name, long... values) {
        ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        return new Protobuf()
                .number(1, values.length)
                .number(2, INT64)
                .text(8, name)
                .bytes(9, raw.array());
    }

    /// A value whose first dimension, the rows, is free.
    private static Protobuf value(String name, int type, int... dimensions) {
        var shape = new Protobuf().message(1, new Protobuf().text(2, "rows"));
        for (int dimension : dimensions) {
            shape.message(1, new Protobuf().number(1, dimension));
        }
        var tensor = new Protobuf().number(1, type).message(2, shape);
        return new Protobuf().text(1, name).message(2, new Protobuf().message(1, tensor));
    }
}
