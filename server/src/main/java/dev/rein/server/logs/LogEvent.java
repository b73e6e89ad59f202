package dev.rein.server.logs;

import static java.util.Objects.requireNonNull;

/// @param timestamp milliseconds since 1970
/// @param message   one line, without its end
public record LogEvent(long timestamp, String message) {
    public LogEvent {
        requireNonNull(message, "message");
    }
}
