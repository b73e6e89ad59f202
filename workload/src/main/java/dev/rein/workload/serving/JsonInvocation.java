package dev.rein.workload.serving;

import dev.rein.workload.serving.Invocation.Wording;
import dev.rein.workload.serving.ServedModel.Sampling;
import dev.rein.workload.serving.ServedModel.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/// Reads one JSON request straight into rows of floats: no tree is built, no number is boxed.
final class JsonInvocation {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // to refuse NaN in our own words
            .build();

    private final JsonParser parser;
    private final Shape shape;
    private @Nullable Rows observations;
    private Wording wording = Wording.SINGLE;
    private final List<Boolean> masks = new ArrayList<>();
    private boolean deterministic = true;
    private @Nullable Long seed;

    private JsonInvocation(JsonParser parser, Shape shape) {
        this.parser = parser;
        this.shape = shape;
    }

    static Invocation read(byte[] body, Shape shape) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body)) {
            return new JsonInvocation(parser, shape).read(body);
        } catch (JacksonException notJson) {
            String reason = notJson.getOriginalMessage().split(" \\(start marker", 2)[0];
            throw InvocationException.badRequest("not JSON: " + reason);
        }
    }

    private Invocation read(byte[] body) {
        JsonToken first = parser.nextToken();
        if (first == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                member(parser.currentName());
            }
        } else if (first == JsonToken.START_ARRAY) {
            bare(body);
        } else if (first != null
                && first.isNumeric()
                && shape.observation() instanceof Form.Numbers numbers
                && numbers.lengths().isEmpty()) {
            begin(Wording.SINGLE);
            number(first, "body");
        } else {
            throw InvocationException.badRequest(
                    "body: %s (expected: a JSON object with %s, or a list of numbers)".formatted(name(first), known()));
        }
        if (parser.nextToken() != null) {
            throw InvocationException.badRequest("body: more than one JSON value (expected: one)");
        }
        return finished();
    }

    private Invocation finished() {
        Rows rows = observations;
        if (rows == null) {
            throw InvocationException.badRequest(
                    "no observation (expected: a member observation, observations or instances)");
        }
        boolean[] allowed = new boolean[masks.size()];
        for (int i = 0; i < allowed.length; i++) {
            allowed[i] = masks.get(i);
        }
        if (allowed.length > 0 && allowed.length != rows.count() * shape.choices()) {
            throw InvocationException.badRequest("masks: %d (expected: %d, one for each observation)"
                    .formatted(allowed.length / shape.choices(), rows.count()));
        }
        return new Invocation(rows.values(), allowed, rows.count(), new Sampling(deterministic, seed), wording);
    }

    private void member(String name) {
        JsonToken token = parser.nextToken();
        switch (name) {
            case "observation" -> {
                begin(Wording.SINGLE);
                observation(token, name);
            }
            case "observations" -> {
                begin(Wording.BATCH);
                batch(token, name);
            }
            case "instances" -> {
                begin(Wording.INSTANCES);
                batch(token, name);
            }
            case "deterministic" -> deterministic = truth(token, name);
            case "seed" -> seed = seed(token);
            case "mask" -> masks(token, name, false);
            case "masks" -> masks(token, name, true);
            case "signature_name" ->
                parser.skipChildren(); // TensorFlow Serving's clients send it; we have one signature
            default -> throw InvocationException.badRequest("member \"%s\" (expected: %s)".formatted(name, known()));
        }
    }

    /// What may be asked of this model.
    private String known() {
        return "observation, observations or instances; deterministic, seed"
                + (shape.choices() > 0 ? ", mask or masks" : "");
    }

    private void begin(Wording asked) {
        if (observations != null) {
            throw InvocationException.badRequest(
                    "more than one of observation, observations and instances (expected: one of them)");
        }
        wording = asked;
        observations = new Rows(shape.observationSize());
    }

    /// A list with no name: one observation if it nests as deep as one does, a batch if deeper.
    private void bare(byte[] body) {
        if (leadingBrackets(body) > shape.observation().depth()) {
            begin(Wording.BATCH);
            batch(JsonToken.START_ARRAY, "body");
        } else {
            begin(Wording.SINGLE);
            observation(JsonToken.START_ARRAY, "body");
        }
    }

    private static int leadingBrackets(byte[] body) {
        int brackets = 0;
        for (byte b : body) {
            if (b == '[') {
                brackets++;
            } else if (b > ' ') {
                break;
            }
        }
        return brackets;
    }

    private void batch(JsonToken token, String name) {
        if (token != JsonToken.START_ARRAY) {
            throw InvocationException.badRequest(
                    "%s: %s (expected: a list of observations)".formatted(name, name(token)));
        }
        int row = 0;
        for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
            observation(next, name + "[" + row + "]");
            row++;
        }
    }

    private void observation(JsonToken token, String name) {
        part(shape.observation(), token, name);
    }

    private void part(Form form, JsonToken token, String name) {
        switch (form) {
            case Form.Numbers numbers -> {
                int before = rows().length();
                values(numbers, token, name, 0);
                checkLength(numbers, rows().length() - before, name);
            }
            case Form.Named named -> members(named, token, name);
            case Form.Listed listed -> elements(listed, token, name);
        }
    }

    private void members(Form.Named named, JsonToken token, String name) {
        if (token != JsonToken.START_OBJECT) {
            throw InvocationException.badRequest("%s: %s (expected: an object with %s)"
                    .formatted(
                            name, name(token), String.join(", ", named.parts().keySet())));
        }
        Map<String, float[]> read = new HashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String member = parser.currentName();
            Form part = named.parts().get(member);
            if (part == null || read.containsKey(member)) {
                throw InvocationException.badRequest("%s: member \"%s\" %s (expected: %s, each once)"
                        .formatted(
                                name,
                                member,
                                part == null ? "is unknown" : "twice",
                                String.join(", ", named.parts().keySet())));
            }
            int before = rows().length();
            part(part, parser.nextToken(), name + "." + member);
            read.put(member, rows().cut(before));
        }
        for (String member : named.parts().keySet()) {
            float[] values = read.get(member);
            if (values == null) {
                throw InvocationException.badRequest("%s: member \"%s\" is missing".formatted(name, member));
            }
            for (float value : values) {
                rows().add(value);
            }
        }
    }

    private void elements(Form.Listed listed, JsonToken token, String name) {
        int expected = listed.parts().size();
        if (token != JsonToken.START_ARRAY) {
            throw InvocationException.badRequest(
                    "%s: %s (expected: a list of %d parts)".formatted(name, name(token), expected));
        }
        int index = 0;
        for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
            if (index == expected) {
                throw InvocationException.badRequest(
                        "%s: more than %d parts (expected: %d)".formatted(name, expected, expected));
            }
            part(listed.parts().get(index), next, name + "[" + index + "]");
            index++;
        }
        if (index < expected) {
            throw InvocationException.badRequest("%s: %d parts (expected: %d)".formatted(name, index, expected));
        }
    }

    private void values(Form.Numbers numbers, JsonToken token, String name, int depth) {
        List<Integer> lengths = numbers.lengths();
        if (depth == lengths.size()) {
            number(token, name);
            return;
        }
        if (token != JsonToken.START_ARRAY) {
            throw nesting(numbers, name);
        }
        int before = rows().length();
        for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
            values(numbers, next, name, depth + 1);
        }
        int inner = 1;
        for (int d = depth; d < lengths.size(); d++) {
            inner *= lengths.get(d);
        }
        if (depth > 0 && rows().length() - before != inner) {
            throw InvocationException.badRequest("%s: a list of %d values inside (expected: shape %s)"
                    .formatted(name, rows().length() - before, lengths));
        }
    }

    private static void checkLength(Form.Numbers numbers, int length, String name) {
        if (length != numbers.size()) {
            throw InvocationException.badRequest(
                    "%s: %d values (expected: %d%s)".formatted(name, length, numbers.size(), nested(numbers)));
        }
    }

    /// What to add where a list holds lists.
    private static String nested(Form.Numbers numbers) {
        return numbers.depth() > 1 ? ", shape " + numbers.lengths() : "";
    }

    private InvocationException nesting(Form.Numbers numbers, String name) {
        String expected =
                numbers.depth() == 0 ? "a number" : "a list of %d numbers%s".formatted(numbers.size(), nested(numbers));
        return InvocationException.badRequest(
                "%s: %s (expected: %s)".formatted(name, name(parser.currentToken()), expected));
    }

    private void masks(JsonToken token, String name, boolean batch) {
        if (shape.choices() == 0) {
            throw InvocationException.badRequest(name + ": this model takes none (expected: no mask)");
        }
        if (!masks.isEmpty()) {
            throw InvocationException.badRequest("mask, masks: more than one (expected: one of them)");
        }
        if (!batch) {
            mask(token, name);
            return;
        }
        if (token != JsonToken.START_ARRAY) {
            throw InvocationException.badRequest("%s: %s (expected: a list of masks)".formatted(name, name(token)));
        }
        for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
            mask(next, name);
        }
    }

    /// One mask, its truths in lists nested as the caller likes.
    private void mask(JsonToken token, String name) {
        int before = masks.size();
        truths(token, name);
        if (masks.size() - before != shape.choices()) {
            throw InvocationException.badRequest("%s: %d truths (expected: %d, one for each choice)"
                    .formatted(name, masks.size() - before, shape.choices()));
        }
    }

    private void truths(JsonToken token, String name) {
        switch (token) {
            case START_ARRAY -> {
                for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                    truths(next, name);
                }
            }
            case VALUE_TRUE -> masks.add(true);
            case VALUE_FALSE -> masks.add(false);
            case VALUE_NUMBER_INT -> masks.add(parser.getLongValue() != 0);
            default ->
                throw InvocationException.badRequest(
                        "%s: %s (expected: a list of true and false)".formatted(name, name(token)));
        }
    }

    private void number(@Nullable JsonToken token, String name) {
        if (token == null || !token.isNumeric()) {
            throw InvocationException.badRequest("%s: %s (expected: a number)".formatted(name, name(token)));
        }
        float number = parser.getFloatValue();
        if (!Float.isFinite(number)) {
            throw InvocationException.badRequest(
                    "%s: %s (expected: a finite 32-bit float)".formatted(name, parser.getString()));
        }
        rows().add(number);
    }

    private Rows rows() {
        Rows rows = observations;
        if (rows == null) {
            throw new IllegalStateException("no rows begun");
        }
        return rows;
    }

    private boolean truth(JsonToken token, String name) {
        if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
            return token == JsonToken.VALUE_TRUE;
        }
        throw InvocationException.badRequest("%s: %s (expected: true or false)".formatted(name, name(token)));
    }

    private long seed(JsonToken token) {
        if (token != JsonToken.VALUE_NUMBER_INT) {
            throw InvocationException.badRequest("seed: %s (expected: a whole number)".formatted(name(token)));
        }
        return parser.getLongValue();
    }

    private static String name(@Nullable JsonToken token) {
        if (token == null) {
            return "nothing";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY, END_ARRAY -> "a list";
            case VALUE_STRING -> "a string";
            case VALUE_NULL -> "null";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            default -> "a number";
        };
    }
}
