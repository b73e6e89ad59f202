package dev.rein.server.backend.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostExit;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostSpec;
import dev.rein.server.backend.machine.Gpus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Hosts of a daemon that is stopped under them: the test's own, so only root can run it.
class LostDaemonTest {
    private static final HostId ID = new HostId("training-job/test", "algo-1");

    @TempDir
    Path folder;

    private OwnDaemon daemon;

    @BeforeEach
    void startItsDaemon() throws Exception {
        daemon = OwnDaemon.in(folder);
    }

    @AfterEach
    void stopItsDaemon() throws Exception {
        if (daemon != null) {
            daemon.end();
        }
    }

    @Test
    void aDaemonThatDoesNotComeBackLosesItsHosts() throws Exception {
        try (var backend = open(Duration.ofSeconds(1))) {
            Host host = launch(backend, "echo up; sleep 1000");
            daemon.kill();
            assertThat(exit(host))
                    .isInstanceOfSatisfying(
                            HostExit.Lost.class,
                            lost -> assertThat(lost.reason()).contains("daemon was stopped", "has not come back"));
            daemon.start();
            host.remove();
            assertThat(daemon.engine()
                            .client()
                            .listContainersCmd()
                            .withShowAll(true)
                            .exec())
                    .isEmpty();
        }
    }

    @Test
    void aDaemonThatComesBackHasTakenItsHostsAlongWhateverTheySaid() throws Exception {
        try (var backend = open(Duration.ofMinutes(2))) {
            Host host = launch(backend, "echo up; trap 'exit 0' TERM; while :; do sleep 0.1; done");
            daemon.stop();
            daemon.start();
            assertThat(exit(host))
                    .isInstanceOfSatisfying(
                            HostExit.Lost.class,
                            lost -> assertThat(lost.reason()).contains("daemon was stopped", "took it along"));
            host.remove();
            assertThat(daemon.engine()
                            .client()
                            .listContainersCmd()
                            .withShowAll(true)
                            .exec())
                    .isEmpty();
        }
    }

    private DockerBackend open(Duration patience) throws IOException {
        return DockerBackend.open(
                folder.resolve("hosts"),
                new DockerSettings(daemon.socket(), Optional.empty()),
                1L << 20,
                Gpus.ofThisMachine(),
                patience,
                Path.of("/proc"));
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
        OwnDaemon.eventually("the first line", () -> size(host.log()) > 0);
        return host;
    }

    private static HostExit exit(Host host) throws Exception {
        return host.exit().get(60, TimeUnit.SECONDS);
    }

    private static long size(Path file) {
        return file.toFile().length();
    }
}
