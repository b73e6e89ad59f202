package dev.rein.cli;

import static java.util.Objects.requireNonNull;

import dev.rein.server.ReinServer;
import dev.rein.server.backend.HostRuntime;
import dev.rein.server.runtime.PythonRuntimes;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Where Rein is installed: the launcher's folder, the JVM it found, and the workload that hosts run.
///
/// @param root the folder the `rein` launcher is in
/// @param java the `java` of a JDK 25
public record Installation(Path root, Path java) {
    private static final String MAIN = "dev.rein.workload.Main";

    /// Used where the launcher has made no start caches, which carry flags of their own.
    private static final List<String> FLAGS = List.of(
            "-XX:+UseSerialGC",
            "-XX:MaxRAMPercentage=60",
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED");

    public Installation {
        requireNonNull(root, "root");
        requireNonNull(java, "java");
    }

    /// Told by the launcher; a JVM started some other way is told by `-Drein.root=<checkout>`.
    static Installation ofLauncher() {
        String root = System.getProperty("rein.root");
        if (root == null) {
            throw new IllegalStateException("rein.root: not set (expected: the folder of the rein launcher)."
                    + " Start Rein by ./rein, or pass -Drein.root=<folder>.");
        }
        String java = System.getProperty(
                "rein.java",
                Path.of(System.getProperty("java.home"), "bin", "java").toString());
        return new Installation(Path.of(root).toAbsolutePath(), Path.of(java));
    }

    /// The runtime behind the image `rein-toolkit`: a JVM with the toolkit and the workload, no container.
    ///
    /// @throws IOException if the workload was not built
    public HostRuntime toolkitRuntime() throws IOException {
        Path workload = root.resolve("workload").resolve("target");
        Path jar = workload.resolve("lib").resolve("rein-workload-" + ReinServer.VERSION + ".jar");
        if (!Files.isRegularFile(jar)) {
            throw new IOException("workload: %s is missing (expected: a built Rein). Run ./rein, or mvn package, once."
                    .formatted(jar));
        }
        Path jdk = java.toAbsolutePath().resolve("../..").normalize();
        return new HostRuntime(
                "rein-toolkit",
                List.of("rein-toolkit:" + ReinServer.VERSION, "rein-toolkit:latest", "rein-toolkit"),
                command(workload, "train"),
                command(workload, "serve"),
                List.of(workload, jdk),
                Map.of("JAVA_HOME", jdk.toString()));
    }

    /// Everything a host can run in: the toolkit's own, and Python's, whose environments are made on first use.
    ///
    /// @param home keeps them, and the user's own table of images
    /// @throws IOException if the workload was not built, or a table of images is wrong
    public List<HostRuntime> runtimes(Path home) throws IOException {
        HostRuntime toolkit = toolkitRuntime();
        List<HostRuntime> runtimes = new ArrayList<>(List.of(toolkit));
        runtimes.addAll(PythonRuntimes.read(
                root.resolve("runtimes"),
                home.resolve("images.txt"),
                home.resolve("runtimes"),
                toolkit,
                python(System.getenv())));
        return List.copyOf(runtimes);
    }

    /// `REIN_PYTHON`, else the first `python3.11` on the path, else `python3`.
    private static String python(Map<String, String> environment) {
        String told = environment.get("REIN_PYTHON");
        if (told != null) {
            return told;
        }
        String[] path = environment.getOrDefault("PATH", "").split(File.pathSeparator, -1);
        return Stream.of(path)
                .map(folder -> Path.of(folder, "python3.11"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse("python3");
    }

    /// Whether a start cache is there and younger than every jar of these folders. A JVM takes classes from a cache
    /// even when their jar has changed since.
    static boolean isFresh(Path cache, Path... folders) throws IOException {
        if (!Files.isRegularFile(cache)) {
            return false;
        }
        FileTime made = Files.getLastModifiedTime(cache);
        for (Path folder : folders) {
            try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, "*.jar")) {
                for (Path jar : jars) {
                    if (Files.getLastModifiedTime(jar).compareTo(made) > 0) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /// A checkout may have been moved since the cache was made, with the places of the jars in it.
    private static boolean isHere(Path cached, Path workload) throws IOException {
        return Files.readString(cached).contains(workload.resolve("lib").toString());
    }

    private List<String> command(Path workload, String verb) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        Path cached = workload.resolve("start").resolve(verb + ".args");
        if (isFresh(cached, workload.resolve("lib")) && isHere(cached, workload)) {
            command.add("@" + cached);
        } else {
            command.addAll(FLAGS);
            command.addAll(List.of("-cp", workload.resolve("lib") + File.separator + "*"));
        }
        command.addAll(List.of(MAIN, verb));
        return List.copyOf(command);
    }
}
