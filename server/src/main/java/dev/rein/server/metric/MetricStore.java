package dev.rein.server.metric;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/// What jobs have measured: a [MetricLog] each, in one folder, kept when the job has ended. Safe for any number of
/// threads; a log has one writer.
public final class MetricStore {
    private final Path folder;

    /// @param folder ours; made when the first job measures
    public MetricStore(Path folder) {
        this.folder = requireNonNull(folder, "folder");
    }

    /// A job's log, to add to.
    ///
    /// @param job a name that is a file name too
    public MetricLog open(String job) throws IOException {
        return MetricLog.open(folder.resolve(job));
    }

    /// The jobs that have a log, in the order of their names.
    List<String> jobs() {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("metrics in " + folder, e);
        }
    }

    /// Hands over a job's readings, oldest first; none for a job without a log.
    void read(String job, Consumer<MetricValue> reader) {
        if (!job.isEmpty() && Path.of(job).getNameCount() == 1 && !job.startsWith(".")) {
            MetricLog.read(folder.resolve(job), reader);
        }
    }

    /// When the job measured last, or long ago if it never did.
    Instant lastWritten(String job) {
        try {
            return Files.getLastModifiedTime(folder.resolve(job)).toInstant();
        } catch (IOException none) {
            return Instant.EPOCH;
        }
    }
}
