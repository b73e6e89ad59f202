package dev.rein.workload.serving;

import dev.rein.workload.serving.Invocation.Wording;
import dev.rein.workload.serving.ServedModel.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/// Writes actions in the type the caller accepts.
enum Answer {
    JSON("application/json") {
        @Override
        byte[] write(float[] actions, int rows, Shape shape, Wording wording) {
            String name = switch (wording) {
                case SINGLE -> "{\"action\":";
                case BATCH -> "{\"actions\":[";
                case INSTANCES -> "{\"predictions\":[";
            };
            StringBuilder text = new StringBuilder(24 + 12 * actions.length).append(name);
            for (int row = 0; row < rows; row++) {
                text.append(row > 0 ? "," : "").append(shape.chooses() ? "" : "[");
                append(actions, row, shape, text);
                text.append(shape.chooses() ? "" : "]");
            }
            text.append(wording == Wording.SINGLE ? "}" : "]}");
            return text.toString().getBytes(StandardCharsets.ISO_8859_1);
        }
    },
    /// One action a line.
    CSV("text/csv") {
        @Override
        byte[] write(float[] actions, int rows, Shape shape, Wording wording) {
            StringBuilder text = new StringBuilder(12 * actions.length);
            for (int row = 0; row < rows; row++) {
                append(actions, row, shape, text);
                text.append('\n');
            }
            return text.toString().getBytes(StandardCharsets.ISO_8859_1);
        }
    },
    /// Little-endian: a 32-bit integer for each choice, 32-bit floats for the numbers of other actions.
    BYTES("application/octet-stream") {
        @Override
        byte[] write(float[] actions, int rows, Shape shape, Wording wording) {
            ByteBuffer bytes = ByteBuffer.allocate(actions.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (float action : actions) {
                if (shape.chooses()) {
                    bytes.putInt((int) action);
                } else {
                    bytes.putFloat(action);
                }
            }
            return bytes.array();
        }
    };

    private final String contentType;

    Answer(String contentType) {
        this.contentType = contentType;
    }

    String contentType() {
        return contentType;
    }

    /// @param actions row-major `[rows × action size]`
    abstract byte[] write(float[] actions, int rows, Shape shape, Wording wording);

    /// The first type of an `Accept` header that we write. Preferences by `q` are left aside: callers name one
    /// type.
    ///
    /// @param byDefault for `*/*` and an empty header
    static Optional<Answer> accepted(String accept, Answer byDefault) {
        if (accept.isEmpty() || accept.equals("application/json")) {
            return Optional.of(accept.isEmpty() ? byDefault : JSON);
        }
        for (String range : accept.split(",")) {
            String type = range.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
            if (type.equals("*/*")) {
                return Optional.of(byDefault);
            }
            for (Answer answer : values()) {
                if (answer.isIn(type)) {
                    return Optional.of(answer);
                }
            }
        }
        return Optional.empty();
    }

    /// Whether a media range such as `text/*` holds this type.
    private boolean isIn(String range) {
        return range.endsWith("/*")
                ? contentType.startsWith(range.substring(0, range.length() - 1))
                : contentType.equals(range);
    }

    private static void append(float[] actions, int row, Shape shape, StringBuilder to) {
        if (shape.chooses()) {
            to.append((int) actions[row]);
            return;
        }
        for (int i = 0; i < shape.actionSize(); i++) {
            to.append(i > 0 ? "," : "").append(actions[row * shape.actionSize() + i]);
        }
    }
}
