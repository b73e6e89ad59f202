package dev.rein.workload.serving;

import dev.rein.workload.serving.ServedModel.Sampling;
import dev.rein.workload.serving.ServedModel.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// A request, read: observations in rows, and how the caller wants them answered.
///
/// @param observations row-major `[rows × observation size]`, perhaps longer than that
/// @param masks        `[rows × choices]`, which choices are allowed; empty allows all
/// @param wording      the member names the answer uses
@SuppressWarnings("ArrayRecordComponent") // handed over whole and never compared
record Invocation(float[] observations, boolean[] masks, int rows, Sampling sampling, Wording wording) {
    static final boolean[] ALL_ALLOWED = new boolean[0];

    /// How the question was put, so that the answer can be put alike.
    enum Wording {
        /// `{"observation": o}` or a bare observation → `{"action": a}`
        SINGLE,
        /// `{"observations": [o, …]}` or a bare list of them → `{"actions": [a, …]}`
        BATCH,
        /// TensorFlow Serving's `{"instances": [o, …]}` → `{"predictions": [a, …]}`
        INSTANCES
    }

    /// @param contentType without parameters, lower case; empty means JSON
    /// @throws InvocationException 400 or 415, saying what was expected
    static Invocation read(String contentType, byte[] body, Shape shape) {
        return switch (contentType) {
            case "", "application/json" -> JsonInvocation.read(body, shape);
            case "text/csv" -> readCsv(body, shape);
            case "application/octet-stream" -> readFloats(body, shape);
            default ->
                throw new InvocationException(
                        415,
                        "content type %s (expected: application/json, text/csv or application/octet-stream)"
                                .formatted(contentType));
        };
    }

    /// One observation a line.
    private static Invocation readCsv(byte[] body, Shape shape) {
        int size = shape.observationSize();
        Rows rows = new Rows(size);
        for (String line : (Iterable<String>) new String(body, StandardCharsets.UTF_8).lines()::iterator) {
            if (line.isBlank()) {
                continue;
            }
            String[] fields = line.split(",", -1);
            if (fields.length != size) {
                throw InvocationException.badRequest(
                        "line %d: %d values (expected: %d)".formatted(rows.count() + 1, fields.length, size));
            }
            for (String field : fields) {
                rows.add(number(field, rows.count() + 1));
            }
        }
        return new Invocation(rows.values(), ALL_ALLOWED, rows.count(), Sampling.MOST_LIKELY, Wording.BATCH);
    }

    private static float number(String field, int line) {
        try {
            float number = Float.parseFloat(field.strip());
            if (Float.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException text) {
            // told below, together with NaN
        }
        throw InvocationException.badRequest("line %d: \"%s\" (expected: a finite number)".formatted(line, field));
    }

    /// 32-bit floats, little-endian, nothing between them.
    private static Invocation readFloats(byte[] body, Shape shape) {
        int size = shape.observationSize();
        int rowBytes = size * Float.BYTES;
        if (body.length == 0 || body.length % rowBytes != 0) {
            throw InvocationException.badRequest(
                    "body: %d bytes (expected: a multiple of %d: %d little-endian 32-bit floats for each observation. For JSON say so: Content-Type application/json)"
                            .formatted(body.length, rowBytes, size));
        }
        float[] values = new float[body.length / Float.BYTES];
        ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw InvocationException.badRequest(
                        "value %d: %s (expected: a finite number)".formatted(i, values[i]));
            }
        }
        return new Invocation(values, ALL_ALLOWED, values.length / size, Sampling.MOST_LIKELY, Wording.BATCH);
    }
}
