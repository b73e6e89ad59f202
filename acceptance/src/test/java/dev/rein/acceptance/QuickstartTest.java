package dev.rein.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The README's first command, on a machine where only `$REIN_HOME` can be written.
class QuickstartTest {
    @TempDir
    private Path scratch = Path.of("");

    @Test
    void itTrainsServesAndPlaysAndWritesNothingOutsideItsHome() throws Exception {
        Path home = Files.createDirectories(scratch.resolve("home"));
        List<String> sandbox = List.of(
                "bwrap",
                "--ro-bind",
                "/",
                "/",
                "--dev-bind",
                "/dev",
                "/dev",
                "--proc",
                "/proc",
                "--cap-add",
                "ALL",
                "--bind",
                home.toString(),
                home.toString(),
                "--");
        assumeTrue(LauncherTest.works(sandbox), "bubblewrap is missing or cannot work here");
        Rein.Said quickstart = new Rein(home).run(sandbox, Map.of(), "quickstart");
        String said = quickstart.text();
        assertThat(quickstart.exitCode()).as(said).isZero();
        assertThat(said)
                .contains("Solved     CartPole-v1", "Episode    return 500", "endpoint taken down", "rein deploy")
                .doesNotContain("Read-only file system");
        try (var left = Files.list(home.resolve("tmp"))) {
            assertThat(left).isEmpty();
        }
    }
}
