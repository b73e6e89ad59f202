package dev.rein.workload.serving;

import dev.rein.workload.serving.Invocation.Wording;
import dev.rein.workload.serving.ServedModel.Sampling;
import dev.rein.workload.serving.ServedModel.Shape;
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
    private static final String MEMBERS = "observation, observations or instances; deterministic, seed";

    private final JsonParser parser;
    private final Shape shape;
    private @Nullable Rows observations;
    private Wording wording = Wording.SINGLE;
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
        } else if (first != null && first.isNumeric() && shape.observation().size() == 0) {
            begin(Wording.SINGLE);
            number(first, "body");
        } else {
            throw InvocationException.badRequest(
                    "body: %s (expected: a JSON object with %s, or a list of numbers)".formatted(name(first), MEMBERS));
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
        return new Invocation(rows.values(), rows.count(), new Sampling(deterministic, seed), wording);
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
            case "mask" -> throw InvocationException.badRequest("mask: this model takes none (expected: no mask)");
            case "signature_name" ->
                parser.skipChildren(); // TensorFlow Serving's clients send it; we have one signature
            default -> throw InvocationException.badRequest("member \"%s\" (expected: %s)".formatted(name, MEMBERS));
        }
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
        if (leadingBrackets(body) > shape.observation().size()) {
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
        Rows rows = rows();
        int before = rows.length();
        values(token, name, 0);
        checkLength(rows.length() - before, name);
    }

    private void values(JsonToken token, String name, int depth) {
        if (depth == shape.observation().size()) {
            number(token, name);
            return;
        }
        if (token != JsonToken.START_ARRAY) {
            throw nesting(name);
        }
        int before = rows().length();
        for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
            values(next, name, depth + 1);
        }
        int inner = 1;
        for (int d = depth; d < shape.observation().size(); d++) {
            inner *= shape.observation().get(d);
        }
        if (depth > 0 && rows().length() - before != inner) {
            throw InvocationException.badRequest("%s: a list of %d values inside (expected: shape %s)"
                    .formatted(name, rows().length() - before, shape.observation()));
        }
    }

    private void checkLength(int length, String name) {
        if (length != shape.observationSize()) {
            throw InvocationException.badRequest("%s: %d values (expected: %d%s)"
                    .formatted(
                            name,
                            length,
                            shape.observationSize(),
                            shape.observation().size() > 1 ? ", shape " + shape.observation() : ""));
        }
    }

    private InvocationException nesting(String name) {
        int rank = shape.observation().size();
        return InvocationException.badRequest("%s: %s (expected: %s)"
                .formatted(
                        name,
                        name(parser.currentToken()),
                        rank == 0
                                ? "a number"
                                : "a list of %d numbers%s"
                                        .formatted(
                                                shape.observationSize(),
                                                rank > 1 ? ", shape " + shape.observation() : "")));
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
