package dev.rein.workload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The real program in a process of its own, as a platform starts it, on a tree of the test's.
public final class HostProcess implements AutoCloseable {
    private final Process process;
    private final Path output;

    private HostProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /// @param base takes the place of `/opt/ml`
    public static HostProcess start(String verb, Path base, Map<String, String> environment) throws IOException {
        Path output = Files.createTempFile("rein-test-output-", ".txt");
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        verb))
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(environment);
        builder.environment().put("SAGEMAKER_BASE_DIR", base.toString());
        return new HostProcess(builder.start(), output);
    }

    public int awaitExit() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("still running after a minute");
        }
        return process.exitValue();
    }

    /// What it has printed to its standard output.
    public String output() throws IOException {
        return Files.readString(output);
    }

    public void awaitOutput(String part) throws IOException, InterruptedException {
        while (!output().contains(part)) {
            if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("ended before it said \"%s\": %s".formatted(part, output()));
            }
        }
    }

    public void terminate() {
        process.destroy();
    }

    @Override
    public void close() throws IOException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        Files.deleteIfExists(output);
    }
}
