package dev.rein.server.backend.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The size of a host's volume, on a file system of the test's own in a file.
class VolumeSizeTest {
    private static final HostId ID = new HostId("training-job/test", "algo-1");
    private static final int GIGABYTE = 1;

    @TempDir
    Path folder;

    @AfterEach
    void unmount() throws Exception {
        does("umount", "--lazy", folder.resolve("docker").toString());
    }

    @Test
    void whatIsWrittenBeyondItFailsWhereTheFileSystemHasQuotas() throws Exception {
        mount("btrfs", "mkfs.btrfs");
        assertThat(
                        said(
                                "dd if=/dev/zero of=/much bs=1M count=1500; echo ended with $?; echo little >/opt/ml/fine && echo fine"))
                .contains("Disk quota exceeded")
                .contains("ended with 1")
                .contains("fine");
    }

    /// As Red Hat's systems are.
    @Test
    void anXfsThatIsMountedWithoutQuotasLimitsNothingAndRefusesNothing() throws Exception {
        mount("xfs", "mkfs.xfs");
        assertThat(said("head -c 1100m /dev/zero >/much; echo ended with $?")).contains("ended with 0");
    }

    private void mount(String kind, String program) throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root can mount a file system");
        assumeTrue(does(program, "-V"), "no " + program + " here");
        Path disk = folder.resolve("disk");
        assumeTrue(
                does("truncate", "--size=4G", disk.toString())
                        && does(program, "-q", disk.toString())
                        && does(
                                "mount",
                                "-o",
                                "loop",
                                disk.toString(),
                                Files.createDirectory(folder.resolve("docker")).toString()),
                "this machine cannot mount " + kind);
    }

    /// @return what a host with a volume says
    private String said(String script) throws Exception {
        var daemon = OwnDaemon.in(folder);
        try (var backend = DockerBackend.open(
                folder.resolve("hosts"),
                new DockerSettings(daemon.socket(), Optional.empty()),
                1L << 20,
                Gpus.ofThisMachine())) {
            backend.prepare(ID);
            Host host = backend.launch(new HostSpec(
                    ID,
                    List.of(ID.name()),
                    backend.runtime().asked(TestDocker.IMAGE),
                    List.of("sh", "-c", script),
                    Map.of(),
                    1,
                    256L << 20,
                    true,
                    OptionalInt.empty(),
                    new ContainerOptions(false, 0, GIGABYTE)));
            assertThat(host.exit().get(300, TimeUnit.SECONDS)).isEqualTo(new HostExit.Exited(0, false));
            String said = Files.readString(host.log());
            backend.discard(ID);
            return said;
        } finally {
            daemon.end();
        }
    }

    private static boolean does(String... command) throws Exception {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException absent) {
            return false;
        }
    }
}
