package dev.rein.server.wire;

import dev.rein.server.wire.Shape.Size;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One of AWS's service models (the C2J format of its SDKs), cut down at build time to the operations we speak.
///
/// @param name         as in the credential scope
/// @param targetPrefix what stands before the dot in `X-Amz-Target`; null for Query services
/// @param apiVersion   the date in Query requests
/// @param namespace    of XML answers; empty for JSON services
/// @param wasQuery     whether its callers still look for the error codes it had as a Query service
/// @param inputs       the input's shape name by operation, empty where an operation takes none
record ServiceModel(
        String name,
        @Nullable String targetPrefix,
        String apiVersion,
        String namespace,
        boolean wasQuery,
        Map<String, Optional<String>> inputs,
        Map<String, Shape> shapes) {

    /// Reads the models that the build put beside this class.
    static List<ServiceModel> all() {
        var json = new JsonMapper();
        List<ServiceModel> models = new ArrayList<>();
        for (String service : new String(resource("services.txt"), java.nio.charset.StandardCharsets.UTF_8)
                .lines()
                .toList()) {
            models.add(parse(service, json.readTree(resource(service + ".json"))));
        }
        return models;
    }

    Shape shape(String shapeName) {
        Shape shape = shapes.get(shapeName);
        if (shape == null) {
            throw new IllegalStateException("shape: %s is not in the model of %s".formatted(shapeName, name));
        }
        return shape;
    }

    private static byte[] resource(String file) {
        try (InputStream in = ServiceModel.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(
                        "resource: %s is not in the server's jar (expected: made by the build from operations.txt)"
                                .formatted(file));
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ServiceModel parse(String name, JsonNode model) {
        JsonNode metadata = model.get("metadata");
        Map<String, Optional<String>> inputs = new HashMap<>();
        for (var operation : model.get("operations").properties()) {
            inputs.put(
                    operation.getKey(),
                    operation.getValue().path("input").path("shape").asStringOpt());
        }
        Map<String, Shape> shapes = new HashMap<>();
        for (var shape : model.get("shapes").properties()) {
            shapes.put(shape.getKey(), shape(shape.getKey(), shape.getValue()));
        }
        return new ServiceModel(
                name,
                metadata.path("targetPrefix").asString(null),
                metadata.path("apiVersion").asString(""),
                metadata.path("xmlNamespace").asString(""),
                metadata.has("awsQueryCompatible"),
                Map.copyOf(inputs),
                Map.copyOf(shapes));
    }

    private static Shape shape(String name, JsonNode node) {
        return switch (node.get("type").asString()) {
            case "structure" -> structure(node);
            case "list" -> new Shape.Items(node.get("member").get("shape").asString(), size(node));
            case "map" ->
                new Shape.Entries(
                        node.get("key").get("shape").asString(),
                        node.get("value").get("shape").asString(),
                        size(node));
            case "string" -> text(name, node);
            case "integer", "long" -> new Shape.Numeric(true, bound(node, "min"), bound(node, "max"));
            case "double", "float" -> new Shape.Numeric(false, bound(node, "min"), bound(node, "max"));
            case "boolean" -> new Shape.Flag();
            case "timestamp" -> new Shape.Time();
            case "blob" -> new Shape.Blob();
            default -> throw new IllegalStateException("shape %s: type %s".formatted(name, node.get("type")));
        };
    }

    private static Shape structure(JsonNode node) {
        Map<String, String> members = new LinkedHashMap<>();
        for (var member : node.path("members").properties()) {
            members.put(member.getKey(), member.getValue().get("shape").asString());
        }
        Set<String> required = new HashSet<>();
        node.path("required").forEach(member -> required.add(member.asString()));
        return new Shape.Structure(members, required);
    }

    /// Instance types grow faster than the model, and some of ours (`ml.local`) are in no model: they are checked
    /// by their form.
    private static Shape text(String name, JsonNode node) {
        if (name.endsWith("InstanceType")) {
            return new Shape.Text(new Size(1, 64), INSTANCE_TYPE, List.of(), false);
        }
        List<String> values = new ArrayList<>();
        node.path("enum").forEach(value -> values.add(value.asString()));
        return new Shape.Text(
                size(node),
                node.has("pattern") ? Pattern.compile(node.get("pattern").asString()) : null,
                List.copyOf(values),
                node.path("sensitive").asBoolean(false));
    }

    private static final Pattern INSTANCE_TYPE = Pattern.compile("ml\\.[a-z0-9][a-z0-9-]*(\\.[a-z0-9]+)?|local(_gpu)?");

    private static Size size(JsonNode node) {
        return new Size(
                node.path("min").asLong(0), node.has("max") ? node.get("max").asLong() : Long.MAX_VALUE);
    }

    private static @Nullable BigDecimal bound(JsonNode node, String name) {
        return node.has(name) ? node.get(name).decimalValue() : null;
    }
}
