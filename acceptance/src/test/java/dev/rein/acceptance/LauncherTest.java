package dev.rein.acceptance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the launcher says on a machine that lacks what it needs. A sandbox hides what this machine has.
class LauncherTest {
    @TempDir
    private Path scratch = Path.of("");

    @Test
    void withoutAJdkItSaysWhichOneToInstall() throws Exception {
        String said = rein(hiding(jdks()), List.of());
        assertThat(said)
                .startsWith("rein: no JDK 25 found in JAVA_HOME, on the PATH or in the usual places.")
                .contains("apt-get install", "brew install", "sdk install", "JAVA_HOME")
                .doesNotContain("JAVA_HOME is");
    }

    @Test
    void anotherJdkInJavaHomeIsNamedWithItsVersion() throws Exception {
        Path old = Files.createDirectories(scratch.resolve("jdk-21"));
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"21.0.1\"\n");
        String said = rein(hiding(jdks()), List.of("JAVA_HOME=" + old));
        assertThat(said).contains("JAVA_HOME is " + old + ": JAVA_VERSION=\"21.0.1\".");
    }

    @Test
    void aScriptCanAskWhereTheJdkIs() throws Exception {
        String java = System.getProperty("java.home");
        String launcher = Checkout.root().resolve("rein").toString();
        assertThat(run(List.of(launcher, "jdk"), List.of("PATH=/usr/bin:/bin", "JAVA_HOME=" + java), 0))
                .isEqualTo(java + "\n");
    }

    @Test
    void withoutMavenAFreshCheckoutSaysToInstallIt() throws Exception {
        Path checkout = Files.createDirectories(scratch.resolve("checkout"));
        Path launcher = Files.copy(Checkout.root().resolve("rein"), checkout.resolve("rein"));
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
        Path tools = Files.createDirectories(scratch.resolve("tools"));
        for (String tool : List.of("dirname", "readlink", "grep", "find")) {
            Files.createSymbolicLink(tools.resolve(tool), Path.of("/usr/bin", tool));
        }
        String said = run(
                List.of("/bin/sh", launcher.toString(), "status"),
                List.of("PATH=" + tools, "JAVA_HOME=" + System.getProperty("java.home")));
        assertThat(said)
                .startsWith("rein: this is a source checkout and needs Maven (3.8 or later)")
                .contains("apt-get install maven");
    }

    private static Path jdks() {
        return requireNonNull(Path.of(System.getProperty("java.home")).getParent(), "the folder of the JDK");
    }

    private static List<String> hiding(Path folder) throws IOException, InterruptedException {
        List<String> sandbox =
                List.of("bwrap", "--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--tmpfs", folder.toString(), "--");
        assumeTrue(works(sandbox), "bubblewrap is missing or cannot work here");
        return sandbox;
    }

    /// Whether this machine lets bubblewrap make such a sandbox.
    static boolean works(List<String> sandbox) throws IOException, InterruptedException {
        boolean installed = Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(path -> Files.isExecutable(Path.of(path, sandbox.getFirst())));
        List<String> trial = new ArrayList<>(sandbox);
        trial.add("true");
        return installed && new ProcessBuilder(trial).start().waitFor() == 0;
    }

    private String rein(List<String> sandbox, List<String> environment) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(sandbox);
        command.addAll(List.of(Checkout.root().resolve("rein").toString(), "status"));
        List<String> variables = new ArrayList<>(List.of("PATH=/usr/bin:/bin"));
        variables.addAll(environment);
        return run(command, variables);
    }

    /// @return what it said; it has to fail
    private String run(List<String> command, List<String> environment) throws IOException, InterruptedException {
        return run(command, environment, 1);
    }

    private String run(List<String> command, List<String> environment, int exit)
            throws IOException, InterruptedException {
        Path output = scratch.resolve("output");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().clear(); // HOME too: some service managers set none
        environment.forEach(variable -> builder.environment()
                .put(variable.substring(0, variable.indexOf('=')), variable.substring(variable.indexOf('=') + 1)));
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
        String said = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(said).isEqualTo(exit);
        return said;
    }
}
