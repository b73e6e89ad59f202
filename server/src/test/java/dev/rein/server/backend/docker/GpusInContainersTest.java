package dev.rein.server.backend.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.server.backend.ContainerOptions;
import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostExit;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostSpec;
import dev.rein.server.backend.machine.Gpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which GPUs containers are given. Files stand in for the devices, and what the driver tells of them; the daemon is
/// the test's own, so only root can run it.
class GpusInContainersTest {
    private static final String FIRST = "GPU-00000000-aaaa-bbbb-cccc-000000000000";
    private static final String SECOND = "GPU-11111111-aaaa-bbbb-cccc-000000000000";

    @TempDir
    Path folder;

    private OwnDaemon daemon;

    @BeforeEach
    void startItsDaemon() throws Exception {
        daemon = OwnDaemon.withGpus(folder);
    }

    @AfterEach
    void stopItsDaemon() throws Exception {
        if (daemon != null) {
            daemon.end();
        }
    }

    @Test
    void hostsSideBySideHaveGpusOfTheirOwnAlsoAfterARestartOfTheServer() throws Exception {
        device(0, "0000:0b:00.0", FIRST);
        device(1, "0000:0a:00.0", SECOND);
        device(2, "0000:0c:00.0", "GPU-????????-????-????-????-????????????");
        try (var backend = on(gpus())) {
            assertThat(seen(backend, "first", 1)).isEqualTo(FIRST + "\n");
        }
        Gpus gpus = gpus();
        try (var backend = on(gpus)) {
            assertThat(seen(backend, "second", 1)).isEqualTo(SECOND + "\n");
            assertThat(gpus.take(id("a-process"), 1)).containsExactly(2);
            backend.discard(id("second"));
            assertThat(seen(backend, "third", 1)).isEqualTo(SECOND + "\n");
            assertThat(seen(backend, "all", ContainerOptions.ALL_GPUS)).isEqualTo("%s,%s,2\n".formatted(FIRST, SECOND));
            assertThat(seen(backend, "many", 4))
                    .isEqualTo("Rein: GPUs asked for: 4, given: 3, all that this machine has.\n%s,%s,2\n"
                            .formatted(FIRST, SECOND));
            assertThat(seen(backend, "none", 0)).isEqualTo("\n");
            TestDocker.endAll(backend);
        }
    }

    @Test
    void aHostThatDoesNotStartLeavesItsGpusToOthers() throws Exception {
        device(0, "0000:0a:00.0", FIRST);
        device(1, "0000:0b:00.0", SECOND);
        Gpus gpus = gpus();
        try (var backend = on(gpus)) {
            backend.prepare(id("broken"));
            assertThatThrownBy(() -> backend.launch(spec(backend, "broken", 1, List.of("no-such-program"))))
                    .hasMessageContaining("no-such-program");
            assertThat(gpus.take(id("another"), 1)).containsExactly(0);
        }
    }

    @Test
    void whereTheServerSeesNoDevicesTheDaemonIsAskedForANumber() throws Exception {
        try (var backend = on(gpus())) {
            assertThat(seen(backend, "two", 2)).isEqualTo("0,1\n");
            assertThat(seen(backend, "all", ContainerOptions.ALL_GPUS)).isEqualTo("all\n");
            TestDocker.endAll(backend);
        }
    }

    // --- the givens ---

    private void device(int number, String place, String uuid) throws IOException {
        Files.createFile(Files.createDirectories(folder.resolve("dev")).resolve("nvidia" + number));
        Files.writeString(
                Files.createDirectories(folder.resolve("driver").resolve(place)).resolve("information"),
                "Model: \t\t NVIDIA L4\nGPU UUID: \t %s\nBus Location: \t %s\nDevice Minor: \t %d\n"
                        .formatted(uuid, place, number));
    }

    private Gpus gpus() throws IOException {
        return new Gpus(Files.createDirectories(folder.resolve("dev")), folder.resolve("driver"));
    }

    private DockerBackend on(Gpus gpus) throws IOException {
        return DockerBackend.open(
                folder.resolve("hosts"), new DockerSettings(daemon.socket(), Optional.empty()), 1L << 20, gpus);
    }

    private static HostId id(String job) {
        return new HostId("training-job/" + job, "algo-1");
    }

    /// @return what a host says of its GPUs, which it keeps until it is discarded
    private static String seen(DockerBackend backend, String job, int gpus) throws Exception {
        backend.prepare(id(job));
        Host host = backend.launch(spec(backend, job, gpus, List.of("sh", "-c", "echo \"$NVIDIA_VISIBLE_DEVICES\"")));
        assertThat(host.exit().get(60, TimeUnit.SECONDS)).isEqualTo(new HostExit.Exited(0, false));
        return Files.readString(host.log());
    }

    private static HostSpec spec(DockerBackend backend, String job, int gpus, List<String> command) {
        return new HostSpec(
                id(job),
                List.of("algo-1"),
                backend.runtime().asked(TestDocker.IMAGE),
                command,
                Map.of(),
                1,
                64L << 20,
                true,
                OptionalInt.empty(),
                new ContainerOptions(false, gpus, 0));
    }
}
