package dev.rein.workload.start;

import static java.util.Objects.requireNonNull;

import dev.rein.workload.training.Jvm;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Makes, in one folder, what lets this program start quickly: an AOT cache for `train`, for JVM entry points and
/// for `serve`, and the argument files `train.args` and `serve.args` that a platform starts it with (`java
/// @train.args dev.rein.workload.Main train`).
///
/// Takes some ten seconds. Make them again when the JDK or a jar has changed, or has moved.
public final class StartCaches {
    private static final String MAIN = "dev.rein.workload.Main";
    private static final String REHEARSAL = Rehearsal.class.getName();
    private static final int PATIENCE_SECONDS = 300;

    private final Path folder;
    private final Path java;
    private final List<Path> libraries;
    private final Path scratch;

    private StartCaches(Path folder, Path java, List<Path> libraries, Path scratch) {
        this.folder = folder;
        this.java = java;
        this.libraries = libraries;
        this.scratch = scratch;
    }

    /// @param folder receives the five files
    public static void make(Path folder) throws IOException, InterruptedException {
        Path scratch = Files.createTempDirectory("rein-rehearsal-");
        try {
            new StartCaches(
                            Files.createDirectories(folder).toAbsolutePath(),
                            Path.of(System.getProperty("java.home"), "bin/java"),
                            ownClassPath(),
                            scratch)
                    .make();
        } finally {
            delete(scratch);
        }
    }

    private void make() throws IOException, InterruptedException {
        Path trainCache = folder.resolve("train.aot");
        Path entryCache = folder.resolve("entry.aot");
        Path serveCache = folder.resolve("serve.aot");
        prepareJob();

        record(
                entryCommand(entryCache),
                Map.of("SM_MODEL_DIR", scratch.resolve("model").toString()));
        record(command(trainFlags(), trainCache, "train"), Map.of());
        recordServing(command(serveFlags(), serveCache, "serve"));

        List<String> train = new ArrayList<>(trainFlags());
        train.add("-Drein.entry.cache=" + entryCache);
        writeArguments("train.args", train, trainCache);
        writeArguments("serve.args", serveFlags(), serveCache);
    }

    /// This program waits for most of its life; the compiler of Java scripts is its only burst of work.
    private static List<String> trainFlags() {
        return List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m", "--enable-native-access=ALL-UNNAMED");
    }

    private static List<String> serveFlags() {
        return List.of(
                "-XX:+UseSerialGC",
                "-XX:MaxRAMPercentage=70",
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED");
    }

    private List<String> command(List<String> flags, Path cache, String verb) {
        List<String> command = new ArrayList<>(List.of(java.toString()));
        command.addAll(flags);
        command.addAll(List.of(temporary(), "-XX:AOTCacheOutput=" + cache, "-cp", path(libraries), MAIN, verb));
        return command;
    }

    private List<String> entryCommand(Path cache) {
        Jvm jvm = Jvm.own(Runtime.getRuntime().availableProcessors());
        List<String> command = new ArrayList<>(List.of(java.toString()));
        command.addAll(jvm.flags());
        command.addAll(List.of(temporary(), "-XX:AOTCacheOutput=" + cache, "-cp", jvm.path(List.of()), REHEARSAL));
        return command;
    }

    private String temporary() {
        return "-Djava.io.tmpdir=" + scratch;
    }

    private void writeArguments(String name, List<String> flags, Path cache) throws IOException {
        List<String> arguments = new ArrayList<>(flags);
        arguments.addAll(List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off", "-Xlog:cds=off", "-cp", path(libraries)));
        Files.write(
                folder.resolve(name),
                arguments.stream()
                        .map(argument -> '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
                        .toList());
    }

    /// A small job: what it does is what will start quickly.
    private void prepareJob() throws IOException {
        Path config = Files.createDirectories(scratch.resolve("input/config"));
        Path code = Files.createDirectories(scratch.resolve("code"));
        Files.createDirectories(scratch.resolve("model"));
        Files.writeString(
                config.resolve("hyperparameters.json"),
                "{\"sagemaker_program\":\"\\\"Script.java\\\"\",\"steps\":\"1000\",\"lr\":\"0.5\",\"layers\":\"[64, 64]\"}");
        Files.writeString(config.resolve("inputdataconfig.json"), "{}");
        Files.writeString(
                config.resolve("resourceconfig.json"), "{\"current_host\":\"algo-1\",\"hosts\":[\"algo-1\"]}");
        try (InputStream script = StartCaches.class.getResourceAsStream("Script.java")) {
            Files.copy(requireNonNull(script, "Script.java"), code.resolve("Script.java"));
        }
    }

    private void record(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        await(start(command, environment), command);
    }

    private void recordServing(List<String> command) throws IOException, InterruptedException {
        Process server = start(command, Map.of("SAGEMAKER_BIND_TO_PORT", "0", "REIN_BIND_ADDRESS", "127.0.0.1"));
        invoke(awaitPort(server, command));
        server.destroy();
        await(server, command);
    }

    private int awaitPort(Process server, List<String> command) throws IOException, InterruptedException {
        while (true) {
            String said = Files.readString(log());
            int port = said.indexOf(" on port ");
            if (port >= 0 && said.indexOf('\n', port) > 0) {
                return Integer.parseInt(
                        said.substring(port + 9, said.indexOf('\n', port)).strip());
            }
            if (server.waitFor(50, TimeUnit.MILLISECONDS)) {
                throw failed(command);
            }
        }
    }

    private static void invoke(int port) throws IOException {
        for (int i = 0; i < 200; i++) {
            var connection = (HttpURLConnection) URI.create("http://127.0.0.1:%d/invocations".formatted(port))
                    .toURL()
                    .openConnection();
            connection.setDoOutput(true);
            connection.setRequestProperty("Content-Type", "application/json");
            connection
                    .getOutputStream()
                    .write("{\"observation\":[0.1,-0.2,0.03,0.4]}".getBytes(StandardCharsets.US_ASCII));
            try (InputStream answer = connection.getInputStream()) {
                answer.readAllBytes();
            }
        }
    }

    private Process start(List<String> command, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(log().toFile()));
        builder.environment().put("SAGEMAKER_BASE_DIR", scratch.toString());
        builder.environment().putAll(environment);
        return builder.start();
    }

    private void await(Process process, List<String> command) throws IOException, InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw failed(command);
        }
        String cache = command.stream()
                .filter(argument -> argument.startsWith("-XX:AOTCacheOutput="))
                .map(argument -> argument.substring(argument.indexOf('=') + 1))
                .findFirst()
                .orElseThrow();
        if (!Files.exists(Path.of(cache))) {
            throw failed(command);
        }
    }

    private IllegalStateException failed(List<String> command) throws IOException {
        return new IllegalStateException(
                "no start cache came of: %s\n%s".formatted(String.join(" ", command), Files.readString(log())));
    }

    private Path log() {
        return scratch.resolve("log");
    }

    private static List<Path> ownClassPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath())
                .sorted()
                .toList();
    }

    private static String path(List<Path> classPath) {
        return classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
