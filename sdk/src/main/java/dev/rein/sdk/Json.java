package dev.rein.sdk;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Hyperparameters on the wire: each value is JSON text, once.
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private Json() {}

    static String encoded(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    /// The value again; text that is no JSON stands for itself.
    static Object decoded(String text) {
        try {
            Object value = MAPPER.readValue(text, Object.class);
            return value == null ? "" : value;
        } catch (JacksonException e) {
            return text;
        }
    }

    static byte[] bytes(Object value) {
        return MAPPER.writeValueAsBytes(value);
    }

    static JsonNode tree(byte[] json) {
        return MAPPER.readTree(json);
    }
}
