package dev.rein.server.backend.docker;

import static java.util.Objects.requireNonNull;

import dev.rein.server.backend.Backend;
import dev.rein.server.backend.FileTree;
import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostRuntime;
import dev.rein.server.backend.HostSpec;
import dev.rein.server.backend.HostTree;
import dev.rein.server.backend.LaunchException;
import dev.rein.server.backend.machine.Gpus;
import dev.rein.server.backend.machine.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs hosts as containers of this machine's Docker Engine.
///
/// Nothing of Docker is touched before the first host, so a server whose jobs are all processes pays nothing for
/// it. The folder belongs to one backend at a time; its containers and networks carry the folder's own label and
/// are found by it, so several servers share a daemon in peace.
public final class DockerBackend implements Backend {
    private static final Logger log = LoggerFactory.getLogger(DockerBackend.class);

    /// How long a daemon may be away before its hosts count as lost: longer than a restart of it takes.
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// Where a model server listens in its own container.
    private static final int SERVING_PORT = 8080;

    private final HostTree tree;
    private final Names names;
    private final Engine engine;
    private final Images images;
    private final Networks networks;
    private final Places places;
    private final Containers containers;
    private final Duration patience;
    private final long logBytes;
    private final Gpus gpus;
    private final Path processes;
    private final NetworkNamespace namespaces = new NetworkNamespace();
    private final Map<HostId, DockerHost> launched = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private DockerBackend(
            HostTree tree,
            Names names,
            DockerSettings settings,
            Duration patience,
            long logBytes,
            Gpus gpus,
            Path processes) {
        this.tree = tree;
        this.names = names;
        this.engine = new Engine(settings.socket());
        this.images = new Images(engine, Logins.ofThisUser());
        this.networks = new Networks(engine, names);
        this.places = new Places(tree, names, networks);
        this.containers = new Containers(engine, names, settings.user(), gpus);
        this.patience = patience;
        this.logBytes = logBytes;
        this.gpus = gpus;
        this.processes = processes;
    }

    /// Opens the backend; the daemon need not be there.
    ///
    /// @param folder   where hosts live; made if absent
    /// @param logBytes how much of a host's output is kept
    /// @param gpus     of this machine, shared with the backends beside this one
    public static DockerBackend open(Path folder, DockerSettings settings, long logBytes, Gpus gpus)
            throws IOException {
        return open(folder, settings, logBytes, gpus, PATIENCE, Path.of("/proc"));
    }

    /// @param processes where the kernel tells of this machine's processes
    static DockerBackend open(
            Path folder, DockerSettings settings, long logBytes, Gpus gpus, Duration patience, Path processes)
            throws IOException {
        requireNonNull(settings, "settings");
        Path root = folder.toAbsolutePath().normalize();
        Files.createDirectories(root);
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
        Path name = root.resolve("label");
        if (!Files.exists(name)) {
            Files.writeString(name, UUID.randomUUID().toString().substring(0, 8));
        }
        var tree = new HostTree(Files.createDirectories(root.resolve("hosts")));
        var backend = new DockerBackend(
                tree, new Names(Files.readString(name).strip()), settings, patience, logBytes, gpus, processes);
        for (HostId id : backend.known()) {
            backend.folder(id).launch().ifPresent(launch -> gpus.taken(id, launch.gpus()));
        }
        return backend;
    }

    /// Any image, as a runtime: pulled when it is not there.
    public HostRuntime runtime() {
        return HostRuntime.containers(images);
    }

    @Override
    public Path prepare(HostId id) throws IOException {
        var folder = folder(id);
        if (folder.launch().isPresent()) {
            find(id).orElseThrow().remove();
        }
        synchronized (tree) { // see leave
            FileTree.delete(folder.path());
            Files.createDirectories(folder.path());
            return Files.createDirectory(folder.ml());
        }
    }

