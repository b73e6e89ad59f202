package dev.rein.toolkit.policy;

import dev.rein.toolkit.distribution.ActionHead;
import dev.rein.toolkit.distribution.Gaussian;
import dev.rein.toolkit.distribution.Joint;
import dev.rein.toolkit.distribution.SquashedGaussian;
import dev.rein.toolkit.distribution.SquashedStateDependent;
import dev.rein.toolkit.distribution.StateDependent;
import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Dict;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.MultiBinary;
import dev.rein.toolkit.environment.MultiDiscrete;
import dev.rein.toolkit.environment.Part;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Tuple;
import dev.rein.toolkit.protobuf.Protobuf;
import java.util.ArrayList;
import java.util.List;

/// The compiled layouts of spaces as nodes of an ONNX graph: what a network reads of an observation, and the
/// action its outputs mean. Values made for a part bear the part's place in their names.
final class OnnxSpace {
    private OnnxSpace() {}

    /// Numbers and switches as they are, choices one-hot.
    ///
    /// @return the name of the features `[rows, features]`
    static String features(Protobuf graph, Space space) {
        List<Part> leaves = space.leaves();
        if (leaves.stream().allMatch(leaf -> isNumeric(leaf.space()))) {
            return "observation";
        }
        List<String> pieces = new ArrayList<>();
        for (Part leaf : leaves) {
            switch (leaf.space()) {
                case Discrete(int n) -> pieces.add(oneHot(graph, leaf.offset(), n));
                case MultiDiscrete multi -> {
                    for (int i = 0; i < multi.parts(); i++) {
                        pieces.add(oneHot(graph, leaf.offset() + i, multi.n(i)));
                    }
                }
                case Box _, MultiBinary _, Dict _, Tuple _ ->
                    pieces.add(slice(graph, "observation", leaf.offset(), leaf.size(), "seen" + leaf.offset()));
            }
        }
        return joined(graph, pieces, "features");
    }

    private static boolean isNumeric(Space leaf) {
        return leaf instanceof Box || leaf instanceof MultiBinary;
    }

    private static String oneHot(Protobuf graph, int at, int n) {
        String number = slice(graph, "observation", at, 1, "seen" + at);
        graph.message(5, Onnx.longs("depth" + at, n));
        graph.message(5, Onnx.floats("off_on" + at, new float[] {0, 1}, 2));
        graph.message(1, cast("choice" + at, number, Onnx.INT64));
        graph.message(1, Onnx.node("OneHot", "one_hot" + at, "choice" + at, "depth" + at, "off_on" + at));
        graph.message(1, Onnx.node("Flatten", "feature" + at, "one_hot" + at).message(5, Onnx.integer("axis", 1)));
        return "feature" + at;
    }

    /// Adds what makes `action` of the head's outputs.
    ///
    /// @param mask the name of `[rows, choices]`, which of them are allowed; empty allows all
    /// @return whether it is of whole numbers
    static boolean act(Protobuf graph, ActionHead head, Space space, String outputs, String mask) {
        if (!mask.isEmpty()) {
            graph.message(5, Onnx.floats("forbidden", new float[] {Float.NEGATIVE_INFINITY}));
        }
        if (space instanceof Discrete) {
            graph.message(1, argMax("action", allowed(graph, outputs, mask), 0));
            return true;
        }
        if (!(head instanceof Joint joint)) {
            part(graph, head, space, allowed(graph, outputs, mask), "action");
            return !(space instanceof Box);
        }
        boolean whole = space.leaves().stream().noneMatch(leaf -> leaf.space() instanceof Box);
        List<String> pieces = new ArrayList<>();
        int output = 0;
        int choice = 0;
        for (int i = 0; i < joint.parts().size(); i++) {
            ActionHead each = joint.parts().get(i);
            Space leaf = space.leaves().get(i).space();
            String made = "part" + i;
            String said = slice(graph, outputs, output, each.outputs(), "outputs" + i);
            if (!mask.isEmpty() && leaf.choices() > 0) {
                said = allowed(graph, said, slice(graph, mask, choice, leaf.choices(), "mask" + i));
            }
            part(graph, each, leaf, said, made);
            if (!whole && !(leaf instanceof Box)) {
                graph.message(1, cast(made + "_float", made, Onnx.FLOAT));
                made += "_float";
            }
            pieces.add(made);
            output += each.outputs();
            choice += leaf.choices();
        }
        graph.message(1, concat("action", pieces));
        return whole;
    }

