package dev.rein.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataLockTest {
    @TempDir
    Path folder;

    @Test
    void theSecondServerIsRefusedWithTheFirstOnesProcess() throws IOException {
        Path file = folder.resolve("lock");
        try (var first = DataLock.take(file)) {
            assertThat(first).isNotNull();
            assertThatThrownBy(() -> DataLock.take(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid() + " serves this directory");
        }
        DataLock.take(file).close();
    }

    @Test
    void aLockLeftByADeadProcessIsTaken() throws IOException {
        Path file = Files.writeString(folder.resolve("lock"), "4194304\n");
        try (var lock = DataLock.take(file)) {
            assertThat(lock).isNotNull();
            assertThat(file).hasContent(Long.toString(ProcessHandle.current().pid()));
        }
    }
}
