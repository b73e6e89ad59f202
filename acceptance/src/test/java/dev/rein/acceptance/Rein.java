package dev.rein.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The command line as a user runs it: the launcher, in a process of its own, on a `$REIN_HOME` of the test.
///
/// @param home `$REIN_HOME`
record Rein(Path home) {
    private static final Pattern EXPORT = Pattern.compile("export (\\w+)='([^']*)'");

    /// @param exitCode the launcher's
    /// @param text     standard output and error, in order
    record Said(int exitCode, String text) {}

    Said run(String... arguments) throws IOException, InterruptedException {
        return run(Map.of(), arguments);
    }

    Said run(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        return run(List.of(), environment, arguments);
    }

    /// @param within a program that runs the launcher in surroundings of its making
    Said run(List<String> within, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(within);
        command.add(Checkout.root().resolve("rein").toString());
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("rein", ".out");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().put("REIN_HOME", home.toString());
            builder.environment().put("REIN_NO_BUILD", "1");
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(5, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError("rein %s did not end. It said:%n%s"
                        .formatted(String.join(" ", arguments), Files.readString(output)));
            }
            return new Said(process.exitValue(), new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
        } finally {
            Files.deleteIfExists(output);
        }
    }

    /// Runs a command that must succeed.
    String ok(String... arguments) throws IOException, InterruptedException {
        Said said = run(arguments);
        assertThat(said.exitCode())
                .as("rein %s said:%n%s", String.join(" ", arguments), said.text())
                .isZero();
        return said.text();
    }

    void up() throws IOException, InterruptedException {
        ok("up", "--port", "0", "--s3-port", "0");
    }

    void down() throws IOException, InterruptedException {
        ok("down");
    }

    /// Takes it down with all it trains and serves: a test that failed has not done so, and its server may be dead.
    void end() throws IOException, InterruptedException {
        boolean answers = run("status").exitCode() == 0;
        if (!answers && hosts() > 0) {
            up();
        }
        if (answers || hosts() > 0) {
            ok("down", "--jobs", "stop", "--endpoints", "delete");
        }
    }

    /// How many processes of its hosts there are.
    long hosts() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .commandLine()
                        .orElse("")
                        .contains(home.resolve("data").toString()))
                .count();
    }

    /// What `eval "$(rein env)"` would set.
    Map<String, String> environment() throws IOException, InterruptedException {
        Map<String, String> variables = new LinkedHashMap<>();
        Matcher export = EXPORT.matcher(ok("env"));
        while (export.find()) {
            variables.put(export.group(1), export.group(2));
        }
        return variables;
    }

    long serverPid() throws IOException {
        Matcher pid = Pattern.compile("\"pid\"\\s*:\\s*(\\d+)").matcher(Files.readString(home.resolve("server.json")));
        assertThat(pid.find()).as("server.json names the process").isTrue();
        return Long.parseLong(pid.group(1));
    }
}
