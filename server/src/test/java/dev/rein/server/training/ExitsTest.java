package dev.rein.server.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostExit;
import dev.rein.server.backend.HostId;
import dev.rein.server.training.JobState.Outcome;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the ends of hosts come to.
class ExitsTest {
    @TempDir
    Path ml;

    @Test
    void theMemoryLimitIsSaidBeforeWhatAProgramSaidThatOutlivedTheKilledOne() throws Exception {
        Files.createDirectory(ml.resolve("output"));
        Files.writeString(ml.resolve("output/failure"), "ExecuteUserScriptError:\nExitCode 137\n");
        assertThat(reason(new HostExit.Exited(1, true)))
                .startsWith("AlgorithmError: The host ran out of memory. Use a larger instance type")
                .endsWith("ExecuteUserScriptError:\nExitCode 137, exit code: 1");
    }

    @Test
    void aFullVolumeIsSaidBeforeTheProgramsOwnWords() throws Exception {
        Files.createDirectory(ml.resolve("output"));
        Files.writeString(
                ml.resolve("output/failure"),
                "ExecuteUserScriptError:\nExitCode 1\nErrorMessage \"OSError: [Errno 122] Disk quota exceeded\"");
        assertThat(reason(new HostExit.Exited(1, false)))
                .startsWith("AlgorithmError: The disk of the host is full: its volume (VolumeSizeInGB)")
                .endsWith("[Errno 122] Disk quota exceeded\", exit code: 1");
    }

    @Test
    void theMemoryLimitIsSaidWhereNothingElseIs() throws Exception {
        assertThat(reason(new HostExit.Exited(137, true)))
                .startsWith("AlgorithmError: The host ran out of memory. ")
                .endsWith(" buffers., exit code: 137");
    }

    private String reason(HostExit exit) throws IOException {
        var exits = new Exits(List.of(new EndedHost(ml, exit)));
        return ((Outcome.Failure) exits.outcome()).reason();
    }

    private record EndedHost(Path ml, HostExit end) implements Host {
        @Override
        public HostId id() {
            return new HostId("training-job/test", "algo-1");
        }

        @Override
        public Path log() {
            return ml.resolveSibling("log");
        }

        @Override
        public Optional<URI> address() {
            return Optional.empty();
        }

        @Override
        public CompletableFuture<HostExit> exit() {
            return CompletableFuture.completedFuture(end);
        }

        @Override
        public void terminate() {}

        @Override
        public void kill() {}

        @Override
        public void remove() {}
    }
}
