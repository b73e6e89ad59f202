package dev.rein.server.backend;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// A launched host, running or ended. Safe for any number of threads.
public interface Host {
    HostId id();

    /// The host's `/opt/ml`, as the server sees it. What the host wrote there is hostile input: follow no links.
    Path ml();

    /// Everything the host printed, standard output and error in order. Grows while it runs, complete once [#exit]
    /// is.
    Path log();

    /// Completes when the host has ended and its log is complete. Never completes exceptionally.
    CompletableFuture<HostExit> exit();

    /// Where its model server answers from the server's side, for a host with a port.
    Optional<java.net.URI> address();

    /// SIGTERM to the entry point. Returns at once; harmless when ended.
    void terminate();

    /// SIGKILL to everything the host started. Returns at once; harmless when ended.
    void kill();

    /// Deletes what is left of an ended host: its folder, its limits, its network.
    ///
    /// @throws IllegalStateException while it runs
    void remove() throws IOException;
}
