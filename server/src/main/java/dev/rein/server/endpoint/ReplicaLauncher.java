package dev.rein.server.endpoint;

import static java.util.Objects.requireNonNull;

import dev.rein.server.backend.Backend;
import dev.rein.server.backend.ContainerOptions;
import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostRuntime;
import dev.rein.server.backend.HostSpec;
import dev.rein.server.backend.LaunchException;
import dev.rein.server.capacity.InstanceType;
import dev.rein.server.capacity.Resources;
import dev.rein.server.logs.LogFollower;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns a variant into a launched host. Safe for any number of threads.
final class ReplicaLauncher {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaLauncher.class);

    private final Backend backend;
    private final LogFollower logs;
    private final List<HostRuntime> runtimes;
    private final ModelFiles files;
    private final ServingSettings settings;

    ReplicaLauncher(
            Backend backend, LogFollower logs, List<HostRuntime> runtimes, ModelFiles files, ServingSettings settings) {
        this.backend = backend;
        this.logs = logs;
        this.runtimes = runtimes;
        this.files = files;
        this.settings = settings;
    }

    /// Makes the host's folder and fills it.
    ///
    /// @param progress told in words how far a runtime is that has to be made first
    /// @throws ReplicaException if the model cannot be had
    HostSpec prepare(HostId id, Variant variant, String key, Consumer<String> progress) throws ReplicaException {
        HostRuntime declared = Models.runtime(runtimes, variant.image())
                .orElseThrow(() ->
                        new ReplicaException("Image \"%s\" can no longer be served here.".formatted(variant.image())));
        HostRuntime runtime = prepared(declared, progress);
        try {
            files.place(variant, key, backend.of(runtime).prepare(id));
            Map<String, String> environment = new HashMap<>(settings.environment());
            environment.putAll(variant.environment());
            Optional<InstanceType> type = InstanceType.parse(variant.instanceType());
            Resources share =
                    type.map(InstanceType::resources).orElse(settings.machine()).atMost(settings.machine());
            return new HostSpec(
                    id,
                    List.of(id.name()),
                    runtime,
                    runtime.serve(),
                    environment,
                    share.cpus(),
                    share.memoryBytes(),
                    variant.networkIsolation(),
                    OptionalInt.of(freePort()),
                    new ContainerOptions(false, type.map(InstanceType::gpus).orElse(0), 0));
        } catch (IOException e) {
            LOG.error("preparing {}", id, e);
            throw new ReplicaException("The platform could not prepare the replica: " + e.getMessage(), e);
        }
    }

    private static HostRuntime prepared(HostRuntime declared, Consumer<String> progress) throws ReplicaException {
        try {
            return declared.prepared(progress.andThen(words -> LOG.info("{}", words)))
                    .get();
        } catch (ExecutionException e) {
            throw new ReplicaException(
                    String.valueOf(requireNonNull(e.getCause()).getMessage()), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplicaException("Interrupted while %s was made.".formatted(declared.name()), e);
        }
    }

    /// @throws ReplicaException if it does not start; nothing is left of it then
    Host launch(HostSpec spec) throws ReplicaException {
        try {
            return backend.of(spec.runtime()).launch(spec);
        } catch (LaunchException e) {
            discard(spec.id());
            throw new ReplicaException("The replica could not be started: " + e.getMessage(), e);
        }
    }

    /// Copies what the host prints into its log stream.
    ///
    /// @return completes when the last line is stored
    CompletableFuture<Void> follow(Host host, String group, String stream) {
        return logs.follow(host, group, stream, _ -> {});
    }

    /// Ends the host if it runs and deletes what there is of it.
    void discard(HostId id) {
        Optional<Host> host = backend.find(id);
        if (host.isPresent()) {
            end(host.get());
            return;
        }
        try {
            backend.discard(id);
        } catch (IOException e) {
            LOG.warn("{} leaves something on disk", id, e);
        }
    }

    /// SIGKILL, then its folder is deleted.
    void end(Host host) {
        host.kill();
        host.exit().join();
        try {
            host.remove();
        } catch (IOException e) {
            LOG.warn("{} cannot be removed", host.id(), e);
        }
    }

    void forget(String key) throws IOException {
        files.forget(key);
    }

    /// Free when asked; should another take it before the replica does, the replica ends and is started anew.
    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
