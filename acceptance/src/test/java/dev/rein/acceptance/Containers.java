package dev.rein.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rein.server.backend.docker.DockerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The Docker daemon of the tests: named by `REIN_TEST_DOCKER`, the path of its socket, or the machine's own. Tests
/// that need one are skipped where there is none.
final class Containers {
    private Containers() {}

    static Path socket() {
        Path socket = Path.of(System.getenv().getOrDefault("REIN_TEST_DOCKER", DockerSettings.USUAL_SOCKET.toString()));
        assumeTrue(Files.exists(socket), "no Docker daemon at " + socket + " (name one by REIN_TEST_DOCKER)");
        return socket;
    }

    /// A platform whose every image is the daemon's.
    static Platform platform(Path home) throws IOException {
        var settings = new DockerSettings(socket(), Optional.empty());
        return Platform.start(home, usual -> usual.withRuntimes(List.of()).withDocker(settings));
    }

    /// Makes an image by a script of the checkout.
    static void make(String script, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(Checkout.root().resolve(script).toString()));
        command.addAll(List.of(arguments));
        Path said = Files.createTempFile("image", ".log");
        var recipe = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        recipe.environment().put("DOCKER_HOST", "unix://" + socket());
        recipe.environment().put("JAVA_HOME", System.getProperty("java.home"));
        try {
            Process process = recipe.start();
            assertThat(process.waitFor(15, TimeUnit.MINUTES))
                    .as("%s ends", script)
                    .isTrue();
            assertThat(process.exitValue())
                    .as("%s: %s", script, Files.readString(said))
                    .isZero();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } finally {
            Files.delete(said);
        }
    }
}
