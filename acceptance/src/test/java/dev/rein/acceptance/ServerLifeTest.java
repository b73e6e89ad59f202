package dev.rein.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;

/// The server as a user lives with it: up, down, killed, started again.
class ServerLifeTest {
    @TempDir
    private Path scratch = Path.of("");

    private Rein rein;

    @BeforeEach
    void home() {
        rein = new Rein(scratch.resolve("home"));
    }

    @AfterEach
    void end() throws Exception {
        rein.end();
    }

    @Test
    void jobThatRanWhileTheServerWasKilledIsFoundAgainAndRunsOnce() throws Exception {
        rein.up();
        try (var aws = new Aws(rein.environment())) {
            aws.submit("survivor", """
                    echo started
                    i=0
                    while [ $i -lt 60 ]; do sleep 0.1; i=$((i+1)); echo "tick $i"; done
                    echo finished >"$SM_MODEL_DIR/done"
                    """, _ -> {});
            Aws.await(
                    "the first tick",
                    Duration.ofSeconds(60),
                    () -> aws.messages("survivor").contains("tick 1"));
        }
        ProcessHandle server = ProcessHandle.of(rein.serverPid()).orElseThrow();
        server.destroyForcibly();
        server.onExit().join();
        assertThat(rein.run("status").exitCode()).isEqualTo(1);

        rein.up();
        try (var aws = new Aws(rein.environment())) {
            assertThat(aws.ended("survivor", Duration.ofSeconds(90)).trainingJobStatus())
                    .isEqualTo(TrainingJobStatus.COMPLETED);
            assertThat(aws.messages("survivor")).contains("tick 60").containsOnlyOnce("started", "tick 1", "tick 30");
        }
    }

    @Test
    void portInUseIsSaidWithTheWayOut() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Rein.Said said = rein.run("up", "--port", Integer.toString(taken.getLocalPort()), "--s3-port", "0");
            assertThat(said.exitCode()).isEqualTo(1);
            assertThat(said.text())
                    .contains(Integer.toString(taken.getLocalPort()))
                    .contains("choose another port");
        }
    }

    @Test
    void aHomeThatCannotBeMadeIsSaidWithTheWayOut() throws Exception {
        var nowhere = new Rein(Files.createFile(scratch.resolve("a-file")));
        for (String command : new String[] {"up", "quickstart"}) {
            Rein.Said said = nowhere.run(command);
            assertThat(said.exitCode()).isEqualTo(1);
            assertThat(said.text())
                    .startsWith("rein: REIN_HOME: the folder " + nowhere.home())
                    .contains("export REIN_HOME=");
        }
    }

    @Test
    void aDiskWithoutRoomIsSaidWithTheWayOut() throws Exception {
        Path disk = Files.createDirectories(scratch.resolve("disk"));
        List<String> mount =
                List.of("bwrap", "--dev-bind", "/", "/", "--size", "1048576", "--tmpfs", disk.toString(), "--");
        assumeTrue(LauncherTest.works(mount), "bubblewrap is missing or cannot work here");
        for (String command : new String[] {"up", "quickstart"}) {
            Rein.Said said = new Rein(disk.resolve("home")).run(mount, Map.of(), command);
            assertThat(said.exitCode()).isEqualTo(1);
            assertThat(said.text())
                    .containsPattern("rein: REIN_HOME: .* has \\d+ KiB left")
                    .contains("Free some");
        }
    }

    @Test
    void statusAndEnvTellWhereItRunsAndThatItDoesNot() throws Exception {
        Rein.Said env = rein.run("env");
        assertThat(env.exitCode()).isEqualTo(1);
        assertThat(env.text()).contains("rein up");
        rein.up();
        assertThat(rein.ok("status", "--output", "json")).contains("\"running\" : true");
        assertThat(rein.environment())
                .containsKeys(
                        "AWS_ENDPOINT_URL",
                        "AWS_ENDPOINT_URL_S3",
                        "AWS_ACCESS_KEY_ID",
                        "AWS_SECRET_ACCESS_KEY",
                        "AWS_REGION");
        assertThat(rein.ok("up")).contains(Long.toString(rein.serverPid()));
        rein.down();
        assertThat(Files.exists(rein.home().resolve("server.json"))).isFalse();
    }

    @Test
    void anotherAddressWithoutCredentialsOfOnesOwnIsRefused() throws Exception {
        Rein.Said said = rein.run(Map.of(), "up", "--host", "0.0.0.0", "--port", "0", "--s3-port", "0");
        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.text()).contains("0.0.0.0").contains("--credentials").contains("REIN_ACCESS_KEY_ID");
    }
}
