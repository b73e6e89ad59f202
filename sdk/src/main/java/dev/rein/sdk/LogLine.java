package dev.rein.sdk;

import static java.util.Objects.requireNonNull;

/// One line of a job's log.
///
/// @param stream    `<job>/algo-<n>-<epoch>`
/// @param index     of the stream among the job's, from 0
/// @param timestamp milliseconds since 1970
public record LogLine(String stream, int index, long timestamp, String message) {
    public LogLine {
        requireNonNull(stream, "stream");
        requireNonNull(message, "message");
    }
}
