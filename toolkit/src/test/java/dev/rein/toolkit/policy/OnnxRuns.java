package dev.rein.toolkit.policy;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/// What ONNX Runtime makes of an exported policy.
public final class OnnxRuns {
    private OnnxRuns() {}

    /// The numbers it acts with.
    public static float[] numbers(Path model, float... observation) throws OrtException {
        return actions(model, 1, observation);
    }

    /// What it does, row by row, choices as numbers.
    ///
    /// @param observations row by row
    public static float[] actions(Path model, int rows, float... observations) throws OrtException {
        OrtEnvironment onnx = OrtEnvironment.getEnvironment();
        try (var session = onnx.createSession(model.toString());
                var input = OnnxTensor.createTensor(
                        onnx, FloatBuffer.wrap(observations), new long[] {rows, observations.length / rows});
                var result = session.run(Map.of("observation", input))) {
            OnnxTensor action = (OnnxTensor) result.get("action").orElseThrow();
            if (action.getInfo().type != OnnxJavaType.INT64) {
                float[] numbers = new float[action.getFloatBuffer().remaining()];
                action.getFloatBuffer().get(numbers);
                return numbers;
            }
            float[] choices = new float[action.getLongBuffer().remaining()];
            for (int i = 0; i < choices.length; i++) {
                choices[i] = action.getLongBuffer().get(i);
            }
            return choices;
        }
    }

    /// The choices it makes.
    ///
    /// @param observations of one choice each row
    public static long[] choices(Path model, int rows, float... observations) throws OrtException {
        OrtEnvironment onnx = OrtEnvironment.getEnvironment();
        try (var session = onnx.createSession(model.toString());
                var input = OnnxTensor.createTensor(
                        onnx, FloatBuffer.wrap(observations), new long[] {rows, observations.length / rows});
                var result = session.run(Map.of("observation", input))) {
            return (long[]) ((OnnxTensor) result.get("action").orElseThrow()).getValue();
        }
    }
}
