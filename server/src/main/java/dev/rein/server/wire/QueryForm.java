package dev.rein.server.wire;

import java.math.BigDecimal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// The form of a Query request (`Action=GetRole&RoleName=…&Tags.member.1.Key=…`), and the JSON tree it stands for.
final class QueryForm {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /// Deeper than any shape we speak, so that a shape which contains itself ends.
    private static final int DEPTH = 12;

    private final ServiceModel model;
    private final Map<String, String> fields;

    private QueryForm(ServiceModel model, Map<String, String> fields) {
        this.model = model;
        this.fields = fields;
    }

    /// @throws ApiException a malformed escape
    static Map<String, String> parse(String text) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String pair : text.split("&")) {
            int equal = pair.indexOf('=');
            if (!pair.isEmpty()) {
                fields.put(
                        decoded(equal < 0 ? pair : pair.substring(0, equal)),
                        equal < 0 ? "" : decoded(pair.substring(equal + 1)));
            }
        }
        return fields;
    }

    static JsonNode tree(ServiceModel model, String shape, Map<String, String> fields) {
        return new QueryForm(model, fields).node(model.shape(shape), "", 0);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ApiException(
                    ErrorCode.SERIALIZATION, "form: \"%s\" is not percent-encoded UTF-8".formatted(text));
        }
    }

    private JsonNode node(Shape shape, String path, int depth) {
        return switch (shape) {
            case Shape.Structure structure -> structure(structure, path, depth);
            case Shape.Items items -> items(items, path, depth);
            case Shape.Entries entries -> entries(entries, path, depth);
            case Shape.Flag _ -> flag(path);
            case Shape.Numeric _ -> number(path);
            default -> NODES.stringNode(fields.getOrDefault(path, ""));
        };
    }

    private JsonNode structure(Shape.Structure structure, String path, int depth) {
        var out = NODES.objectNode();
        structure.members().forEach((name, shape) -> {
            String at = path.isEmpty() ? name : path + "." + name;
            if (isGiven(at) && depth < DEPTH) {
                out.set(name, node(model.shape(shape), at, depth + 1));
            }
        });
        return out;
    }

    private JsonNode items(Shape.Items items, String path, int depth) {
        var out = NODES.arrayNode();
        for (int i = 1; isGiven(path + ".member." + i); i++) {
            out.add(node(model.shape(items.member()), path + ".member." + i, depth + 1));
        }
        return out;
    }

    private JsonNode entries(Shape.Entries entries, String path, int depth) {
        var out = NODES.objectNode();
        for (int i = 1; isGiven(path + ".entry." + i); i++) {
            String entry = path + ".entry." + i;
            out.set(
                    fields.getOrDefault(entry + ".key", ""),
                    node(model.shape(entries.value()), entry + ".value", depth + 1));
        }
        return out;
    }

    private JsonNode flag(String path) {
        String text = fields.getOrDefault(path, "");
        return switch (text) {
            case "true" -> NODES.booleanNode(true);
            case "false" -> NODES.booleanNode(false);
            default -> NODES.stringNode(text);
        };
    }

    private JsonNode number(String path) {
        String text = fields.getOrDefault(path, "");
        try {
            return NODES.numberNode(new BigDecimal(text));
        } catch (NumberFormatException e) {
            return NODES.stringNode(text);
        }
    }

    private boolean isGiven(String path) {
        return fields.containsKey(path) || fields.keySet().stream().anyMatch(field -> field.startsWith(path + "."));
    }
}
