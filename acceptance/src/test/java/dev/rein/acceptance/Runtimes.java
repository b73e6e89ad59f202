package dev.rein.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/// The environments of the Python runtimes, made once for all tests: below `REIN_TEST_RUNTIMES`, else in `target`.
final class Runtimes {
    private static final String MADE = "environment=";

    private Runtimes() {}

    static Path cache() throws IOException {
        String told = System.getenv("REIN_TEST_RUNTIMES");
        return Files.createDirectories(
                told == null ? Checkout.root().resolve("acceptance/target/runtimes") : Path.of(told));
    }

    /// The variable by which an environment finds this checkout's shims and helpers, whichever checkout made it.
    static Map<String, String> modules(String runtime) throws IOException {
        Path folder = Checkout.root().resolve("runtimes").resolve(runtime);
        return Map.of(
                "REIN_PYTHON_PATH",
                JsonMapper.shared()
                        .readTree(Files.readString(folder.resolve("runtime.json")))
                        .path("path")
                        .valueStream()
                        .map(name -> folder.resolve(name.asString()).normalize().toString())
                        .collect(Collectors.joining(":")));
    }

    /// The interpreter of a runtime, whose environment is made if it is not there.
    static String python(String runtime) throws IOException, InterruptedException {
        Path folder = Checkout.root().resolve("runtimes");
        Process recipe = new ProcessBuilder(
                        Optional.ofNullable(System.getenv("REIN_PYTHON")).orElse("python3.11"),
                        folder.resolve("recipe.py").toString(),
                        folder.resolve(runtime).toString(),
                        cache().toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(recipe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (recipe.waitFor() != 0) {
            throw new IOException(said);
        }
        return said.lines()
                .filter(line -> line.startsWith(MADE))
                .map(line -> line.substring(MADE.length()) + "/bin/python3")
                .findFirst()
                .orElseThrow(() -> new IOException(said));
    }
}
