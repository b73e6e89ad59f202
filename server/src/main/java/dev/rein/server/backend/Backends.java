package dev.rein.server.backend;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Processes and containers side by side: a host's runtime decides, and a host is found on whichever it runs. What
/// is asked without a runtime is asked of the processes' backend.
public final class Backends implements Backend {
    private final Backend processes;
    private final Backend containers;

    public Backends(Backend processes, Backend containers) {
        this.processes = requireNonNull(processes, "processes");
        this.containers = requireNonNull(containers, "containers");
    }

    @Override
    public Backend of(HostRuntime runtime) {
        return runtime.container() ? containers : processes;
    }

    @Override
    public Path prepare(HostId id) throws IOException {
        return processes.prepare(id);
    }

    @Override
    public Host launch(HostSpec spec) throws LaunchException {
        return of(spec.runtime()).launch(spec);
    }

    @Override
    public void offer(List<URI> services) {
        processes.offer(services);
        containers.offer(services);
    }

    @Override
    public String networkInterface(int count, boolean isolated) {
        return processes.networkInterface(count, isolated);
    }

    @Override
    public Optional<Host> find(HostId id) {
        return processes.find(id).or(() -> containers.find(id));
    }

    @Override
    public List<HostId> known() {
        return Stream.concat(processes.known().stream(), containers.known().stream())
                .toList();
    }

    @Override
    public void discard(HostId id) throws IOException {
        processes.discard(id);
        containers.discard(id);
    }

    /// Closes neither: they are their owner's.
    @Override
    public void close() {}
}
