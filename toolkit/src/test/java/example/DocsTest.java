package example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rein.toolkit.environment.TimeLimit;
import dev.rein.toolkit.environment.check.EnvironmentChecker;
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
    void theLiftOfThoseWhoBringTheirOwnSimulatorStandsInItsPageAsItIsCompiled() throws IOException {
        String source = Files.readString(Path.of("src/test/java/example/Lift.java"));
        assertThat(Files.readString(Path.of("../docs/bring-your-own-simulator.md")))
                .contains(source.substring(source.indexOf("final class")));
    }

    /// Doors that are opened at random let in about 5 of the 26 or so who call in 100 steps.
    @Test
    void theLiftLearnsAndKeepsItsContract(@TempDir Path folder) throws IOException {
        EnvironmentChecker.check(() -> new TimeLimit(new Lift(), 100)).orThrow();
        assertThat(Lift.train(folder, 60_000)).isGreaterThan(15);
        assertThat(folder.resolve("policy.onnx")).isNotEmptyFile();
    }

    @Test
    void itLearnsAndLeavesEverythingBehind(@TempDir Path folder) throws IOException {
        assertThat(FromSb3.train(folder, 60_000).returnMean()).isGreaterThan(200);
        for (String file : new String[] {"policy.rein", "policy.onnx", "progress.csv", "checkpoint"}) {
            assertThat(folder.resolve(file)).isNotEmptyFile();
        }
    }
}