    @Override
    public Host launch(HostSpec spec) throws LaunchException {
        var folder = folder(spec.id());
        if (!Files.isDirectory(folder.ml())) {
            throw new LaunchException(spec.id() + " is not prepared");
        }
        if (folder.launch().isPresent()) {
            throw new LaunchException(spec.id() + " was launched before");
        }
        if (spec.networkIsolation()
                && spec.port().isPresent()
                && !ContainerNetwork.mayBeEntered(namespaces, processes)) {
            throw unreachable("this server may not enter the networks of containers");
        }
        DockerHost host = null;
        boolean started = false;
        try {
            sweep();
            var draft = draft(spec, folder);
            Files.writeString(folder.log(), draft.note());
            // Its way in comes first: what fails after the start would leave a container that nobody watches.
            host = host(spec.id(), folder, draft.launch());
            containers.start(spec, folder.ml(), draft);
            if (draft.launch().isShut() && network(spec.id()).isHidden()) {
                throw unreachable("the containers of its Docker daemon are not among the processes this server sees");
            }
            started = true;
            watch(host);
            return host;
        } catch (IOException e) {
            throw new LaunchException("Cannot start host " + spec.id() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LaunchException("Cannot start host " + spec.id() + ": the server is stopping", e);
        } catch (RuntimeException e) {
            throw new LaunchException("Cannot start host " + spec.id() + ": " + engine.words(e), e);
        } finally {
            if (!started) {
                abandon(spec.id(), folder, Optional.ofNullable(host));
            }
        }
    }

    private static LaunchException unreachable(String because) {
        return new LaunchException(
                ("a model server with network isolation cannot be reached here: %s (expected: a server that runs as"
                                + " root on the machine of its Docker daemon, or a model without EnableNetworkIsolation)")
                        .formatted(because));
    }

    private Containers.Draft draft(HostSpec spec, HostFolder folder) throws IOException {
        synchronized (tree) {
            var place = places.take(spec);
            var draft = containers.draft(
                    spec,
                    place,
                    spec.port().isPresent() ? SERVING_PORT : -1,
                    value -> place.network().isEmpty() ? value : networks.inside(value, place.gateway()));
            folder.write(draft.launch());
            return draft;
        }
    }

    private DockerHost host(HostId id, HostFolder folder, HostFolder.Launch launch) throws IOException {
        return new DockerHost(
                id,
                containers.of(id),
                network(id),
                folder,
                launch,
                engine,
                patience,
                logBytes,
                threads,
                () -> forget(id));
    }

    private ContainerNetwork network(HostId id) {
        return new ContainerNetwork(containers.of(id), namespaces, processes);
    }

    private DockerHost found(HostId id, HostFolder.Launch launch) {
        try {
            DockerHost host = host(id, folder(id), launch);
            watch(host);
            return host;
        } catch (IOException e) {
            throw new UncheckedIOException(id + " runs and cannot be reached: " + e.getMessage(), e);
        }
    }

    private void watch(DockerHost host) {
        launched.put(host.id(), host);
        host.watch();
    }

    @Override
    public Optional<Host> find(HostId id) {
        DockerHost known = launched.get(id);
        if (known != null) {
            return Optional.of(known);
        }
        synchronized (launched) {
            return Optional.<Host>ofNullable(launched.get(id))
                    .or(() -> folder(id).launch().map(launch -> found(id, launch)));
        }
    }

    @Override
    public void offer(List<URI> services) {
        try {
            networks.offer(services, places.inUse());
        } catch (RuntimeException e) {
            log.warn("Hosts in containers cannot reach the platform now: {}", engine.words(e));
        }
    }

    @Override
    public String networkInterface(int count, boolean isolated) {
        return isolated && count == 1 ? "lo" : "eth0";
    }

    @Override
    public List<HostId> known() {
        return tree.known();
    }

    @Override
    public void discard(HostId id) throws IOException {
        Optional<Host> host = find(id);
        if (host.isPresent()) {
            host.get().remove();
        } else if (Files.exists(folder(id).path())) {
            FileTree.delete(folder(id).path());
            leave(id);
        }
    }

    /// Stops watching. Containers go on and are found by the next backend on the folder.
    @Override
    public void close() {
        launched.values().forEach(DockerHost::leave);
        threads.shutdownNow();
        try (engine) {
            networks.close();
        }
    }

    private void abandon(HostId id, HostFolder folder, Optional<DockerHost> host) {
        host.ifPresent(DockerHost::leave);
        gpus.free(id);
        try {
            containers.of(id).remove();
        } catch (RuntimeException e) {
            log.warn(
                    "{} was not started; its container, if it has one, is left until the daemon is back: {}",
                    id,
                    engine.words(e));
        }
        try {
            folder.forgetLaunch();
        } catch (IOException e) {
            log.warn("{} was not started, and its folder is left: {}", id, e.toString());
        }
    }

    private void forget(HostId id) throws IOException {
        try {
            containers.of(id).remove();
        } catch (RuntimeException e) {
            log.warn("The container of {} is left until the daemon is back: {}", id, engine.words(e));
        }
        FileTree.delete(folder(id).path());
        launched.remove(id);
        gpus.free(id);
        leave(id);
    }

    /// What an owner has is gone with its last host; a network of several owners with the last of theirs.
    private void leave(HostId id) throws IOException {
        synchronized (tree) {
            tree.leave(id, () -> {
                try {
                    networks.releaseAllBut(places.networks());
                } catch (RuntimeException e) {
                    log.warn("A network is left until the daemon is back: {}", engine.words(e));
                }
            });
        }
    }

    /// Removes containers and networks that an earlier server, or an earlier daemon, left without a host.
    private void sweep() {
        synchronized (tree) {
            containers.removeAllBut(
                    tree.known().stream().map(names::container).collect(Collectors.toUnmodifiableSet()));
            networks.releaseAllBut(places.networks());
        }
    }

    private HostFolder folder(HostId id) {
        return new HostFolder(tree.folder(id));
    }
}
