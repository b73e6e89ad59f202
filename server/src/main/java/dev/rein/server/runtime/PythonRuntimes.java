package dev.rein.server.runtime;

import static java.util.Objects.requireNonNull;

import dev.rein.server.backend.HostRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads the folder of Python runtimes.
public final class PythonRuntimes {
    /// What of an image's row says that it serves, and what.
    private static final String SERVES = "REIN_SERVES";

    private static final String SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private PythonRuntimes() {}

    /// The runtimes of a folder, one for each row of its table of images. Nothing is made yet.
    ///
    /// @param folder holds `recipe.py`, `images.txt`, the model server in `serving` and a folder for each runtime
    /// @param own    the user's own table, which goes before; need not be there
    /// @param cache  where environments are made, once, and kept
    /// @param inside runs a host's commands around the user's Python
    /// @param python runs the recipe: a path, or the name of a program to be found
    /// @throws IOException if the folder or a table is wrong; names every line that is
    public static List<HostRuntime> read(Path folder, Path own, Path cache, HostRuntime inside, String python)
            throws IOException {
        Map<String, JsonNode> descriptions = descriptions(folder);
        ImageTable table =
                ImageTable.read(List.of(own, folder.resolve("images.txt")), List.copyOf(descriptions.keySet()));
        Map<String, PythonEnvironment> environments = new HashMap<>();
        var runtimes = new ArrayList<HostRuntime>();
        for (ImageTable.Row row : table.rows()) {
            JsonNode description = requireNonNull(descriptions.get(row.runtime()));
            String title = "%s %s"
                    .formatted(
                            description.path("name").asString(),
                            description.path("version").asString());
            var environment = new TreeMap<String, String>(inside.environment());
            environment.put(
                    "REIN_RUNTIME",
                    "%s (%s)".formatted(title, description.path("holds").asString()));
            description
                    .path("environment")
                    .properties()
                    .forEach(entry ->
                            environment.put(entry.getKey(), entry.getValue().asString()));
            environment.putAll(row.environment());
            runtimes.add(new HostRuntime(
                    title,
                    List.of(row.images()),
                    inside.train(),
                    environment.containsKey(SERVES) ? serve(folder) : List.of(),
                    inside.readOnly(),
                    environment,
                    environments.computeIfAbsent(
                            row.runtime(),
                            name -> new PythonEnvironment(
                                    title,
                                    folder.resolve(name),
                                    cache,
                                    python,
                                    SYSTEM_PATH,
                                    modules(folder.resolve(name), description)))));
        }
        return runtimes;
    }

    private static List<Path> modules(Path runtime, JsonNode description) {
        return description
                .path("path")
                .valueStream()
                .map(each -> runtime.resolve(each.asString()).toAbsolutePath().normalize())
                .toList();
    }

    /// The one model server of all frameworks, in the Python of the host's own path.
    private static List<String> serve(Path folder) {
        return List.of(
                "/usr/bin/env",
                "python3",
                "-u",
                folder.toAbsolutePath().resolve("serving").resolve("serve.py").toString());
    }

    private static Map<String, JsonNode> descriptions(Path folder) throws IOException {
        var json = new JsonMapper();
        var descriptions = new TreeMap<String, JsonNode>();
        try (Stream<Path> folders = Files.list(folder)) {
            for (Path runtime : folders.sorted().toList()) {
                Path description = runtime.resolve("runtime.json");
                if (Files.isRegularFile(description)) {
                    descriptions.put(runtime.getFileName().toString(), json.readTree(Files.readString(description)));
                }
            }
        }
        return descriptions;
    }
}
