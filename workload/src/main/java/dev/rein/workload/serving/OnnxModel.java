package dev.rein.workload.serving;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A policy in ONNX, run by ONNX Runtime: one input of 32-bit floats `[batch × observation]`, a second of truths
/// called `mask`, `[batch × choices]`, if it takes one, and an output of whole numbers (`[batch]` for one choice,
/// `[batch × action]` for several or for switches) or of 32-bit floats `[batch × action]`.
///
/// Of several outputs the one called `action` counts, else the first.
final class OnnxModel implements ServedModel {
    private static final String MASK = "mask";

    private final OrtEnvironment runtime;
    private final OrtSession session;
    private final String input;
    private final String output;
    /// Of the input; the first is the batch.
    private final long[] each;

    private final Shape shape;

    private OnnxModel(OrtEnvironment runtime, OrtSession session, Path file) throws OrtException {
        this.runtime = runtime;
        this.session = session;
        Map<String, NodeInfo> inputs = new LinkedHashMap<>(session.getInputInfo());
        int choices = choices(inputs.remove(MASK), file);
        if (inputs.size() != 1) {
            throw unfit(file, "inputs " + session.getInputNames(), "one, the observation, and mask where it takes one");
        }
        NodeInfo in = inputs.values().iterator().next();
        this.input = in.getName();
        this.output = session.getOutputNames().contains("action")
                ? "action"
                : session.getOutputNames().iterator().next();
        this.each = ((TensorInfo) in.getInfo()).getShape();
        this.shape = shape(in, session.getOutputInfo().get(output), choices, file);
    }

    static OnnxModel load(Path file) {
        try {
            OrtEnvironment runtime = OrtEnvironment.getEnvironment();
            try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
                options.setIntraOpNumThreads(1); // requests come in parallel; a policy is too small to split
                options.setInterOpNumThreads(1);
                return new OnnxModel(runtime, runtime.createSession(file.toString(), options), file);
            }
        } catch (OrtException broken) {
            throw new IllegalArgumentException("%s: %s".formatted(file, broken.getMessage()), broken);
        }
    }

    private static int choices(@Nullable NodeInfo mask, Path file) {
        if (mask == null) {
            return 0;
        }
        if (mask.getInfo() instanceof TensorInfo allowed
                && allowed.type == OnnxJavaType.BOOL
                && allowed.getShape().length == 2
                && allowed.getShape()[1] > 0) {
            return Math.toIntExact(allowed.getShape()[1]);
        }
        throw unfit(file, "input " + mask, "truths [batch, a fixed number of choices]");
    }

    private static Shape shape(NodeInfo in, @Nullable NodeInfo out, int choices, Path file) {
        if (!(in.getInfo() instanceof TensorInfo observation) || observation.type != OnnxJavaType.FLOAT) {
            throw unfit(file, "input " + in, "a tensor of 32-bit floats");
        }
        long[] dimensions = observation.getShape();
        if (dimensions.length == 0 || Arrays.stream(dimensions).skip(1).anyMatch(length -> length < 1)) {
            throw unfit(file, "input shape " + Arrays.toString(dimensions), "[batch, fixed lengths …]");
        }
        List<Integer> each =
                Arrays.stream(dimensions).skip(1).mapToObj(Math::toIntExact).toList();
        if (out == null || !(out.getInfo() instanceof TensorInfo action)) {
            throw unfit(file, "output " + out, "a tensor");
        }
        boolean whole = action.type == OnnxJavaType.INT64 || action.type == OnnxJavaType.INT32;
        if (!whole && action.type != OnnxJavaType.FLOAT) {
            throw unfit(file, "output type " + action.type, "int64, int32 or 32-bit float");
        }
        long size = Arrays.stream(action.getShape()).skip(1).reduce(1, (a, b) -> a * b);
        if (size < 1) {
            throw unfit(file, "output shape " + Arrays.toString(action.getShape()), "[batch, a fixed length]");
        }
        List<Integer> lengths = whole && action.getShape().length <= 1 ? List.of() : List.of(Math.toIntExact(size));
        return new Shape(new Form.Numbers(each, false), new Form.Numbers(lengths, whole), choices);
    }

    private static IllegalArgumentException unfit(Path file, String is, String expected) {
        return new IllegalArgumentException("%s: %s (expected: %s)".formatted(file, is, expected));
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public void act(float[] observations, boolean[] masks, int rows, Sampling sampling, float[] actions) {
        if (rows == 0) {
            return;
        }
        if (!sampling.deterministic()) {
            throw InvocationException.badRequest(
                    "deterministic: false (expected: true; an ONNX model holds no distribution to draw from)");
        }
        long[] dimensions = each.clone();
        dimensions[0] = rows;
        FloatBuffer batch = FloatBuffer.wrap(observations, 0, rows * shape.observationSize());
        try (OnnxTensor in = OnnxTensor.createTensor(runtime, batch, dimensions);
                OnnxTensor mask = mask(masks, rows);
                OrtSession.Result result =
                        session.run(mask == null ? Map.of(input, in) : Map.of(input, in, MASK, mask), Set.of(output))) {
            OnnxTensor out = (OnnxTensor) result.get(0);
            switch (out.getInfo().type) {
                case INT64 -> copy(out.getLongBuffer().array(), actions);
                case INT32 ->
                    copy(
                            Arrays.stream(out.getIntBuffer().array())
                                    .asLongStream()
                                    .toArray(),
                            actions);
                default -> out.getFloatBuffer().get(actions);
            }
        } catch (OrtException failed) {
            throw new InvocationException(500, "ONNX Runtime: " + failed.getMessage());
        }
    }

    private @Nullable OnnxTensor mask(boolean[] masks, int rows) throws OrtException {
        if (shape.choices() == 0) {
            return null;
        }
        int choices = shape.choices();
        boolean[][] allowed = new boolean[rows][choices];
        for (int row = 0; row < rows; row++) {
            boolean any = masks.length == 0;
            for (int i = 0; i < choices; i++) {
                allowed[row][i] = masks.length == 0 || masks[row * choices + i];
                any |= allowed[row][i];
            }
            if (!any) {
                throw InvocationException.badRequest(
                        "mask: all %d actions are forbidden (expected: at least one allowed)".formatted(choices));
            }
        }
        return OnnxTensor.createTensor(runtime, allowed);
    }

    private static void copy(long[] from, float[] to) {
        for (int i = 0; i < to.length; i++) {
            to[i] = from[i];
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException alreadyClosed) {
            throw new IllegalStateException(alreadyClosed);
        }
    }
}
