package dev.rein.workload.serving;

import dev.rein.workload.json.Json;
import dev.rein.workload.json.PythonText;
import dev.rein.workload.serving.Invocation.Wording;
import dev.rein.workload.serving.ServedModel.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
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
                text.append(row > 0 ? "," : "");
                value(shape.action(), actions, row * shape.actionSize(), text);
            }
            text.append(wording == Wording.SINGLE ? "}" : "]}");
            return text.toString().getBytes(StandardCharsets.ISO_8859_1);
        }
    },
    /// One action a line, its numbers in the order of the layout.
    CSV("text/csv") {
        @Override
        byte[] write(float[] actions, int rows, Shape shape, Wording wording) {
            StringBuilder text = new StringBuilder(12 * actions.length);
            for (int row = 0; row < rows; row++) {
                list(actions, row * shape.actionSize(), shape.whole(), text);
                text.append('\n');
            }
            return text.toString().getBytes(StandardCharsets.ISO_8859_1);
        }
    },
    /// Little-endian: a 32-bit integer for each choice and switch, a 32-bit float for each other number.
    BYTES("application/octet-stream") {
        @Override
        byte[] write(float[] actions, int rows, Shape shape, Wording wording) {
            ByteBuffer bytes = ByteBuffer.allocate(actions.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < actions.length; i++) {
                if (shape.whole()[i % shape.actionSize()]) {
                    bytes.putInt((int) actions[i]);
                } else {
                    bytes.putFloat(actions[i]);
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

    /// @return where the next part begins
    private static int value(Form form, float[] actions, int from, StringBuilder to) {
        return switch (form) {
            case Form.Numbers numbers -> {
                to.append(numbers.lengths().isEmpty() ? "" : "[");
                list(actions, from, numbers.whole(), to);
                to.append(numbers.lengths().isEmpty() ? "" : "]");
                yield from + numbers.size();
            }
            case Form.Named named -> {
                int at = from;
                String before = "{";
                for (Map.Entry<String, Form> part : named.parts().entrySet()) {
                    to.append(before)
                            .append(PythonText.dumps(Json.of(part.getKey())))
                            .append(':');
                    at = value(part.getValue(), actions, at, to);
                    before = ",";
                }
                to.append('}');
                yield at;
            }
            case Form.Listed listed -> {
                int at = from;
                String before = "[";
                for (Form part : listed.parts()) {
                    to.append(before);
                    at = value(part, actions, at, to);
                    before = ",";
                }
                to.append(']');
                yield at;
            }
        };
    }

    private static void list(float[] actions, int from, boolean[] whole, StringBuilder to) {
        for (int i = 0; i < whole.length; i++) {
            to.append(i > 0 ? "," : "");
            if (whole[i]) {
                to.append((int) actions[from + i]);
            } else {
                to.append(actions[from + i]);
            }
        }
    }
}
