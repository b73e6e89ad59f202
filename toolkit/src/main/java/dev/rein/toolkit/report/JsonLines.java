package dev.rein.toolkit.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.rein.toolkit.training.Progress;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/// Appends a JSON object a round to a file, on a line of its own: `{"step":1024,"episode_return_mean":23.1,…}`.
/// Numbers that are not known yet are left out.
public final class JsonLines implements Consumer<Progress>, Closeable {
    private final BufferedWriter out;

    /// @param file appended to, so that a run that resumes goes on in it
    public JsonLines(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        out = Files.newBufferedWriter(file, UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /// @throws UncheckedIOException if the disk says no
    @Override
    public void accept(Progress progress) {
        String line = progress.numbers().entrySet().stream()
                .filter(entry -> Double.isFinite(entry.getValue()))
                .map(entry -> "\"" + entry.getKey() + "\":" + number(entry.getValue()))
                .collect(joining(",", "{", "}\n"));
        try {
            out.write(line);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
