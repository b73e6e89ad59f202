package dev.rein.server.backend;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// A host to launch. Its `/opt/ml` is prepared before: [Backend#prepare] tells where.
///
/// @param peers            names of all hosts of the owner, this one included, in the order of
///     `resourceconfig.json`
/// @param network          name of the network its peers are in: the owner's own, or one that hosts of several owners
///     share, which a backend may offer
/// @param runtime          what to run in
/// @param command          the command line: the runtime's `train` or `serve`, or an override
/// @param environment      the whole environment for the command; nothing of the server's own is passed on
/// @param cpus             cores it may use, at least 1
/// @param memoryBytes      memory it may use
/// @param networkIsolation no route but to its peers; a backend that cannot do so refuses
/// @param port             where the command is to listen, for a model server; the backend passes it as
///     `SAGEMAKER_BIND_TO_PORT`
/// @param container        what is said to containers, but for the GPUs, which processes get too
public record HostSpec(
        HostId id,
        List<String> peers,
        String network,
        HostRuntime runtime,
        List<String> command,
        Map<String, String> environment,
        double cpus,
        long memoryBytes,
        boolean networkIsolation,
        OptionalInt port,
        ContainerOptions container) {
    /// In the owner's own network.
    public HostSpec(
            HostId id,
            List<String> peers,
            HostRuntime runtime,
            List<String> command,
            Map<String, String> environment,
            double cpus,
            long memoryBytes,
            boolean networkIsolation,
            OptionalInt port,
            ContainerOptions container) {
        this(
                id,
                peers,
                id.owner(),
                runtime,
                command,
                environment,
                cpus,
                memoryBytes,
                networkIsolation,
                port,
                container);
    }

    /// In the owner's own network, without anything that only a container understands.
    public HostSpec(
            HostId id,
            List<String> peers,
            HostRuntime runtime,
            List<String> command,
            Map<String, String> environment,
            double cpus,
            long memoryBytes,
            boolean networkIsolation,
            OptionalInt port) {
        this(
                id,
                peers,
                id.owner(),
                runtime,
                command,
                environment,
                cpus,
                memoryBytes,
                networkIsolation,
                port,
                ContainerOptions.NONE);
    }

    public HostSpec {
        requireNonNull(id, "id");
        requireNonNull(network, "network");
        requireNonNull(runtime, "runtime");
        requireNonNull(container, "container");
        peers = List.copyOf(peers);
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /// Whether hosts of other owners may be in its network.
    public boolean sharesNetwork() {
        return !network.equals(id.owner());
    }
}
