package dev.rein.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the commands promise about the platform as a whole: who is let in, and what stays when it goes.
class CommandLineTest {
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

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    @Test
    void aFileOfKeysIsMadeForItsOwnerAloneAndKept() throws Exception {
        Path keys = scratch.resolve("keys.json");
        String[] up = {"up", "--host", "0.0.0.0", "--port", "0", "--s3-port", "0", "--credentials", keys.toString()};
        rein.ok(up);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keys)))
                .isEqualTo("rw-------");
        String id = json(Files.readString(keys)).path("accessKeyId").asString();
        assertThat(rein.environment())
                .containsEntry("AWS_ACCESS_KEY_ID", id)
                .hasEntrySatisfying("AWS_ENDPOINT_URL", url -> assertThat(url).startsWith("http://127.0.0.1:"));
        assertThat(json(rein.ok("jobs", "-o", "json"))).isEmpty();

        rein.down();
        rein.ok(up);
        assertThat(rein.environment()).containsEntry("AWS_ACCESS_KEY_ID", id);
    }

    @Test
    void downSaysWhatRunsOnAndOnRequestStopsItFirst() throws Exception {
        rein.up();
        try (var aws = new Aws(rein.environment())) {
            aws.submit("endless", "echo started; exec sleep 600", _ -> {});
            Aws.await(
                    "its first line",
                    Duration.ofSeconds(60),
                    () -> aws.messages("endless").contains("started"));
        }
        assertThat(json(rein.ok("status", "-o", "json")).path("jobsInProgress").asInt())
                .isEqualTo(1);
        assertThat(rein.run("up", "--port", "1").text())
                .contains("--port")
                .contains("rein down, then rein up --port 1")
                .doesNotContain("--s3-port");
        assertThat(rein.ok("down")).contains("endless");
        rein.up();
        JsonNode down = json(rein.ok("down", "--jobs", "stop", "-o", "json"));
        assertThat(down.path("jobsStopped").get(0).asString()).isEqualTo("endless");
        assertThat(down.path("jobsLeftRunning")).isEmpty();
        rein.up();
        assertThat(json(rein.ok("jobs", "-o", "json")).get(0).path("status").asString())
                .isEqualTo("Stopped");
        assertThat(json(rein.ok("endpoints", "-o", "json"))).isEmpty();
    }

    @Test
    void downSaysWhatServesOnAndOnRequestTakesItDownForGood() throws Exception {
        rein.up();
        String script =
                Checkout.root().resolve("examples/cartpole/CartPole.java").toString();
        rein.ok("train", script, "-H", "steps=4096", "--name", "brief");
        rein.ok("deploy", "brief", "--name", "served");
        assertThat(rein.ok("down")).contains("replicas of served", "rein down --endpoints delete");
        assertThat(rein.hosts()).isPositive();

        rein.up();
        assertThat(rein.ok("predict", "served", "[0, 0, 0.05, 0.1]")).contains("action");
        JsonNode down = json(rein.ok("down", "--endpoints", "delete", "-o", "json"));
        assertThat(down.path("endpointsDeleted").get(0).asString()).isEqualTo("served");
        assertThat(down.path("endpointsLeftRunning")).isEmpty();
        Aws.await("its replicas to be gone", Duration.ofSeconds(60), () -> rein.hosts() == 0);
    }

    @Test
    void whatIsNotThereIsNamedInThePlatformsWordsAlone() throws Exception {
        assertThat(rein.run("jobs").text())
                .isEqualTo("rein: no platform runs on %s. Start one with: rein up%n".formatted(rein.home()));
        rein.up();
        for (String command : new String[] {"logs", "stop", "deploy"}) {
            assertThat(rein.run(command, "absent").text())
                    .isEqualTo("rein: no training job is called absent here. To see those there are: rein jobs%n"
                            .formatted());
        }
        assertThat(rein.run("delete", "absent").text())
                .startsWith("rein: Could not find endpoint")
                .doesNotContain("SDK Attempt");
    }

    @Test
    void aTimeLimitIsNamedWhereItEndedAJob() throws Exception {
        rein.up();
        Path script = Files.writeString(scratch.resolve("endless.sh"), "exec sleep 600");
        assertThat(rein.ok("train", script.toString(), "--max-run", "1", "--name", "long"))
                .contains("long Stopped at its time limit of 1 s (--max-run)");
    }

    @Test
    void aFailedJobTellsItsReasonOnce() throws Exception {
        rein.up();
        Path script = Files.writeString(scratch.resolve("bad.py"), "raise ValueError('the gradient is NaN')");
        Rein.Said said = rein.run("train", script.toString(), "--name", "bad");
        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(said.text())
                .containsOnlyOnce("ErrorMessage \"ValueError: the gradient is NaN\"")
                .endsWith(
                        "rein: bad Failed. Reason: AlgorithmError, exit code: 1. The end of its log, above, says why.%n"
                                .formatted());
        assertThat(rein.run("train", script.toString(), "--output", "json").text())
                .containsOnlyOnce("ErrorMessage \"ValueError: the gradient is NaN\"");
    }

    @Test
    void whatIsWrongWithAJobIsSaidAtOnce() throws Exception {
        rein.up();
        Rein.Said said =
                rein.run("train", "none.py", "--name", "a b", "--hosts", "0", "--input", "train=http://elsewhere/");
        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.text())
                .contains("none.py", "instanceCount: 0", "jobName: \"a b\"", "--input train: ", "http://elsewhere/");
    }
}
