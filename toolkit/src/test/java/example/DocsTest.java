package example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocsTest {
    @Test
    void theProgramForThoseWhoComeFromSb3StandsInItsPageAsItIsCompiled() throws IOException {
        String source = Files.readString(Path.of("src/test/java/example/FromSb3.java"));
        assertThat(Files.readString(Path.of("../docs/from-sb3.md")))
                .contains(source.substring(source.indexOf("final class")));
    }

    @Test
    void itLearnsAndLeavesEverythingBehind(@TempDir Path folder) throws IOException {
        assertThat(FromSb3.train(folder, 60_000).returnMean()).isGreaterThan(200);
        for (String file : new String[] {"policy.rein", "policy.onnx", "progress.csv", "checkpoint"}) {
            assertThat(folder.resolve(file)).isNotEmptyFile();
        }
    }
}
