package dev.rein.server.backend.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostFolderTest {
    @Test
    void whatAnEarlierServerLaunchedIsReadThoughItNotedLess(@TempDir Path folder) throws IOException {
        Files.writeString(
                folder.resolve("launch.json"),
                "{\"isolation\":\"PLAIN\",\"uid\":-1,\"subnet\":3,\"port\":8080,\"cookie\":\"c\",\"groups\":[]}");
        assertThat(new HostFolder(folder).launch())
                .contains(new LaunchRecord(Isolation.PLAIN, -1, 3, 8080, false, "c", List.of(), List.of()));
    }
}
