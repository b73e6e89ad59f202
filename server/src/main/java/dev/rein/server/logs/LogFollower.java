package dev.rein.server.logs;

import dev.rein.server.backend.Host;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// Copies what hosts print into their log streams while they run.
public interface LogFollower {
    /// Follows a host's output from where the stream stands, line by line, until the host has ended and its last
    /// byte is stored. Called again after a restart of the server it goes on without a gap or a repetition.
    ///
    /// @param stream `<job>/<host>-<epoch millis>`, the same after a restart
    /// @param line   sees each event after it is stored, in order, on the follower's thread: metrics read here
    /// @return completes when the last line is stored; never exceptionally
    CompletableFuture<Void> follow(Host host, String group, String stream, Consumer<LogEvent> line);
}
