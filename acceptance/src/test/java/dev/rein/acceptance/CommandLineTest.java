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
    void down() throws Exception {
        rein.down();
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
        assertThat(rein.run("up", "--port", "1").text()).contains("--port").contains("rein down");
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
}
