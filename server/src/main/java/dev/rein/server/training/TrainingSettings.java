package dev.rein.server.training;

import static java.util.Objects.requireNonNull;

import dev.rein.server.archive.ArchiveLimits;
import dev.rein.server.capacity.Resources;
import java.nio.file.Path;
import java.time.Duration;

/// What an operator may want otherwise.
///
/// @param data    a folder of ours, for metrics and for archives on their way
/// @param machine what training jobs may use together
/// @param grace   between SIGTERM and SIGKILL
/// @param sync    between two looks at folders that go to S3 while a job runs
/// @param results how much one archive of results may hold
public record TrainingSettings(Path data, Resources machine, Duration grace, Duration sync, ArchiveLimits results) {
    public TrainingSettings {
        requireNonNull(data, "data");
        requireNonNull(machine, "machine");
        requireNonNull(grace, "grace");
        requireNonNull(sync, "sync");
        requireNonNull(results, "results");
    }

    /// All of this machine, AWS's 120 seconds of grace, a look every second.
    public static TrainingSettings usual(Path data) {
        return new TrainingSettings(
                data, Resources.ofThisMachine(), Duration.ofSeconds(120), Duration.ofSeconds(1), ArchiveLimits.USUAL);
    }
}
