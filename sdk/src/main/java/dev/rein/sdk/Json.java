package dev.rein.sdk;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/// Hyperparameters on the wire: each value is JSON text, once, spaced and escaped as Python writes it.
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final ObjectWriter PYTHONS = MAPPER.writer()
            .with(spaced())
            .with(JsonWriteFeature.ESCAPE_NON_ASCII)
            .without(JsonWriteFeature.WRITE_HEX_UPPER_CASE);

    private Json() {}

    private static PrettyPrinter spaced() {
        var nothing = new DefaultPrettyPrinter.NopIndenter();
        return new DefaultPrettyPrinter(Separators.createDefaultInstance()
                        .withObjectNameValueSpacing(Separators.Spacing.AFTER)
                        .withObjectEntrySpacing(Separators.Spacing.AFTER)
                        .withArrayElementSpacing(Separators.Spacing.AFTER)
                        .withObjectEmptySeparator("")
                        .withArrayEmptySeparator(""))
                .withArrayIndenter(nothing)
                .withObjectIndenter(nothing);
    }

    /// @throws IllegalArgumentException if the value is no number that JSON has
    static String encoded(@Nullable Object value) {
        if (value instanceof Number number && !Double.isFinite(number.doubleValue())) {
            throw new IllegalArgumentException(value + " is no number that JSON has");
        }
        return PYTHONS.writeValueAsString(value);
    }

    /// The value again; text that is no JSON stands for itself.
    static @Nullable Object decoded(String text) {
        try {
            return MAPPER.readValue(text, Object.class);
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