    /// The outputs, those of forbidden choices below all others.
    private static String allowed(Protobuf graph, String outputs, String mask) {
        if (mask.isEmpty()) {
            return outputs;
        }
        graph.message(1, Onnx.node("Where", outputs + "_allowed", mask, outputs, "forbidden"));
        return outputs + "_allowed";
    }

    /// @param made the name of what it adds, `[rows, size]`: int64, or floats for a Box
    private static void part(Protobuf graph, ActionHead head, Space space, String outputs, String made) {
        switch (space) {
            case Discrete _ -> graph.message(1, argMax(made, outputs, 1));
            case MultiDiscrete multi -> {
                List<String> choices = new ArrayList<>();
                for (int i = 0; i < multi.parts(); i++) {
                    String best = made + "_best" + i;
                    String logits = slice(graph, outputs, multi.from(i), multi.n(i), made + "_logits" + i);
                    graph.message(1, argMax(best, logits, 1));
                    choices.add(best);
                }
                graph.message(1, concat(made, choices));
            }
            case MultiBinary _ -> {
                graph.message(5, Onnx.floats(made + "_even", new float[] {0}, 1));
                graph.message(1, Onnx.node("Greater", made + "_on", outputs, made + "_even"));
                graph.message(1, cast(made, made + "_on", Onnx.INT64));
            }
            case Box box -> {
                String numbers = numbers(graph, head, box, outputs, made);
                graph.message(5, Onnx.floats(made + "_low", box.low(), box.size()));
                graph.message(5, Onnx.floats(made + "_high", box.high(), box.size()));
                graph.message(1, Onnx.node("Max", made + "_at_least_low", numbers, made + "_low"));
                graph.message(1, Onnx.node("Min", made, made + "_at_least_low", made + "_high"));
            }
            case Dict _, Tuple _ -> throw new AssertionError("no single head acts so: " + space);
        }
    }

    /// The head's numbers before they are clipped.
    private static String numbers(Protobuf graph, ActionHead head, Box box, String outputs, String made) {
        if (head instanceof Gaussian || head instanceof StateDependent) {
            return outputs;
        }
        String unit = outputs;
        if (head instanceof SquashedGaussian) {
            unit = made + "_unit";
            graph.message(1, Onnx.node("Tanh", unit, slice(graph, outputs, 0, box.size(), made + "_centre")));
        }
        if (head instanceof SquashedStateDependent) {
            unit = made + "_unit";
            graph.message(5, Onnx.floats(made + "_nearest", new float[] {-SquashedStateDependent.FARTHEST}));
            graph.message(5, Onnx.floats(made + "_farthest", new float[] {SquashedStateDependent.FARTHEST}));
            graph.message(1, Onnx.node("Clip", made + "_centre", outputs, made + "_nearest", made + "_farthest"));
            graph.message(1, Onnx.node("Tanh", unit, made + "_centre"));
        }
        float[] half = new float[box.size()];
        float[] middle = new float[box.size()];
        for (int i = 0; i < half.length; i++) {
            half[i] = 0.5f * (box.high(i) - box.low(i));
            middle[i] = box.low(i) + half[i];
        }
        graph.message(5, Onnx.floats(made + "_half", half, half.length));
        graph.message(5, Onnx.floats(made + "_middle", middle, middle.length));
        graph.message(1, Onnx.node("Mul", made + "_spread", unit, made + "_half"));
        graph.message(1, Onnx.node("Add", made + "_stretched", made + "_spread", made + "_middle"));
        return made + "_stretched";
    }

    /// Columns `from..from + size` of `x`.
    private static String slice(Protobuf graph, String x, int from, int size, String made) {
        graph.message(5, Onnx.longs(made + "_from", from));
        graph.message(5, Onnx.longs(made + "_to", from + size));
        graph.message(5, Onnx.longs(made + "_columns", 1));
        graph.message(1, Onnx.node("Slice", made, x, made + "_from", made + "_to", made + "_columns"));
        return made;
    }

    private static Protobuf argMax(String made, String x, int keepDimensions) {
        return Onnx.node("ArgMax", made, x)
                .message(5, Onnx.integer("axis", 1))
                .message(5, Onnx.integer("keepdims", keepDimensions));
    }

    private static Protobuf cast(String made, String x, int type) {
        return Onnx.node("Cast", made, x).message(5, Onnx.integer("to", type));
    }

    private static Protobuf concat(String made, List<String> pieces) {
        return Onnx.node("Concat", made, pieces.toArray(String[]::new)).message(5, Onnx.integer("axis", 1));
    }

    private static String joined(Protobuf graph, List<String> pieces, String made) {
        if (pieces.size() == 1) {
            return pieces.getFirst();
        }
        graph.message(1, concat(made, pieces));
        return made;
    }
}
