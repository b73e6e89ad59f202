package dev.rein.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rein.server.backend.docker.DockerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
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

    /// Names of the containers of a platform, running or not.
    static List<String> of(Path home) {
        try {
            String label =
                    Files.readString(home.resolve("data/containers/label")).strip();
            return docker("ps", "--all", "--filter", "label=dev.rein.home=" + label, "--format", "{{.Names}}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The kind of a container's network.
    static String network(String container) {
        return docker("inspect", "--format", "{{.HostConfig.NetworkMode}}", container)
                .getFirst();
    }

    /// As when its machine is out of memory.
    static void kill(String container) {
        docker("kill", "--signal", "KILL", container);
    }

    /// Whether the daemon has the image.
    static boolean has(String image) {
        return !docker("images", "--quiet", image).isEmpty();
    }

    private static List<String> docker(String... arguments) {
        var command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("DOCKER_HOST", "unix://" + socket());
        try {
            Process process = builder.start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
            return said.lines().toList();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
            boolean ended = process.waitFor(15, TimeUnit.MINUTES);
            if (!ended) {
                process.destroy();
            }
            assertThat(ended).as("%s ends", script).isTrue();
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
