package dev.rein.server.wire;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingKnownType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;
import software.amazon.awssdk.utils.builder.Buildable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.cbor.CBORGenerator;

/// The AWS SDK's own types to and from AWS JSON and CBOR, through the fields they describe themselves with. The
/// only place that leans on that protected part of the SDK, with [PojoXml].
public final class PojoJson {
    private static final JsonMapper JSON = new JsonMapper();
    /// CBOR's mark of a time in seconds since 1970.
    private static final int EPOCH_TAG = 1;

    private PojoJson() {}

    /// Fills a builder and builds it. Members the type does not know are ignored; nulls count as absent.
    ///
    /// @throws ApiException a SerializationException when a value has the wrong type
    public static <T> T read(JsonNode node, SdkPojo builder, Class<T> type) {
        return type.cast(structure(node, builder, ""));
    }

    /// Reads what [#text] wrote.
    public static <T> T parse(String text, SdkPojo builder, Class<T> type) {
        return read(JSON.readTree(text), builder, type);
    }

    public static String text(SdkPojo pojo) {
        return new String(bytes(pojo), java.nio.charset.StandardCharsets.UTF_8);
    }

    static byte[] bytes(SdkPojo pojo) {
        return bytes(pojo, JSON);
    }

    /// @param format JSON or CBOR
    static byte[] bytes(SdkPojo pojo, ObjectMapper format) {
        var out = new java.io.ByteArrayOutputStream(512);
        try (JsonGenerator generator = format.createGenerator(out)) {
            write(pojo, generator);
        }
        return out.toByteArray();
    }

    private static Object structure(JsonNode node, SdkPojo builder, String path) {
        if (!node.isObject()) {
            throw mismatch(path, node, "structure");
        }
        for (SdkField<?> field : builder.sdkFields()) {
            JsonNode value = node.path(field.locationName());
            if (!value.isMissingNode() && !value.isNull()) {
                field.set(builder, value(field, value, path + "/" + field.locationName()));
            }
        }
        return ((Buildable) builder).build();
    }

    private static @Nullable Object value(SdkField<?> field, JsonNode node, String path) {
        if (node.isNull()) {
            return null;
        }
        MarshallingKnownType type = field.marshallingType().getKnownType();
        return switch (type) {
            case STRING -> require(node.isString(), path, node, "String").asString();
            case SDK_POJO -> structure(node, field.constructor().get(), path);
            case LIST -> list(field, node, path);
            case MAP -> map(field, node, path);
            case BOOLEAN -> require(node.isBoolean(), path, node, "Boolean").booleanValue();
            case INSTANT -> instant(node, path);
            case SDK_BYTES -> blob(node, path);
            default -> number(type, require(node.isNumber(), path, node, "Number"), path);
        };
    }

    private static List<?> list(SdkField<?> field, JsonNode node, String path) {
        require(node.isArray(), path, node, "List");
        SdkField<?> member = field.getTrait(ListTrait.class).memberFieldInfo();
        List<@Nullable Object> items = new ArrayList<>(node.size());
        for (JsonNode item : node) {
            items.add(value(member, item, path + "/" + items.size()));
        }
        return items;
    }

