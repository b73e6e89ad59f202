package dev.rein.server.backend.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostExit;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Hosts of a daemon that is stopped under them: the test's own, so only root can run it.
class LostDaemonTest {
    private static final HostId ID = new HostId("training-job/test", "algo-1");

    @TempDir
    Path folder;

    private Path socket;
    private Engine engine;
    private Process daemon;

    @BeforeEach
    void startItsDaemon() throws Exception {
        assumeTrue(
                "root".equals(System.getProperty("user.name"))
                        && List.of("/usr/sbin/dockerd", "/usr/bin/dockerd").stream()
                                .map(Path::of)
                                .anyMatch(Files::exists),
                "only root can start a Docker daemon, where one is installed (docker.io)");
        socket = folder.resolve("docker.sock");
        engine = new Engine(socket);
        start();
        TestDocker.makeImage(engine.client());
    }

    @AfterEach
    void stopItsDaemon() throws Exception {
        if (engine != null) {
            engine.close();
            stop();
            // a daemon that was killed leaves its own mount of its folder
            new ProcessBuilder(
                            "sh",
                            "-c",
                            "while umount -l \"$0\" 2>/dev/null; do :; done",
                            folder.resolve("docker").toString())
                    .start()
                    .waitFor();
        }
    }

    @Test
    void aDaemonThatDoesNotComeBackLosesItsHosts() throws Exception {
        try (var backend = open(Duration.ofSeconds(1))) {
            Host host = launch(backend, "echo up; sleep 1000");
            kill();
            assertThat(exit(host))
                    .isInstanceOfSatisfying(
                            HostExit.Lost.class,
                            lost -> assertThat(lost.reason()).contains("daemon was stopped", "has not come back"));
            start();
            host.remove();
            assertThat(engine.client().listContainersCmd().withShowAll(true).exec())
                    .isEmpty();
        }
    }

    @Test
    void aDaemonThatComesBackHasTakenItsHostsAlongWhateverTheySaid() throws Exception {
        try (var backend = open(Duration.ofMinutes(2))) {
            Host host = launch(backend, "echo up; trap 'exit 0' TERM; while :; do sleep 0.1; done");
            stop();
            start();
            assertThat(exit(host))
                    .isInstanceOfSatisfying(
                            HostExit.Lost.class,
                            lost -> assertThat(lost.reason()).contains("daemon was stopped", "took it along"));
            host.remove();
            assertThat(engine.client().listContainersCmd().withShowAll(true).exec())
                    .isEmpty();
        }
    }

    private DockerBackend open(Duration patience) throws IOException {
        return DockerBackend.open(
                folder.resolve("hosts"), new DockerSettings(socket, Optional.empty()), 1L << 20, patience);
    }

    private static Host launch(DockerBackend backend, String script) throws Exception {
        backend.prepare(ID);
        Host host = backend.launch(new HostSpec(
                ID,
                List.of(ID.name()),
                backend.runtime().asked(TestDocker.IMAGE),
                List.of("sh", "-c", script),
                Map.of(),
                1,
                64L << 20,
                false,
                OptionalInt.empty()));
        eventually("the first line", () -> size(host.log()) > 0);
        return host;
    }

    /// With the containerd it started, and that one's pid file: until somebody reaps the dead, the next daemon would
    /// take it for alive and wait for its socket.
    private void kill() throws Exception {
        List<ProcessHandle> started = daemon.descendants().toList();
        daemon.destroyForcibly().waitFor();
        started.forEach(ProcessHandle::destroyForcibly);
        Files.deleteIfExists(folder.resolve("exec/containerd/containerd.pid"));
    }

    private void start() throws Exception {
        daemon = new ProcessBuilder(
                        "dockerd",
                        "--host=unix://" + socket,
                        "--data-root=" + folder.resolve("docker"),
                        "--exec-root=" + folder.resolve("exec"),
                        "--pidfile=" + folder.resolve("pid"),
                        "--bridge=none",
                        "--iptables=false",
                        "--shutdown-timeout=2")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("daemon.log").toFile())
                .start();
        eventually("the daemon", () -> {
            assertThat(daemon.isAlive())
                    .as(() -> read(folder.resolve("daemon.log")))
                    .isTrue();
            try {
                engine.client().pingCmd().exec();
                return true;
            } catch (RuntimeException notYet) {
                return false;
            }
        });
    }

    private void stop() throws Exception {
        daemon.destroy();
        assertThat(daemon.waitFor(60, TimeUnit.SECONDS)).as("the daemon ends").isTrue();
    }

    private static HostExit exit(Host host) throws Exception {
        return host.exit().get(60, TimeUnit.SECONDS);
    }

    private static long size(Path file) {
        return file.toFile().length();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static void eventually(String what, BooleanSupplier isSo) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!isSo.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain for " + what).isLessThan(until);
            Thread.sleep(50);
        }
    }
}
