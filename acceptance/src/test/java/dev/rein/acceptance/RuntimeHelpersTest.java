package dev.rein.acceptance;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The Python modules that the runtimes lend to scripts; their suite is Python's own and needs no toolkit.
class RuntimeHelpersTest {
    @TempDir
    private Path scratch = Path.of("");

    @Test
    void settingsExperimentsAndNamesOfOldScriptsKeepTheirMeaning() throws Exception {
        Python.run("unittest", "runtimes/test_helpers.py", Map.of(), scratch);
    }
}
