package dev.rein.toolkit.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rein.toolkit.training.Progress;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// Appends a line a round to a CSV file whose first line names the columns. Numbers that are not known yet are
/// empty.
public final class Csv implements Consumer<Progress>, Closeable {
    private final Path file;
    private final BufferedWriter out;
    private List<String> columns;

    /// @param file appended to, so that a run that resumes goes on in it
    public Csv(Path file) throws IOException {
        this.file = file;
        Files.createDirectories(file.toAbsolutePath().getParent());
        columns = Files.exists(file) ? columns(file) : List.of();
        out = Files.newBufferedWriter(file, UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static List<String> columns(Path file) throws IOException {
        try (var lines = Files.lines(file, UTF_8)) {
            return lines.findFirst().map(line -> List.of(line.split(",", -1))).orElse(List.of());
        }
    }

    /// @throws UncheckedIOException  if the disk says no
    /// @throws IllegalStateException if the file was begun with other columns
    @Override
    public void accept(Progress progress) {
        Map<String, Double> numbers = progress.numbers();
        try {
            if (columns.isEmpty()) {
                columns = List.copyOf(numbers.keySet());
                out.write(String.join(",", columns) + "\n");
            }
            if (!columns.equals(List.copyOf(numbers.keySet()))) {
                throw new IllegalStateException("%s: has columns %s (expected: %s). Write to another file."
                        .formatted(file, columns, numbers.keySet()));
            }
            out.write(numbers.values().stream()
                            .map(value -> Double.isFinite(value) ? JsonLines.number(value) : "")
                            .collect(Collectors.joining(","))
                    + "\n");
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
