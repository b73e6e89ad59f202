package dev.rein.server.backend;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Runs hosts: as processes, in Docker, or on Kubernetes. Safe for any number of threads.
///
/// Closing a backend leaves its hosts running: they outlive the server and are found again by [#known].
public interface Backend extends AutoCloseable {
    /// The backend that hosts of this runtime are prepared and launched by: this one, or one of those it stands for.
    default Backend of(HostRuntime runtime) {
        return this;
    }

    /// Makes the host's folder with an empty `/opt/ml` for the caller to fill before [#launch].
    ///
    /// @return the host's `/opt/ml` as the server sees it
    Path prepare(HostId id) throws IOException;

    /// Starts a prepared host.
    ///
    /// @throws LaunchException if it cannot be started; nothing of it is left running
    Host launch(HostSpec spec) throws LaunchException;

    /// Tells where the platform itself answers. Hosts that are kept apart from the machine reach at least that,
    /// unless they are isolated. Call it before the first launch and after each start of the server.
    void offer(List<URI> services);

    /// The name of the network interface by which the hosts of one owner reach each other.
    ///
    /// @param count    how many hosts the owner reaches: its own, and others of a network it shares
    /// @param isolated whether they are to reach nobody else
    String networkInterface(int count, boolean isolated);

    /// A host launched before, perhaps by an earlier server on the same data.
    Optional<Host> find(HostId id);

    /// Every host there is a trace of, for the sweep after a restart.
    List<HostId> known();

    /// Deletes a host that was prepared and never launched, or has ended, and everything of it. Harmless when there
    /// is none.
    ///
    /// @throws IllegalStateException while it runs
    void discard(HostId id) throws IOException;

    @Override
    void close();
}
