package dev.rein.server.metric;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The readings of one job's metrics, oldest first, in an append-only file: a line each of milliseconds, value,
/// name.
///
/// A reading is with the operating system when [#append] returns, so it survives the server's crash; a line cut by
/// a power failure is passed over when read. Safe for any number of threads.
public final class MetricLog implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private final Map<String, MetricValue> latest = new LinkedHashMap<>();

    private MetricLog(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /// Opens the file, or makes it, to add to what it holds. What a power failure has cut at its end is cut off.
    static MetricLog open(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        var latest = new LinkedHashMap<String, MetricValue>();
        long whole = read(file, value -> latest.put(value.name(), value));
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        channel.truncate(whole);
        var opened = new MetricLog(file, channel);
        opened.latest.putAll(latest);
        return opened;
    }

    public synchronized void append(List<MetricValue> values) throws IOException {
        if (values.isEmpty()) {
            return;
        }
        var lines = new StringBuilder();
        for (MetricValue value : values) {
            lines.append(value.timestamp()).append(' ').append(value.value()).append(' ');
            lines.append(value.name()).append('\n');
            latest.put(value.name(), value);
        }
        ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /// The last reading of each metric, in the order in which they first appeared.
    public synchronized List<MetricValue> latest() {
        return List.copyOf(latest.values());
    }

    /// Hands over every reading in a file, or none if there is no such file. A line whose end is not there is being
    /// written, or was cut.
    ///
    /// @return how many bytes the whole lines are
    static long read(Path file, Consumer<MetricValue> reader) {
        long whole = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            var line = new ByteArrayOutputStream(80);
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next != '\n') {
                    line.write(next);
                    continue;
                }
                whole += line.size() + 1;
                parse(line.toString(UTF_8)).ifPresent(reader);
                line.reset();
            }
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException("metrics in " + file, e);
        }
        return whole;
    }

    private static Optional<MetricValue> parse(String line) {
        String[] parts = line.split(" ", 3);
        try {
            return parts.length == 3
                    ? Optional.of(new MetricValue(parts[2], Long.parseLong(parts[0]), Double.parseDouble(parts[1])))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // cut by a power failure
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
