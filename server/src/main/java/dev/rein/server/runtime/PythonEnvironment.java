package dev.rein.server.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rein.server.backend.HostRuntime;
import dev.rein.server.backend.Preparation;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One runtime's Python environment: made by its recipe when first asked for, found again by every later server.
///
/// The recipe ends with this JVM, whose end closes its standard input; what it left half made is made anew.
final class PythonEnvironment implements Preparation {
    private static final String MADE = "environment=";
    private static final String BASE = "base=";
    private static final int LAST_LINES = 20;

    private final String title;
    private final Path folder;
    private final Path cache;
    private final String python;
    private final String systemPath;
    private final String modules;
    private final List<Consumer<String>> watchers = new CopyOnWriteArrayList<>();
    private @Nullable CompletableFuture<Made> making; // guarded by this

    /// @param environment its folder
    /// @param base        where its Python comes from, which it needs too
    private record Made(Path environment, Path base) {}

    /// @param modules folders of Rein's own modules, which are no part of the environment: each release has its own
    PythonEnvironment(String title, Path folder, Path cache, String python, String systemPath, List<Path> modules) {
        this.title = title;
        this.folder = folder;
        this.cache = cache;
        this.python = python;
        this.systemPath = systemPath;
        this.modules = modules.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    @Override
    public CompletableFuture<HostRuntime> prepare(HostRuntime runtime, Consumer<String> progress) {
        watchers.add(progress);
        return making().whenComplete((_, _) -> watchers.remove(progress))
                .thenApply(made -> runtime.with(
                        List.of(made.environment, made.base, folder.getParent()),
                        Map.of(
                                "PATH",
                                made.environment.resolve("bin") + ":" + systemPath,
                                "REIN_PYTHON_PATH",
                                modules)));
    }

    private synchronized CompletableFuture<Made> making() {
        if (making == null || making.isCompletedExceptionally()) { // a network may be back by now
            making = new CompletableFuture<>();
            CompletableFuture<Made> result = making;
            Thread.ofVirtual().name("runtime-" + folder.getFileName()).start(() -> complete(result));
        }
        return making;
    }

    private void complete(CompletableFuture<Made> result) {
        try {
            result.complete(make());
        } catch (IOException e) {
            result.completeExceptionally(new IOException("runtime %s: %s".formatted(title, e.getMessage()), e));
        } catch (InterruptedException | RuntimeException e) {
            result.completeExceptionally(e);
        }
    }

    private Made make() throws IOException, InterruptedException {
        Files.createDirectories(cache);
        var builder = new ProcessBuilder(
                        python, folder.resolveSibling("recipe.py").toString(), folder.toString(), cache.toString())
                .redirectErrorStream(true);
        builder.environment().put("REIN_ENDS_WITH_STDIN", "1");
        Process process = start(builder);
        var last = new ArrayList<String>();
        String environment = "";
        String base = "";
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(MADE)) {
                    environment = line.substring(MADE.length());
                } else if (line.startsWith(BASE)) {
                    base = line.substring(BASE.length());
                } else {
                    last.add(line);
                    if (!line.startsWith(" ")) {
                        String said = "Preparing runtime " + line;
                        watchers.forEach(watcher -> watcher.accept(said));
                    }
                }
            }
        }
        int exit = process.waitFor();
        if (exit != 0 || environment.isEmpty() || base.isEmpty()) {
            throw new IOException("its environment could not be made (the recipe ended with exit code %d):\n%s"
                    .formatted(
                            exit, String.join("\n", last.subList(Math.max(0, last.size() - LAST_LINES), last.size()))));
        }
        return new Made(Path.of(environment), Path.of(base));
    }

    private Process start(ProcessBuilder builder) throws IOException {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new IOException(
                    "no Python: %s cannot be run (expected: Python 3.11). Install it, or name it by REIN_PYTHON."
                            .formatted(python),
                    e);
        }
    }
}
