package dev.rein.server.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MetricScannerTest {
    private static final String RAY = "episode_reward_mean: ([-+]?[0-9]*[.]?[0-9]+([eE][-+]?[0-9]+)?)";

    private static MetricScanner scanner(String regex) {
        return new MetricScanner(List.of(new MetricDefinition("m", Pattern.compile(regex))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "(pid=7)   episode_reward_mean: 21.5          | 21.5",
                "episode_reward_mean: -1.5e-3                 | -0.0015",
                "episode_reward_mean: \u001b[32m7.25\u001b[0m | 7.25",
                "\u001b[1;31mepisode_reward_\u001b[0mmean: 3  | 3",
            })
    void theNumberIsFoundAnywhereInTheLine(String line, double value) {
        assertThat(scanner(RAY).read(5, line)).containsExactly(new MetricValue("m", 5, value));
    }

    @ParameterizedTest
    @CsvSource({"loss=nan", "loss=inf", "loss=abc", "other=1", "loss="})
    void whatIsNoFiniteNumberCountsAsNothing(String line) {
        assertThat(scanner("loss=(.*)").read(5, line)).isEmpty();
    }

    @Test
    void aGroupThatTookNoPartCountsAsNothing() {
        assertThat(scanner("a(\\d)?b").read(5, "ab")).isEmpty();
    }

    @Test
    void anExpressionThatRunsAwayIsGivenUpAndTheOthersGoOn() {
        var scanner = new MetricScanner(List.of(
                new MetricDefinition("runaway", Pattern.compile("((a+)+)b")),
                new MetricDefinition("recursive", Pattern.compile("((x|y)*)z")),
                new MetricDefinition("good", Pattern.compile("good=(\\d+)"))));
        String line = "good=1 " + "a".repeat(200) + "xy".repeat(10_000);
        long start = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            assertThat(scanner.read(i, line)).extracting(MetricValue::name).containsExactly("good");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void readingsOutliveTheirWriterAndACutLineIsPassedOver(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("job");
        try (MetricLog first = MetricLog.open(file)) {
            first.append(List.of(new MetricValue("a", 1, 0.1), new MetricValue("b c", 1, -2)));
            first.append(List.of(new MetricValue("a", 2, 1e300)));
        }
        Files.writeString(file, "17 3.", StandardOpenOption.APPEND);
        try (MetricLog second = MetricLog.open(file)) {
            assertThat(second.latest()).containsExactly(new MetricValue("a", 2, 1e300), new MetricValue("b c", 1, -2));
        }
        var readings = new ArrayList<MetricValue>();
        assertThat(MetricLog.read(file, readings::add)).isEqualTo(Files.size(file));
        assertThat(readings).hasSize(3);
    }
}
