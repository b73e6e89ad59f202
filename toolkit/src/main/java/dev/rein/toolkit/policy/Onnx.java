package dev.rein.toolkit.policy;

import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Mlp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// Writes a policy as an ONNX model (IR version 8, operator set 17), action post-processing inside:
///
/// input `observation` float `[rows, size]`; output `action`, int64 `[rows]` for choices or float `[rows, size]`
/// for numbers; output `logits` or `mean`, float `[rows, features]`, as the network gave it.
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
        Mlp network = policy.network();
        var graph = new Protobuf();
        String x = features(policy, graph);
        String head = policy.actionSpace() instanceof Discrete ? "logits" : "mean";
        for (int l = 0; l < network.layers(); l++) {
            int in = network.sizes()[l];
            int out = network.sizes()[l + 1];
            boolean last = l + 1 == network.layers();
            String weights = "weights" + l;
            String biases = "biases" + l;
            String sums = last ? head : "sums" + l;
            graph.message(5, floats(weights, slice(network, network.weightOffset(l), in * out), in, out));
            graph.message(5, floats(biases, slice(network, network.biasOffset(l), out), out));
            graph.message(1, node("Gemm", sums, x, weights, biases));
            x = sums;
            if (!last) {
                x = "hidden" + l;
                graph.message(1, node(network.activation() == Activation.TANH ? "Tanh" : "Relu", x, sums));
            }
        }
        act(policy, graph, head);
        graph.text(2, "policy");
        graph.message(11, value("observation", FLOAT, policy.observationSpace().size()));
        graph.message(
                12,
                policy.actionSpace() instanceof Discrete
                        ? value("action", INT64)
                        : value("action", FLOAT, policy.actionSpace().size()));
        graph.message(12, value(head, FLOAT, policy.actionSpace().features()));
        return graph;
    }

    /// One-hot where the observation is a choice.
    private static String features(Policy policy, Protobuf graph) {
        if (!(policy.observationSpace() instanceof Discrete(int n))) {
            return "observation";
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
                graph.message(5, floats("low", box.low(), box.size()));
                graph.message(5, floats("high", box.high(), box.size()));
                graph.message(1, node("Max", "at_least_low", head, "low"));
                graph.message(1, node("Min", "action", "at_least_low", "high"));
            }
        }
    }

    private static Protobuf node(String operator, String output, String... inputs) {
        var node = new Protobuf();
        for (String input : inputs) {
            node.text(1, input);
        }
        return node.text(2, output).text(3, output).text(4, operator);
    }

    private static Protobuf integer(String name, long value) {
        int integerAttribute = 2;
        return new Protobuf().text(1, name).number(3, value).number(20, integerAttribute);
    }

    private static Protobuf floats(String name, float[] values, int... dimensions) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        var tensor = new Protobuf();
        for (int dimension : dimensions) {
            tensor.number(1, dimension);
        }
        return tensor.number(2, FLOAT).text(8, name).bytes(9, raw.array());
    }

    /// A tensor of one element.
    private static Protobuf longs(String name, long value) {
        byte[] raw = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        return new Protobuf().number(1, 1).number(2, INT64).text(8, name).bytes(9, raw);
    }

    private static float[] slice(Mlp network, int from, int length) {
        return Arrays.copyOfRange(network.parameters(), from, from + length);
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
