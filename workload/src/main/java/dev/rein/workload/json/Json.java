package dev.rein.workload.json;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/// A JSON value. Numbers keep what Python keeps: whether they were written as an integer, and every digit of it.
public sealed interface Json {
    /// @param members in the order they were written; of a repeated name the last value counts
    record Obj(Map<String, Json> members) implements Json {
        public Obj {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        public Optional<Json> get(String name) {
            return Optional.ofNullable(members.get(name));
        }

        /// The text under a name; empty if it is missing or no string.
        public Optional<String> text(String name) {
            return members.get(name) instanceof Text(String value) ? Optional.of(value) : Optional.empty();
        }

        /// The strings of a list under a name; what is missing or no string is left out.
        public List<String> texts(String name) {
            return get(name).map(Json::texts).orElse(List.of());
        }
    }

    record Arr(List<Json> items) implements Json {
        public Arr {
            items = List.copyOf(items);
        }
    }

    record Text(String value) implements Json {
        public Text {
            requireNonNull(value, "value");
        }
    }

    record Int(BigInteger value) implements Json {
        public Int {
            requireNonNull(value, "value");
        }
    }

    /// A number written with a fraction or an exponent; NaN and the infinities too, as in Python.
    record Real(double value) implements Json {}

    record Bool(boolean value) implements Json {}

    record Null() implements Json {}

    static Json of(String text) {
        return new Text(text);
    }

    static Json of(long value) {
        return new Int(BigInteger.valueOf(value));
    }

    static Json of(boolean value) {
        return new Bool(value);
    }

    static Json ofTexts(List<String> texts) {
        return new Arr(texts.stream().map(Json::of).toList());
    }

    /// The strings of a list, in order; empty if this is no list.
    default List<String> texts() {
        List<String> texts = new ArrayList<>();
        if (this instanceof Arr(List<Json> items)) {
            items.forEach(item -> {
                if (item instanceof Text(String value)) {
                    texts.add(value);
                }
            });
        }
        return texts;
    }

    /// @throws IllegalArgumentException if the text is not one JSON value; the message says where
    static Json parse(String text) {
        try (JsonParser parser = Reader.FACTORY.createParser(ObjectReadContext.empty(), text)) {
            Json value = Reader.value(parser, parser.nextToken());
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("more than one JSON value");
            }
            return value;
        } catch (JacksonException notJson) {
            var at = notJson.getLocation();
            String where = at == null ? "" : " (line %d, column %d)".formatted(at.getLineNr(), at.getColumnNr());
            throw new IllegalArgumentException(notJson.getOriginalMessage() + where, notJson);
        }
    }

    /// Turns Jackson's tokens into values.
    final class Reader {
        private static final JsonFactory FACTORY = JsonFactory.builder()
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .streamReadConstraints(
                        StreamReadConstraints.builder().maxNumberLength(4000).build())
                .build();

        private Reader() {}

        private static Json value(JsonParser parser, JsonToken token) {
            if (token == null) {
                throw new IllegalArgumentException("no JSON value");
            }
            return switch (token) {
                case START_OBJECT -> object(parser);
                case START_ARRAY -> array(parser);
                case VALUE_STRING -> new Text(parser.getString());
                case VALUE_NUMBER_INT -> new Int(parser.getBigIntegerValue());
                case VALUE_NUMBER_FLOAT -> new Real(real(parser));
                case VALUE_TRUE -> new Bool(true);
                case VALUE_FALSE -> new Bool(false);
                case VALUE_NULL -> new Null();
                default -> throw new IllegalArgumentException("unexpected " + token);
            };
        }

        private static Json object(JsonParser parser) {
            Map<String, Json> members = new LinkedHashMap<>();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                members.put(name, value(parser, parser.nextToken()));
            }
            return new Obj(members);
        }

        private static Json array(JsonParser parser) {
            List<Json> items = new ArrayList<>();
            for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
                items.add(value(parser, token));
            }
            return new Arr(items);
        }

        private static double real(JsonParser parser) {
            String text = parser.getString();
            return switch (text) {
                case "NaN" -> Double.NaN;
                case "Infinity" -> Double.POSITIVE_INFINITY;
                case "-Infinity" -> Double.NEGATIVE_INFINITY;
                case "INF", "+INF", "+Infinity", "-INF" ->
                    throw new IllegalArgumentException("%s is not a JSON number".formatted(text));
                default -> Double.parseDouble(text);
            };
        }
    }
}
