package dev.rein.toolkit.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.toolkit.training.Progress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    @TempDir
    private Path folder = Path.of("");

    private static Progress at(long steps, double evaluated) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("value_loss", 0.25);
        metrics.put("evaluation_return_mean", evaluated);
        return new Progress(steps, 1000, 0, 2, 12, 203.5, Double.NaN, metrics);
    }

    @Test
    void jsonLinesLeaveOutWhatIsNotKnownAndGoOnInTheSameFile() throws IOException {
        Path file = folder.resolve("run/progress.jsonl");
        try (var lines = new JsonLines(file)) {
            lines.accept(at(100, Double.NaN));
        }
        try (var lines = new JsonLines(file)) {
            lines.accept(at(200, 475));
        }
        assertThat(file).content().isEqualTo("""
                {"step":100,"seconds":2,"steps_per_second":50,"episodes":12,"episode_return_mean":203.5,"value_loss":0.25}
                {"step":200,"seconds":2,"steps_per_second":100,"episodes":12,"episode_return_mean":203.5,"value_loss":0.25,"evaluation_return_mean":475}
                """);
    }

    @Test
    void csvHasOneHeaderAlsoAfterAResume() throws IOException {
        Path file = folder.resolve("progress.csv");
        for (long steps : new long[] {100, 200}) {
            try (var csv = new Csv(file)) {
                csv.accept(at(steps, Double.NaN));
            }
        }
        assertThat(file).content().isEqualTo("""
                step,seconds,steps_per_second,episodes,episode_return_mean,episode_length_mean,value_loss,evaluation_return_mean
                100,2,50,12,203.5,,0.25,
                200,2,100,12,203.5,,0.25,
                """);
    }

    @Test
    void csvOfAnotherAlgorithmIsNotMixedIn() throws IOException {
        Path file = Files.writeString(folder.resolve("progress.csv"), "step,q_loss\n1,2\n");
        try (var csv = new Csv(file)) {
            assertThatThrownBy(() -> csv.accept(at(1, 0))).hasMessageContaining("Write to another file");
        }
    }

    @Test
    void tensorBoardRecordsAreWholeAndHoldEveryScalar() throws IOException {
        InstantSource clock = InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000));
        try (var events = new TensorBoardEvents(folder, clock)) {
            events.accept(at(100, Double.NaN));
            events.accept(at(200, 475));
        }
        try (var files = Files.list(folder)) {
            Path file = files.findFirst().orElseThrow();
            assertThat(file.getFileName().toString()).startsWith("events.out.tfevents.1700000000.");
            List<String> records = records(Files.readAllBytes(file));
            assertThat(records).hasSize(3);
            assertThat(records.get(0)).contains("brain.Event:2");
            assertThat(records.get(1)).contains("value_loss").doesNotContain("evaluation_return_mean");
            assertThat(records.get(2)).contains("evaluation_return_mean", "episode_return_mean");
        }
    }

    /// Reads record files as TensorFlow does, checksums included.
    private static List<String> records(byte[] bytes) {
        List<String> records = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            int from = in.position();
            int length = (int) in.getLong();
            assertThat(in.getInt()).isEqualTo(masked(bytes, from, 8));
            records.add(new String(bytes, from + 12, length, UTF_8));
            in.position(from + 12 + length);
            assertThat(in.getInt()).isEqualTo(masked(bytes, from + 12, length));
        }
        return records;
    }

    private static int masked(byte[] bytes, int from, int length) {
        var crc = new CRC32C();
        crc.update(bytes, from, length);
        int value = (int) crc.getValue();
        return ((value >>> 15) | (value << 17)) + 0xa282ead8;
    }

    @Test
    void tableShowsEveryKnownNumberAligned() {
        var bytes = new ByteArrayOutputStream();
        new ConsoleTable(new PrintStream(bytes, true, UTF_8)).accept(at(100, Double.NaN));
        assertThat(bytes.toString(UTF_8).lines())
                .containsExactly(
                        "------------------------------------",
                        "step                             100",
                        "seconds                            2",
                        "steps_per_second                  50",
                        "episodes                          12",
                        "episode_return_mean            203.5",
                        "value_loss                    0.2500",
                        "------------------------------------");
    }

    @Test
    void everyHearsOnceInAWhileAndOfEveryEvaluationAndTheEnd() {
        List<Long> heard = new ArrayList<>();
        var every = new Every(100, (Progress progress) -> heard.add(progress.steps()));
        for (long steps : new long[] {10, 20, 90, 110, 120}) {
            every.accept(at(steps, Double.NaN));
        }
        every.accept(at(130, 5));
        every.accept(at(1000, Double.NaN));
        every.accept(at(1010, Double.NaN));
        assertThat(heard).containsExactly(10L, 110L, 130L, 1000L, 1010L);
    }
}
