package dev.rein.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs a script of `src/test/python` in an interpreter that has the foreign clients, and shows what it printed
/// when it fails.
final class Python {
    private static final Path SCRIPTS = Checkout.root().resolve("acceptance/src/test/python");

    /// Some scripts train whole policies, on machines that do other things as well.
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    private Python() {}

    /// Skips the calling test, visibly, where the interpreter lacks the client library.
    static void run(String needs, String script, Map<String, String> environment, Path scratch, String... arguments)
            throws IOException, InterruptedException {
        assumeHas(needs);
        runIn(interpreter(), script, environment, scratch, arguments);
    }

    /// A shell script, with the commands that are installed beside the interpreter on its path.
    static void runBeside(
            String needs, String script, Map<String, String> environment, Path scratch, String... arguments)
            throws IOException, InterruptedException {
        assumeHas(needs);
        Path commands = Path.of(interpreter()).toAbsolutePath().resolveSibling("");
        Map<String, String> variables = new LinkedHashMap<>(environment);
        variables.put("PATH", commands + ":" + System.getenv("PATH"));
        runIn("/bin/sh", script, variables, scratch, arguments);
    }

    private static void assumeHas(String module) throws InterruptedException {
        assumeTrue(
                has(module),
                "%s cannot import %s: install acceptance/src/test/python/requirements.txt and set REIN_TEST_PYTHON"
                        .formatted(interpreter(), module));
    }

    /// With an interpreter that has what the script needs.
    static void runIn(
            String interpreter, String script, Map<String, String> environment, Path scratch, String... arguments)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(interpreter, SCRIPTS.resolve(script).toString()));
        command.addAll(List.of(arguments));
        Path said = scratch.resolve(Path.of(script).getFileName() + ".out");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(scratch.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("AWS_") || name.startsWith("SAGEMAKER_"));
        builder.environment().putAll(environment);
        builder.environment().put("PYTHONUNBUFFERED", "1");
        // The SDK's configuration of this machine is not the test's, which may have its own; it is told to send no
        // telemetry.
        Path configuration = Files.writeString(scratch.resolve("sagemaker-config.yaml"), """
                SchemaVersion: '1.0'
                SageMaker:
                  PythonSDK:
                    Modules:
                      TelemetryOptOut: true
                """);
        builder.environment().putIfAbsent("SAGEMAKER_ADMIN_CONFIG_OVERRIDE", configuration.toString());
        builder.environment().putIfAbsent("SAGEMAKER_USER_CONFIG_OVERRIDE", configuration.toString());
        Process process = builder.start();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            fail("%s did not end within %s. It said:%n%s", script, PATIENCE, Files.readString(said));
        }
        assertThat(process.exitValue())
                .as("%s said:%n%s", script, Files.readString(said))
                .isZero();
    }

    /// The one that tests use.
    static String interpreter() {
        String named = System.getenv("REIN_TEST_PYTHON");
        return named == null ? "python3" : named;
    }

    /// Whether it can import all of these.
    static boolean has(String... modules) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(interpreter(), "-c", "import " + String.join(", ", modules))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false; // no such interpreter
        }
    }
}
