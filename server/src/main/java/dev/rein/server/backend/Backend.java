package dev.rein.server.backend;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Runs hosts: as processes, in Docker, or on Kubernetes. Safe for any number of threads.
///
/// Closing a backend leaves its hosts running: they outlive the server and are found again by [#known].
public interface Backend extends AutoCloseable {
    /// Makes the host's folder with an empty `/opt/ml` for the caller to fill before [#launch].
    ///
    /// @return the host's `/opt/ml` as the server sees it
    Path prepare(HostId id) throws IOException;

    /// Starts a prepared host.
    ///
    /// @throws LaunchException if it cannot be started; nothing of it is left running
    Host launch(HostSpec spec) throws LaunchException;

    /// A host launched before, perhaps by an earlier server on the same data.
    Optional<Host> find(HostId id);

    /// Every host there is a trace of, for the sweep after a restart.
    List<HostId> known();

    @Override
    void close();
}