    private static Map<String, ?> map(SdkField<?> field, JsonNode node, String path) {
        require(node.isObject(), path, node, "Map");
        SdkField<?> member = field.getTrait(MapTrait.class).valueFieldInfo();
        Map<String, @Nullable Object> entries = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            entries.put(entry.getKey(), value(member, entry.getValue(), path + "/" + entry.getKey()));
        }
        return entries;
    }

    private static Object number(MarshallingKnownType type, JsonNode node, String path) {
        double value = node.doubleValue();
        // Looking at the magnitude first keeps 1e999999999 from being written out in digits.
        require(Double.isFinite(value), path, node, "Number");
        boolean whole = Math.abs(value) < 1e19;
        try {
            return switch (type) {
                case DOUBLE -> value;
                case FLOAT -> (float) value;
                case BIG_DECIMAL -> node.decimalValue();
                case INTEGER ->
                    require(whole, path, node, "Integer").decimalValue().intValueExact();
                case SHORT -> require(whole, path, node, "Short").decimalValue().shortValueExact();
                case BYTE -> require(whole, path, node, "Byte").decimalValue().byteValueExact();
                default -> require(whole, path, node, "Long").decimalValue().longValueExact();
            };
        } catch (ArithmeticException e) {
            throw mismatch(path, node, type == MarshallingKnownType.INTEGER ? "Integer" : "Long");
        }
    }

    private static Instant instant(JsonNode node, String path) {
        try {
            if (node.isString()) {
                return Instant.parse(node.asString());
            }
            require(node.isNumber() && Math.abs(node.doubleValue()) < 1e12, path, node, "Timestamp");
            return Instant.ofEpochMilli(Math.round(node.doubleValue() * 1000));
        } catch (DateTimeParseException e) {
            throw mismatch(path, node, "Timestamp");
        }
    }

    private static SdkBytes blob(JsonNode node, String path) {
        if (node.isBinary()) {
            return SdkBytes.fromByteArray(node.binaryValue());
        }
        try {
            return SdkBytes.fromByteArray(Base64.getDecoder()
                    .decode(require(node.isString(), path, node, "Blob").asString()));
        } catch (IllegalArgumentException e) {
            throw mismatch(path, node, "Blob");
        }
    }

    private static JsonNode require(boolean right, String path, JsonNode node, String expected) {
        if (!right) {
            throw mismatch(path, node, expected);
        }
        return node;
    }

    private static ApiException mismatch(String path, JsonNode node, String expected) {
        return new ApiException(
                ErrorCode.SERIALIZATION,
                "%s: %s_VALUE can not be converted to a %s"
                        .formatted(path.isEmpty() ? "/" : path, node.getNodeType(), expected));
    }

    private static void write(SdkPojo pojo, JsonGenerator out) {
        out.writeStartObject();
        for (SdkField<?> field : pojo.sdkFields()) {
            Object value = field.getValueOrDefault(pojo);
            if (isPresent(value)) {
                out.writeName(field.locationName());
                write(value, out);
            }
        }
        out.writeEndObject();
    }

    private static void write(@Nullable Object value, JsonGenerator out) {
        switch (value) {
            case null -> out.writeNull();
            case String text -> out.writeString(text);
            case Boolean flag -> out.writeBoolean(flag);
            case Integer number -> out.writeNumber(number);
            case Long number -> out.writeNumber(number);
            case Double number -> writeNumber(number, number.toString(), out);
            case Float number -> writeNumber(number, number.toString(), out);
            case Short number -> out.writeNumber(number.intValue());
            case Byte number -> out.writeNumber(number.intValue());
            case BigDecimal number -> out.writeNumber(number);
            case Instant time -> writeTime(time, out);
            case SdkBytes bytes -> out.writeBinary(bytes.asByteArrayUnsafe());
            case SdkPojo pojo -> write(pojo, out);
            case List<?> items -> {
                out.writeStartArray();
                items.forEach(item -> write(item, out));
                out.writeEndArray();
            }
            case Map<?, ?> entries -> {
                out.writeStartObject();
                entries.forEach((key, entry) -> {
                    out.writeName(String.valueOf(key));
                    write(entry, out);
                });
                out.writeEndObject();
            }
            default -> throw new IllegalStateException("value of " + value.getClass() + " (expected: an SDK type)");
        }
    }

    /// Seconds since 1970.
    private static void writeTime(Instant time, JsonGenerator out) {
        if (out instanceof CBORGenerator cbor) {
            cbor.writeTag(EPOCH_TAG);
            cbor.writeNumber(time.toEpochMilli() / 1000.0);
        } else {
            out.writeNumber(BigDecimal.valueOf(time.toEpochMilli(), 3));
        }
    }

    /// JSON has no NaN or infinity; AWS sends them as text.
    private static void writeNumber(double number, String text, JsonGenerator out) {
        if (out instanceof CBORGenerator) {
            out.writeNumber(number);
        } else if (Double.isFinite(number)) {
            out.writeNumber(new BigDecimal(text));
        } else {
            out.writeString(text);
        }
    }

    /// The SDK's own "nothing was set" collections do not travel; an empty collection that was set does.
    static boolean isPresent(@Nullable Object value) {
        return value != null && !(value instanceof SdkAutoConstructList) && !(value instanceof SdkAutoConstructMap);
    }
}
