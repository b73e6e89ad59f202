package dev.rein.bench.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {
    private static final Cell CELL = new Cell("ppo", "CartPole-v1", 1_000, 475, 10, "");
    private static final Map<String, String> DEFAULTS = Map.of("gamma", "0.99");

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void measureASeed() throws IOException {
        file = folder.resolve("learning").resolve(CELL.name() + ".csv");
        Results results = Results.read(file);
        results.begin(CELL, Map.of("gamma", "0.98"), DEFAULTS);
        results.add(
                3,
                List.of(new Results.Point(500, 1.5, 10, 90.5, Double.NaN), new Results.Point(1_000, 3, 100, 480, 12)));
    }

    @Test
    void whatWasMeasuredIsFoundAgain() throws IOException {
        Results again = Results.read(file);
        again.begin(CELL, Map.of("gamma", "0.98"), DEFAULTS);
        assertThat(again.has(3)).isTrue();
        assertThat(again.has(1)).isFalse();
        assertThat(again.finals()).containsExactly(480);
        assertThat(again.curves().getFirst()).hasSize(2);
    }

    @Test
    void otherSettingsAreNotMixedIn() throws IOException {
        Results again = Results.read(file);
        assertThatThrownBy(() -> again.begin(CELL, Map.of("gamma", "0.99"), DEFAULTS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("gamma=0.99")
                .hasMessageContaining("Delete the file");
    }

    @Test
    void aSettingThatIsNewSinceThenCountsAsItsDefault() throws IOException {
        Results again = Results.read(file);
        Map<String, String> defaults = Map.of("gamma", "0.99", "use_sde", "false");
        again.begin(CELL, Map.of("gamma", "0.98", "use_sde", "false"), defaults);
        assertThatThrownBy(() -> again.begin(CELL, Map.of("gamma", "0.98", "use_sde", "true"), defaults))
                .hasMessageContaining("measured with other settings");
    }

    @Test
    void aWrongTableNamesItsLines() throws IOException {
        Path table = Files.writeString(folder.resolve("cells.txt"), "ppo A 10 5 10\nppo B ten 5 10\ndqn C\n");
        assertThatThrownBy(() -> Cell.read(table))
                .hasMessageContaining("cells.txt:2: ppo B ten")
                .hasMessageContaining("cells.txt:3: dqn C");
    }
}
