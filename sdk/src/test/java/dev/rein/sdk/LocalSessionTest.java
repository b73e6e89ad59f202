package dev.rein.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalSessionTest {
    @TempDir
    Path home;

    private void told(long pid) throws IOException {
        Files.writeString(home.resolve("server.json"), """
                {"version":"0.1.0","pid":%d,"endpoint":"http://127.0.0.1:1","s3Endpoint":"http://127.0.0.1:2",
                 "region":"us-west-2","account":"000000000000","accessKeyId":"a","secretAccessKey":"b",
                 "role":"arn:aws:iam::000000000000:role/ReinRole"}
                """.formatted(pid));
    }

    @Test
    void aRunningPlatformIsFound() throws IOException {
        told(ProcessHandle.current().pid());

        try (Session session = Session.local(home)) {
            assertThat(session.region()).isEqualTo("us-west-2");
            assertThat(session.role()).contains("arn:aws:iam::000000000000:role/ReinRole");
        }
    }

    @Test
    void noPlatformIsSaidWithTheCommandThatStartsOne() {
        assertThatThrownBy(() -> Session.local(home))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("rein up");
    }

    @Test
    void aKilledPlatformIsToldFromARunningOne() throws IOException, InterruptedException {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        told(gone.pid());

        assertThatThrownBy(() -> Session.local(home)).hasMessageContainingAll("process " + gone.pid(), "rein up");
    }

    @Test
    void aCutOffFileIsNamed() throws IOException {
        Files.writeString(home.resolve("server.json"), "{");

        assertThatThrownBy(() -> Session.local(home))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("server.json");
    }

    @Test
    void whatIsMissingIsListed() throws IOException {
        Files.writeString(home.resolve("server.json"), "{\"region\":\"us-west-2\"}");

        assertThatThrownBy(() -> Session.local(home))
                .hasMessageContaining("lacks [endpoint, s3Endpoint, accessKeyId, secretAccessKey, role]");
    }
}
