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
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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

    private static final String HOME = "dev.rein.home";

    private final HostTree tree;
    private final String label;
    private final Engine engine;
    private final Images images;
    private final Networks networks;
    private final Containers containers;
    private final Duration patience;
    private final long logBytes;
    private final Map<HostId, DockerHost> launched = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private DockerBackend(HostTree tree, String label, DockerSettings settings, Duration patience, long logBytes) {
        this.tree = tree;
        this.label = label;
        this.engine = new Engine(settings.socket());
        this.images = new Images(engine, Logins.ofThisUser());
        this.networks = new Networks(engine, Map.of(HOME, label));
        this.containers = new Containers(engine, Map.of(HOME, label), settings.user());
        this.patience = patience;
        this.logBytes = logBytes;
    }

    /// Opens the backend; the daemon need not be there.
    ///
    /// @param folder   where hosts live; made if absent
    /// @param logBytes how much of a host's output is kept
    public static DockerBackend open(Path folder, DockerSettings settings, long logBytes) throws IOException {
        return open(folder, settings, logBytes, PATIENCE);
    }

    static DockerBackend open(Path folder, DockerSettings settings, long logBytes, Duration patience)
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
        return new DockerBackend(tree, Files.readString(name).strip(), settings, patience, logBytes);
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
        if (spec.networkIsolation() && spec.port().isPresent()) {
            throw new LaunchException(
                    "a model server with network isolation could not be reached on this backend; run it without");
        }
        String name = name(spec.id());
        try {
            sweep();
            var draft = draft(spec);
            folder.write(draft.launch());
            Files.writeString(folder.log(), draft.note());
            containers.start(name, spec, folder.ml(), draft);
            return watched(spec.id(), folder, draft.launch());
        } catch (LaunchException e) {
            abandon(spec.id(), folder);
            throw e;
        } catch (IOException e) {
            abandon(spec.id(), folder);
            throw new LaunchException("Cannot start host " + spec.id() + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            abandon(spec.id(), folder);
            throw new LaunchException("Cannot start host " + spec.id() + ": " + engine.words(e), e);
        }
    }

    private Containers.Draft draft(HostSpec spec) throws IOException {
        if (spec.networkIsolation() && spec.peers().size() < 2) {
            return containers.draft(spec, "", Optional.empty(), "", -1, value -> value);
        }
        String network = network(spec.id().owner());
        Networks.Subnet subnet;
        String address;
        synchronized (tree) {
            subnet = networks.ensure(network, spec.networkIsolation());
            address = address(spec, subnet);
        }
        return containers.draft(
                spec,
                network,
                Optional.of(subnet),
                address,
                spec.port().isPresent() ? SERVING_PORT : -1,
                value -> networks.inside(value, subnet));
    }

    /// Peers have addresses by their order, so that each knows all of them from the beginning.
    private String address(HostSpec spec, Networks.Subnet subnet) {
        if (spec.peers().size() > 1) {
            return subnet.host(spec.peers().indexOf(spec.id().name()));
        }
        Set<String> taken = new HashSet<>();
        for (HostId other : tree.known()) {
            if (other.owner().equals(spec.id().owner())) {
                folder(other).launch().ifPresent(launch -> taken.add(launch.address()));
            }
        }
        return subnet.hosts().stream()
                .filter(one -> !taken.contains(one))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(spec.id().owner() + " has no address left"));
    }

    private DockerHost watched(HostId id, HostFolder folder, HostFolder.Launch launch) {
        var host = new DockerHost(id, name(id), folder, launch, engine, patience, logBytes, threads, () -> forget(id));
        launched.put(id, host);
        host.watch();
        return host;
    }

    @Override
    public Optional<Host> find(HostId id) {
        DockerHost known = launched.get(id);
        if (known != null) {
            return Optional.of(known);
        }
        synchronized (launched) {
            return Optional.<Host>ofNullable(launched.get(id))
                    .or(() -> folder(id).launch().map(launch -> watched(id, folder(id), launch)));
        }
    }

    @Override
    public void offer(List<URI> services) {
        List<String> open = tree.known().stream()
                .filter(id -> folder(id)
                        .launch()
                        .filter(launch -> !launch.address().isEmpty())
                        .isPresent())
                .map(id -> network(id.owner()))
                .distinct()
                .toList();
        try {
            networks.offer(services, open);
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
        threads.shutdownNow();
        try (engine) {
            networks.close();
        }
    }

    private void abandon(HostId id, HostFolder folder) {
        try {
            containers.remove(name(id));
            folder.forgetLaunch();
        } catch (IOException | RuntimeException e) {
            log.warn("{} was not started, and something of it is left: {}", id, e.toString());
        }
    }

    private void forget(HostId id) throws IOException {
        try {
            containers.remove(name(id));
        } catch (RuntimeException e) {
            log.warn("The container of {} is left until the daemon is back: {}", id, engine.words(e));
        }
        FileTree.delete(folder(id).path());
        launched.remove(id);
        leave(id);
    }

    /// What an owner has is gone with its last host.
    private void leave(HostId id) throws IOException {
        synchronized (tree) {
            tree.leave(id, () -> {
                try {
                    networks.release(network(id.owner()));
                } catch (RuntimeException e) {
                    log.warn("A network is left until the daemon is back: {}", engine.words(e));
                }
            });
        }
    }

    /// Removes containers and networks that an earlier server, or an earlier daemon, left without a host.
    private void sweep() throws IOException {
        Set<String> containersWanted = new HashSet<>();
        Set<String> networksWanted = new HashSet<>();
        synchronized (tree) {
            for (HostId id : tree.known()) {
                containersWanted.add(name(id));
                networksWanted.add(network(id.owner()));
            }
            containers.removeAllBut(containersWanted);
            for (String name : containers.networks()) {
                if (!networksWanted.contains(name)) {
                    networks.release(name);
                }
            }
        }
    }

    private HostFolder folder(HostId id) {
        return new HostFolder(tree.folder(id));
    }

    private String name(HostId id) {
        return network(id.owner()) + "-" + id.name();
    }

    private String network(String owner) {
        return "rein-" + label + "-" + owner.replace('/', '-');
    }
}
