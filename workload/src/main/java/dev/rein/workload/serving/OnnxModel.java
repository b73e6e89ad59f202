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
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A policy in ONNX, run by ONNX Runtime: one input of 32-bit floats `[batch × observation]`, and an output of
/// whole numbers (`[batch]` for one choice, `[batch × action]` for several or for switches) or of 32-bit floats
/// `[batch × action]`.
///
/// Of several outputs the one called `action` counts, else the first.
final class OnnxModel implements ServedModel {
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
        if (session.getInputInfo().size() != 1) {
            throw unfit(file, "inputs " + session.getInputNames(), "one: the observation");
        }
        NodeInfo in = session.getInputInfo().values().iterator().next();
        this.input = in.getName();
        this.output = session.getOutputNames().contains("action")
                ? "action"
                : session.getOutputNames().iterator().next();
        this.each = ((TensorInfo) in.getInfo()).getShape();
        this.shape = shape(in, session.getOutputInfo().get(output), file);
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

    private static Shape shape(NodeInfo in, @Nullable NodeInfo out, Path file) {
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
        return new Shape(new Form.Numbers(each, false), new Form.Numbers(lengths, whole), 0);
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
                OrtSession.Result result = session.run(Map.of(input, in), Set.of(output))) {
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
