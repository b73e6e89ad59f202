import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipFile;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `TrimModels OPERATIONS MODELS_JAR OUT`: cuts AWS's service models down to the operations we speak, one file a
/// service: the input and error shapes those operations reach, without their documentation. The build runs it from
/// source.
public final class TrimModels {
    private static final List<String> UNUSED = List.of("documentation", "deprecated", "deprecatedMessage", "synthetic");

    private static final JsonMapper JSON = new JsonMapper();

    private TrimModels() {}

    public static void main(String[] args) throws IOException {
        Path operations = Path.of(args[0]);
        Path models = Path.of(args[1]);
        Path out = Path.of(args[2]);
        if (isUpToDate(out, operations, models)) {
            return;
        }
        Files.createDirectories(out);
        try (var jar = new ZipFile(models.toFile())) {
            for (var service : read(operations).values()) {
                JsonNode model = JSON.readTree(jar.getInputStream(jar.getEntry(service.model)));
                Files.write(out.resolve(service.name + ".json"), JSON.writeValueAsBytes(trimmed(model, service)));
            }
        }
        Files.writeString(
                out.resolve("services.txt"), String.join("\n", read(operations).keySet()) + "\n");
    }

    private record Service(String name, String model, List<String> operations) {}

    private static boolean isUpToDate(Path out, Path... inputs) throws IOException {
        Path last = out.resolve("services.txt");
        if (!Files.exists(last)) {
            return false;
        }
        for (Path input : inputs) {
            if (Files.getLastModifiedTime(input).compareTo(Files.getLastModifiedTime(last)) > 0) {
                return false;
            }
        }
        return true;
    }

    private static Map<String, Service> read(Path operations) throws IOException {
        Map<String, Service> services = new LinkedHashMap<>();
        Service current = null;
        for (String line : Files.readAllLines(operations)) {
            if (line.startsWith("[")) {
                String name = line.substring(1, line.indexOf(']'));
                current =
                        new Service(name, line.substring(line.indexOf(']') + 1).strip(), new ArrayList<>());
                services.put(name, current);
            } else if (!line.isBlank() && !line.startsWith("#")) {
                current.operations.add(line.strip());
            }
        }
        return services;
    }

    private static ObjectNode trimmed(JsonNode model, Service service) {
        ObjectNode out = JSON.createObjectNode();
        out.set("metadata", model.get("metadata"));
        ObjectNode operations = out.putObject("operations");
        Map<String, JsonNode> shapes = new TreeMap<>();
        for (String name : service.operations) {
            JsonNode operation = model.get("operations").get(name);
            if (operation == null) {
                throw new IllegalArgumentException(
                        "operations.txt: %s is not in %s (expected: a name of its \"operations\")"
                                .formatted(name, service.model));
            }
            ObjectNode kept = operations.putObject(name);
            for (String part : List.of("input", "output", "errors")) {
                if (operation.has(part)) {
                    kept.set(part, withoutDocumentation(operation.get(part)));
                }
            }
            Deque<String> open = new ArrayDeque<>();
            if (operation.has("input")) {
                open.add(operation.get("input").get("shape").asString());
            }
            operation
                    .path("errors")
                    .forEach(error -> open.add(error.get("shape").asString()));
            while (!open.isEmpty()) {
                String shape = open.pop();
                if (!shapes.containsKey(shape)) {
                    JsonNode body = withoutDocumentation(model.get("shapes").get(shape));
                    shapes.put(shape, body);
                    body.findValuesAsString("shape").forEach(open::add);
                }
            }
        }
        ObjectNode all = out.putObject("shapes");
        shapes.forEach(all::set);
        return out;
    }

    /// Only texts are documentation: a member that happens to have that name is an object and stays.
    private static JsonNode withoutDocumentation(JsonNode node) {
        if (node instanceof ArrayNode array) {
            ArrayNode out = JSON.createArrayNode();
            array.forEach(item -> out.add(withoutDocumentation(item)));
            return out;
        }
        if (!(node instanceof ObjectNode object)) {
            return node;
        }
        ObjectNode out = JSON.createObjectNode();
        for (var member : object.properties()) {
            if (!UNUSED.contains(member.getKey()) || member.getValue().isObject()) {
                out.set(member.getKey(), withoutDocumentation(member.getValue()));
            }
        }
        return out;
    }
}
