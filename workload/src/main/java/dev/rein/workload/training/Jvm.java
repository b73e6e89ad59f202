package dev.rein.workload.training;

import dev.rein.workload.json.Json;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// How a JVM entry point is started: the same JDK as this program, the toolkit first on its class path, then the
/// user's own classes and jars.
///
/// Nothing else of ours is there, so a user's choice of libraries meets no other version of them.
/// `JDK_JAVA_OPTIONS` in the job's environment adds or overrides flags.
///
/// @param home      of the JDK
/// @param classPath the toolkit, the typed view of the contract, and what the two need
/// @param cpus      cores the host has
/// @param cache     an AOT cache made for exactly these flags and this class path; a JVM ignores one that does not
///     fit
public record Jvm(Path home, List<Path> classPath, int cpus, Optional<Path> cache) {
    public Jvm {
        classPath = List.copyOf(classPath);
    }

    /// The JDK and the jars this program itself runs from.
    public static Jvm own(int cpus) {
        List<Path> classPath = Stream.of("dev.rein.toolkit.policy.Policy", Json.class.getName(), JACKSON)
                .map(Jvm::origin)
                .distinct()
                .toList();
        return new Jvm(
                Path.of(System.getProperty("java.home")),
                classPath,
                cpus,
                Optional.ofNullable(System.getProperty("rein.entry.cache")).map(Path::of));
    }

    private static final String JACKSON = "tools.jackson.core.JsonParser";

    private static Path origin(String className) {
        try {
            Class<?> type = Class.forName(className, false, Jvm.class.getClassLoader());
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (ClassNotFoundException | URISyntaxException broken) {
            throw new IllegalStateException("%s is not where it was packed".formatted(className), broken);
        }
    }

    /// @param user classes and jars of the user, in order
    Command command(List<Path> user, String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin/java").toString());
        command.addAll(flags());
        cache.ifPresent(file -> command.addAll(List.of("-XX:AOTCache=" + file, "-Xlog:aot=off", "-Xlog:cds=off")));
        command.addAll(List.of("-cp", path(user), mainClass));
        command.addAll(arguments);
        return new Command(command, ("java " + mainClass + " " + String.join(" ", arguments)).strip());
    }

    /// The flags alone: an AOT cache must be made with the same.
    public List<String> flags() {
        return List.of(
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                // Rollouts live in a few long-lived arrays: a throughput collector has next to nothing to do.
                cpus > 1 ? "-XX:+UseParallelGC" : "-XX:+UseSerialGC",
                "-XX:MaxRAMPercentage=70");
    }

    /// The class path of an entry point.
    public String path(List<Path> user) {
        return Stream.concat(classPath.stream(), user.stream())
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }
}
