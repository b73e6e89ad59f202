package dev.rein.server.wire;

import dev.rein.server.wire.Shape.Size;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Checks a request against the service model and reports every violation at once, in AWS's words: `1 validation
/// error detected: Value 'a b' at 'trainingJobName' failed to satisfy constraint: Member must …`.
///
/// Types are not checked here but where values are read ([PojoJson]); members unknown to the model are left alone,
/// since clients may be newer than it.
final class Validator {
    /// So that a hostile request does not get a hostile answer.
    private static final int LISTED = 50;

    private static final int VALUE_LENGTH = 256;

    private final ServiceModel model;
    private final List<String> violations = new ArrayList<>();

    private Validator(ServiceModel model) {
        this.model = model;
    }

    /// @throws ApiException a ValidationException that lists every violation
    static void check(ServiceModel model, String shape, JsonNode input) {
        var validator = new Validator(model);
        validator.check(model.shape(shape), input, "");
        int count = validator.violations.size();
        if (count > 0) {
            throw ApiException.validation("%d validation error%s detected: %s%s"
                    .formatted(
                            count,
                            count == 1 ? "" : "s",
                            String.join("; ", validator.violations.subList(0, Math.min(count, LISTED))),
                            count > LISTED ? "; and %d more".formatted(count - LISTED) : ""));
        }
    }

    private void check(Shape shape, JsonNode value, String path) {
        switch (shape) {
            case Shape.Structure structure -> checkMembers(structure, value, path);
            case Shape.Items items -> checkItems(items, value, path);
            case Shape.Entries entries -> checkEntries(entries, value, path);
            default -> constraints(shape, value).forEach(constraint -> add(shape, value, path, constraint));
        }
    }

    private void checkMembers(Shape.Structure structure, JsonNode value, String path) {
        for (Map.Entry<String, String> member : structure.members().entrySet()) {
            JsonNode found = value.path(member.getKey());
            String at = path + (path.isEmpty() ? "" : ".") + decapitalized(member.getKey());
            if (!isAbsent(found)) {
                check(model.shape(member.getValue()), found, at);
            } else if (structure.required().contains(member.getKey())) {
                addNull(at);
            }
        }
    }

    private void checkItems(Shape.Items items, JsonNode value, String path) {
        constraints(items.size(), value.size()).forEach(constraint -> add(items, value, path, constraint));
        Shape member = model.shape(items.member());
        int i = 0;
        for (JsonNode item : value) {
            i++;
            if (isAbsent(item)) {
                addNull(path + "." + i + ".member");
            } else if (isScalar(member)) {
                List<String> broken = constraints(member, item);
                if (!broken.isEmpty()) {
                    addText(
                            member,
                            "[" + shown(item) + "]",
                            path,
                            "Member must satisfy constraint: [" + String.join(", ", broken) + "]");
                }
            } else {
                check(member, item, path + "." + i + ".member");
            }
        }
    }

    private void checkEntries(Shape.Entries entries, JsonNode value, String path) {
        constraints(entries.size(), value.size()).forEach(constraint -> add(entries, value, path, constraint));
        Shape key = model.shape(entries.key());
        Shape item = model.shape(entries.value());
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
            String shown = "{" + entry.getKey() + "=" + shown(entry.getValue()) + "}";
            List<String> broken = constraints(key, tools.jackson.databind.node.StringNode.valueOf(entry.getKey()));
            if (!broken.isEmpty()) {
                addText(key, shown, path, "Map keys must satisfy constraint: [" + String.join(", ", broken) + "]");
            }
            if (isAbsent(entry.getValue())) {
                addText(item, shown, path, "Map value must satisfy constraint: [Member must not be null]");
            } else if (isScalar(item)) {
                broken = constraints(item, entry.getValue());
                if (!broken.isEmpty()) {
                    addText(
                            item,
                            shown,
                            path,
                            "Map value must satisfy constraint: [" + String.join(", ", broken) + "]");
                }
            } else {
                check(item, entry.getValue(), path + "." + entry.getKey() + ".member");
            }
        }
    }

    /// What a scalar breaks; empty if nothing.
    private static List<String> constraints(Shape shape, JsonNode value) {
        return switch (shape) {
            case Shape.Text text -> constraints(text, value.asString(""));
            case Shape.Numeric number -> constraints(number, value.isNumber() ? value.decimalValue() : BigDecimal.ZERO);
            default -> List.of();
        };
    }

    private static List<String> constraints(Shape.Text text, String value) {
        List<String> broken = constraints(text.length(), value.codePointCount(0, value.length()));
        // A text beyond its length is not matched at all: its pattern could take long.
        if (text.pattern() != null
                && value.length() <= 2 * Math.min(text.length().max(), 1 << 20)
                && !text.pattern().matcher(value).matches()) {
            broken.add("Member must satisfy regular expression pattern: "
                    + text.pattern().pattern());
        }
        if (!text.values().isEmpty() && !text.values().contains(value)) {
            broken.add("Member must satisfy enum value set: " + text.values());
        }
        return broken;
    }

    private static List<String> constraints(Shape.Numeric number, BigDecimal value) {
        List<String> broken = new ArrayList<>();
        if (number.min() != null && value.compareTo(number.min()) < 0) {
            broken.add("Member must have value greater than or equal to " + number.min());
        }
        if (number.max() != null && value.compareTo(number.max()) > 0) {
            broken.add("Member must have value less than or equal to " + number.max());
        }
        return broken;
    }

    private static List<String> constraints(Size size, int length) {
        List<String> broken = new ArrayList<>();
        if (length < size.min()) {
            broken.add("Member must have length greater than or equal to " + size.min());
        }
        if (length > size.max()) {
            broken.add("Member must have length less than or equal to " + size.max());
        }
        return broken;
    }

    private void add(Shape shape, JsonNode value, String path, String constraint) {
        addText(shape, shown(value), path, constraint);
    }

    private void addText(Shape shape, String shown, String path, String constraint) {
        boolean secret = shape instanceof Shape.Text text && text.sensitive();
        violations.add("Value%s at '%s' failed to satisfy constraint: %s"
                .formatted(secret ? "" : " '" + shortened(shown) + "'", path, constraint));
    }

    private void addNull(String path) {
        violations.add("Value null at '%s' failed to satisfy constraint: Member must not be null".formatted(path));
    }

    private static boolean isScalar(Shape shape) {
        return !(shape instanceof Shape.Structure || shape instanceof Shape.Items || shape instanceof Shape.Entries);
    }

    private static boolean isAbsent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    private static String shown(JsonNode value) {
        return value.isString() ? value.asString() : value.toString();
    }

    private static String shortened(String text) {
        return text.length() <= VALUE_LENGTH ? text : text.substring(0, VALUE_LENGTH) + "…";
    }

    private static String decapitalized(String name) {
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }
}
