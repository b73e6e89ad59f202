package dev.rein.toolkit.policy;

import dev.rein.toolkit.checkpoint.WholeFile;
import dev.rein.toolkit.distribution.ActionHead;
import dev.rein.toolkit.distribution.Bernoulli;
import dev.rein.toolkit.distribution.Bounded;
import dev.rein.toolkit.distribution.Categorical;
import dev.rein.toolkit.distribution.Gaussian;
import dev.rein.toolkit.distribution.Greedy;
import dev.rein.toolkit.distribution.Joint;
import dev.rein.toolkit.distribution.Squashed;
import dev.rein.toolkit.distribution.StateDependent;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.nn.Layer;
import dev.rein.toolkit.nn.Normalizer;
import dev.rein.toolkit.nn.Sequential;
import dev.rein.toolkit.protobuf.Protobuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// Writes a policy as an ONNX model (IR version 8, operator set 17), normalisation and action post-processing
/// inside:
///
/// input `observation` float `[rows, size]`, and, where asked for, `mask` bool `[rows, choices]`; output `action`,
/// int64 `[rows]` for one choice, int64 `[rows, size]` for several or for switches, float `[rows, size]` where there
/// are numbers in it; output `logits`, `values`, `mean` or (several parts) `outputs`, float `[rows, outputs]`, as the
/// network gave it.
///
/// The model is a few nested protobuf messages, written directly: field numbers are those of onnx.proto.
final class Onnx {
    static final int FLOAT = 1;
    static final int INT64 = 7;
    private static final int BOOL = 9;
    private static final int IR_VERSION = 8;
    private static final int OPERATOR_SET = 17;

    private Onnx() {}

    static void write(Policy policy, Path file, boolean masked) throws IOException {
        WholeFile.write(file, out -> out.write(model(policy, masked)));
    }

    private static byte[] model(Policy policy, boolean masked) {
        return new Protobuf()
                .number(1, IR_VERSION)
                .text(2, "rein")
                .message(7, graph(policy, masked))
                .message(8, new Protobuf().text(1, "").number(2, OPERATOR_SET))
                .bytes();
    }

    private static Protobuf graph(Policy policy, boolean masked) {
        Sequential network = policy.network();
        var graph = new Protobuf();
        String x = OnnxSpace.features(graph, policy.observationSpace());
        if (policy.isNormalised()) {
            x = normalised(policy, graph, x);
        }
        String head = outputName(policy.head());
        List<Layer> layers = network.layers();
        for (int l = 0; l < layers.size(); l++) {
            float[] parameters = Arrays.copyOfRange(network.parameters(), network.offset(l), network.offset(l + 1));
            String y = l + 1 == layers.size() ? head : "y" + l;
            OnnxLayer.write(graph, layers, l, parameters, x, y);
            x = y;
        }
        boolean whole = OnnxSpace.act(graph, policy.head(), policy.actionSpace(), head, masked ? "mask" : "");
        graph.text(2, "policy");
        graph.message(11, value("observation", FLOAT, policy.observationSpace().size()));
        if (masked) {
            graph.message(11, value("mask", BOOL, policy.actionSpace().choices()));
        }
        graph.message(
                12,
                policy.actionSpace() instanceof Discrete
                        ? value("action", INT64)
                        : value(
                                "action",
                                whole ? INT64 : FLOAT,
                                policy.actionSpace().size()));
        graph.message(12, value(head, FLOAT, network.outputSize()));
        return graph;
    }

    private static String outputName(ActionHead head) {
        return switch (head) {
            case Categorical _, Bernoulli _ -> "logits";
            case Joint _ -> "outputs";
            case Greedy _ -> "values";
            case Gaussian _, StateDependent _, Squashed _, Bounded _ -> "mean";
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
