package dev.rein.server.backend.process;

import dev.rein.server.backend.FileTree;
import dev.rein.server.backend.machine.NetworkNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Networks of jobs with several hosts, and of jobs that share one, where the kernel allows them. Safe for any number
/// of threads.
///
/// As root both kinds are to be had; an ordinary user can make closed ones only, since nobody else may open sockets
/// in a namespace of another user.
final class JobNetworks implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(JobNetworks.class);
    private static final long PATIENCE_SECONDS = 20;

    /// How many hosts a shared network has room for.
    static final int ROOM = 16;

    /// Where an owner's hosts are in a network.
    ///
    /// @param first index of the first one
    record Place(JobNetwork.Namespaces network, int first) {}

    /// Tells whether an owner has hosts yet.
    interface Owners {
        boolean live(String owner) throws IOException;
    }

    private final Path root;
    private final Path script;
    private final Isolation isolation;
    private final boolean superuser;
    private final NetworkNamespace namespace = new NetworkNamespace();
    private final Map<String, Gateway> gateways = new HashMap<>();
    private @Nullable Boolean works;
    private List<Gateway.Service> services = List.of();

    /// @param root   a folder of ours for networks
    /// @param script where `network.sh` lies
    JobNetworks(Path root, Path script, Isolation isolation, boolean superuser) {
        this.root = root;
        this.script = script;
        this.isolation = isolation;
        this.superuser = superuser;
    }

    /// Whether a job can have a network of its own. Found out by making one, once.
    synchronized boolean available(boolean open) {
        if (!isolation.isSandbox() || (open && !superuser)) {
            return false;
        }
        if (works == null) {
            works = probe();
        }
        return works;
    }

    private boolean probe() {
        try {
            Path trial = Files.createTempDirectory(Files.createDirectories(root), "trial");
            try {
                var network = new JobNetwork(trial);
                make(network, 1, superuser);
                if (superuser) {
                    namespace.inside(network.namespaces().orElseThrow().gateway(), () -> "");
                }
                return true;
            } finally {
                destroy(new JobNetwork(trial));
            }
        } catch (IOException e) {
            log.warn(
                    "Jobs with several hosts get no network of their own here: their hosts share the machine's ports,"
                            + " and EnableNetworkIsolation is refused for them ({}). Needed: network namespaces, the"
                            + " commands ip, nsenter and unshare.",
                    e.getMessage());
            return false;
        }
    }

    /// The services that hosts in open networks reach. Opens the gateways of the networks that are there already.
    synchronized void offer(List<Gateway.Service> offered) {
        services = List.copyOf(offered);
        for (String owner : names()) {
            var network = network(owner);
            if (network.isOpen()) {
                network.namespaces().ifPresent(spaces -> {
                    try {
                        openGateway(owner, spaces);
                    } catch (IOException e) {
                        log.warn("Hosts of {} cannot reach the platform any more: {}", owner, e.getMessage());
                    }
                });
            }
        }
    }

    /// The owner's place in a network of its own, which is made if it is not there.
    ///
    /// @param open whether hosts reach the platform and the world, or nobody but each other
    synchronized Place own(String owner, int count, boolean open) throws IOException {
        return new Place(ensure(owner, count, open), 0);
    }

    /// The owner's place in an open network of that name, beside other owners'.
    ///
    /// @return empty where it has no room left
    synchronized Optional<Place> shared(String name, String owner, int count) throws IOException {
        JobNetwork.Namespaces spaces = ensure(name, ROOM, true);
        return network(name).admit(owner, count, ROOM).map(member -> new Place(spaces, member.first()));
    }

    private JobNetwork.Namespaces ensure(String owner, int count, boolean open) throws IOException {
        var network = network(owner);
        Optional<JobNetwork.Namespaces> there = network.namespaces();
        if (there.isPresent()) {
            return there.get();
        }
        destroy(network);
        Files.createDirectories(network.folder());
        try {
            make(network, count, open);
            JobNetwork.Namespaces made = network.namespaces().orElseThrow();
            if (open) {
                openGateway(owner, made);
            }
            return made;
        } catch (IOException e) {
            destroy(network);
            throw e;
        }
    }

    /// What to start a host's command with, so that it runs in its namespace.
    ///
    /// @param index among its owner's hosts
    List<String> enter(Place place, int index) {
        String net = place.network().hosts().get(place.first() + index).toString();
        return superuser
                ? List.of("nsenter", "--net=" + net, "--")
                : List.of(
                        "nsenter",
                        "--user=" + net.replaceFirst("net$", "user"),
                        "--net=" + net,
                        "--preserve-credentials",
                        "--");
    }

    private void openGateway(String owner, JobNetwork.Namespaces spaces) throws IOException {
        Gateway before = gateways.remove(owner);
        if (before != null) {
            before.close();
        }
        gateways.put(owner, Gateway.open(namespace, spaces, services));
    }

    private void make(JobNetwork network, int count, boolean open) throws IOException {
        Path folder = network.folder();
        Path complaints = folder.resolve("complaints");
        if (open) {
            Files.createFile(folder.resolve("open"));
        }
        var command = new ArrayList<>(List.of("setsid", "unshare"));
        if (!superuser) {
            command.addAll(List.of("--user", "--map-root-user"));
        }
        command.addAll(List.of("--net", "--pid", "--fork", "--kill-child", "sh", script.toString(), folder.toString()));
        command.addAll(List.of(Integer.toString(count), open ? "open" : "closed"));
        var builder = new ProcessBuilder(command)
                .directory(Path.of("/").toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(complaints.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", ProcessBackend.PATH);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!Files.exists(folder.resolve("namespaces"))) {
            if (!process.isAlive() || System.nanoTime() > until) {
                process.destroyForcibly();
                throw new IOException("the network cannot be made: "
                        + Files.readString(complaints, StandardCharsets.UTF_8).strip());
            }
            sleep();
        }
    }

    /// Takes down an owner's network, and those that it was the last member of. Its hosts have ended. Harmless if
    /// there is none.
    synchronized void release(String owner) throws IOException {
        takeDown(owner);
        for (String name : names()) {
            var network = network(name);
            if (network.isShared()) {
                network.dismiss(owner);
                if (network.members().isEmpty()) {
                    takeDown(name);
                }
            }
        }
    }

    private void takeDown(String owner) throws IOException {
        Gateway gateway = gateways.remove(owner);
        if (gateway != null) {
            gateway.close();
        }
        destroy(network(owner));
    }

    /// Takes down what no owner is left of: a server may have died between a network and its first host.
    synchronized void sweep(Owners lives) throws IOException {
        for (String name : names()) {
            var network = network(name);
            List<String> owners = network.isShared()
                    ? network.members().stream().map(JobNetwork.Member::owner).toList()
                    : List.of(name);
            for (String owner : owners) {
                if (!lives.live(owner)) {
                    release(owner);
                }
            }
        }
    }

    private static void destroy(JobNetwork network) throws IOException {
        if (!Files.isDirectory(network.folder())) {
            return;
        }
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        for (List<Long> left = network.holders(); !left.isEmpty(); left = network.holders()) {
            if (System.nanoTime() > until) {
                throw new IOException("the network at " + network.folder() + " does not go");
            }
            left.forEach(ProcessTable::kill);
            sleep();
        }
        FileTree.delete(network.folder());
    }

    /// Owners are `kind/name`, checked before, and so are names of shared networks; neither part holds a `+`.
    private JobNetwork network(String owner) {
        return new JobNetwork(root.resolve(owner.replace('/', '+')));
    }

    private List<String> names() {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (var folders = Files.list(root)) {
            return folders.map(folder -> folder.getFileName().toString().replace('+', '/'))
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// Goes on when interrupted: what is begun here takes a moment, and half a network is worse than a late end.
    private static void sleep() {
        boolean interrupted = Thread.interrupted();
        LockSupport.parkNanos(5_000_000);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Leaves the networks to the next server; what this one carried for them ends.
    @Override
    public synchronized void close() {
        gateways.values().forEach(Gateway::close);
        gateways.clear();
    }
}
