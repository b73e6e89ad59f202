package dev.rein.sdk;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// A step in a job's life.
///
/// @param time    when the job came to it, or said something new
/// @param status  SageMaker's secondary status: `Starting`, `Downloading`, `Training`, `Uploading`, `Completed`, …
/// @param message in words
public record JobStatus(Instant time, String status, String message) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

    public JobStatus {
        requireNonNull(time, "time");
        requireNonNull(status, "status");
        requireNonNull(message, "message");
    }

    /// `2026-11-22 21:49:16 Training - Training image download completed.`, in UTC.
    @Override
    public String toString() {
        return "%s %s - %s".formatted(TIME.format(time), status, message);
    }
}
