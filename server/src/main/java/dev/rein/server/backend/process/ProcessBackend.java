package dev.rein.server.backend.process;

import dev.rein.server.backend.Backend;
import dev.rein.server.backend.FileTree;
import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostSpec;
import dev.rein.server.backend.HostTree;
import dev.rein.server.backend.LaunchException;
import dev.rein.server.backend.machine.Gpus;
import dev.rein.server.backend.machine.NetworkNamespace;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs hosts as supervised process trees of this machine, in the best sandbox it allows.
///
/// Each host has a small launcher of its own that outlives the server, pumps the host's output into its log, and
/// writes down how it ended; a later server on the same folder finds every host again, running or not. The folder
/// belongs to one backend at a time.
public final class ProcessBackend implements Backend {
    private static final Logger log = LoggerFactory.getLogger(ProcessBackend.class);
    static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final HostTree tree;
    private final long logBytes;
    private final Sandbox sandbox;
    private final ControlGroups groups;
    private final Numbers numbers;
    private final Gpus gpus;
    private final JobNetworks networks;
    private final NetworkNamespace namespaces = new NetworkNamespace();
    private final Map<HostId, ProcessHost> launched = new ConcurrentHashMap<>();
    private final ExecutorService watchers = Executors.newVirtualThreadPerTaskExecutor();

    private ProcessBackend(
            HostTree tree,
            long logBytes,
            Sandbox sandbox,
            ControlGroups groups,
            Numbers numbers,
            Gpus gpus,
            JobNetworks networks) {
        this.tree = tree;
        this.logBytes = logBytes;
        this.sandbox = sandbox;
        this.groups = groups;
        this.numbers = numbers;
        this.gpus = gpus;
        this.networks = networks;
    }

    /// Opens the backend with the best isolation that works here, and says what is missing once in the log.
    ///
    /// @param folder   where hosts live; made if absent
    /// @param logBytes how much of a host's output its log keeps
    /// @param gpus     of this machine, shared with the backends beside this one
    public static ProcessBackend open(Path folder, long logBytes, Gpus gpus) throws IOException {
        return open(folder, Isolation.SANDBOX_OWN_USER, logBytes, gpus);
    }

    /// As [#open(Path, long, Gpus)], with logs that hold all.
    public static ProcessBackend open(Path folder) throws IOException {
        return open(folder, Isolation.SANDBOX_OWN_USER);
    }

    /// @param highest no better isolation than this, as if the machine did not allow it
    public static ProcessBackend open(Path folder, Isolation highest) throws IOException {
        return open(folder, highest, Long.MAX_VALUE);
    }

    static ProcessBackend open(Path folder, Isolation highest, long logBytes) throws IOException {
        return open(folder, highest, logBytes, Gpus.ofThisMachine());
    }

    static ProcessBackend open(Path folder, Isolation highest, long logBytes, Gpus gpus) throws IOException {
        Path root = folder.toAbsolutePath().normalize();
        Files.createDirectories(root);
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
        Path scripts = root.resolve("launcher");
        Machine.install(scripts);
        var numbers = new Numbers(root);
        Path trial = Files.createTempDirectory(root, "trial");
        Sandbox sandbox;
        try {
            sandbox = Machine.probe(highest, scripts, trial, numbers.firstUser());
        } finally {
            FileTree.delete(trial);
        }
        var groups = Machine.root() ? ControlGroups.find() : ControlGroups.none();
        if (Machine.root() && !groups.available()) {
            log.warn("No control groups can be made here: limits on memory and CPU are not enforced.");
        }
        var tree = new HostTree(Files.createDirectories(root.resolve("hosts")));
        var networks = new JobNetworks(
                root.resolve("networks"), scripts.resolve("network.sh"), sandbox.isolation(), Machine.root());
        var backend = new ProcessBackend(tree, logBytes, sandbox, groups, numbers, gpus, networks);
        for (HostId id : backend.known()) {
            backend.folder(id).launch().ifPresent(launch -> {
                numbers.taken(id, launch);
                gpus.taken(id, launch.gpus());
            });
        }
        networks.sweep(owner -> !tree.isEmpty(owner));
        backend.deleteEmptyOwners();
        log.info("Hosts are processes of this machine, isolation {}", sandbox.isolation());
        return backend;
    }

    /// The step of isolation this machine allows.
    public Isolation isolation() {
        return sandbox.isolation();
    }

    @Override
    public Path prepare(HostId id) throws IOException {
        var folder = folder(id);
        if (folder.launch().isPresent()) {
            if (find(id).filter(host -> !host.exit().isDone()).isPresent()) {
                throw new IllegalStateException(id + " is running; end and remove it before preparing it anew");
            }
            find(id).orElseThrow().remove();
        }
        synchronized (networks) { // see leave
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
        check(spec);
        LaunchRecord launch = null;
        ProcessHost host = null;
        try {
            launch = reserve(spec);
            List<String> line = write(spec, folder, launch);
            // Its way in comes first: what fails after the start would leave a process that nobody watches.
            host = new ProcessHost(spec.id(), folder, launch, watchers, namespaces, () -> forget(spec.id()));
            Process process = start(folder, launch, line);
            launched.put(spec.id(), host);
            host.watch(process);
            return host;
        } catch (IOException e) {
            if (host != null) {
                host.leave();
            }
            if (launch != null) {
                abandon(spec.id(), folder, launch);
            }
            throw new LaunchException("Cannot start host " + spec.id() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<Host> find(HostId id) {
        var folder = folder(id);
        return Optional.ofNullable(launched.computeIfAbsent(
                id,
                _ -> folder.launch().map(launch -> found(id, folder, launch)).orElse(null)));
    }

    private ProcessHost found(HostId id, HostFolder folder, LaunchRecord launch) {
        try {
            var host = new ProcessHost(id, folder, launch, watchers, namespaces, () -> forget(id));
            host.watch();
            return host;
        } catch (IOException e) {
            throw new UncheckedIOException(id + " runs and cannot be reached: " + e.getMessage(), e);
        }
    }

    @Override
    public void offer(List<URI> services) {
        networks.offer(services.stream().map(ProcessBackend::service).toList());
    }

    private static Gateway.Service service(URI uri) {
        int port = uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
        return new Gateway.Service(new InetSocketAddress(uri.getHost(), port));
    }

    /// Hosts that have no network of their own meet on the machine's loopback.
    @Override
    public String networkInterface(int count, boolean isolated) {
        return count > 1 && networks.available(!isolated) ? "eth0" : "lo";
    }

    @Override
    public void discard(HostId id) throws IOException {
        Optional<Host> host = find(id);
        if (host.isPresent()) {
            host.get().remove();
        } else {
            FileTree.delete(folder(id).path());
            leave(id);
        }
    }

    /// What an owner has is gone with its last host.
    private void leave(HostId id) throws IOException {
        synchronized (networks) { // not between two hosts of one owner
            tree.leave(id, () -> networks.release(id.owner()));
        }
    }

    /// A server may have died between an owner's last host and the owner.
    private void deleteEmptyOwners() throws IOException {
        Path hosts = tree.root();
        try (var owners =
                Files.find(hosts, 2, (path, _) -> hosts.relativize(path).getNameCount() == 2)) {
            for (Path owner : owners.toList()) {
                if (tree.isEmpty(hosts.relativize(owner).toString())) {
                    Files.delete(owner);
                }
            }
        }
    }

    @Override
    public List<HostId> known() {
        return tree.known();
    }

    @Override
    public void close() {
        launched.values().forEach(ProcessHost::leave);
        watchers.shutdownNow();
        networks.close();
    }

    private HostFolder folder(HostId id) {
        return new HostFolder(tree.folder(id));
    }

    private void forget(HostId id) throws IOException {
        var host = launched.get(id);
        if (host != null) {
            groups.remove(host.launch().groups());
            FileTree.delete(host.folder().path());
            numbers.free(id, host.launch());
            gpus.free(id);
            launched.remove(id);
            leave(id);
        }
    }

    private void abandon(HostId id, HostFolder folder, LaunchRecord launch) {
        try {
            groups.remove(launch.groups());
            Files.deleteIfExists(folder.path().resolve("launch.json"));
        } catch (IOException e) {
            log.warn("{} was not started, and something of it is left: {}", id, e.toString());
        }
        numbers.free(id, launch);
        gpus.free(id);
    }

    private void check(HostSpec spec) throws LaunchException {
        var problems = new ArrayList<String>();
        if (spec.command().isEmpty()) {
            problems.add("the command is empty");
        } else {
            Path program = Path.of(spec.command().getFirst());
            if (program.isAbsolute() && !program.startsWith("/opt/ml") && !Files.isExecutable(program)) {
                problems.add(program + " is not a program of this machine");
            }
        }
        for (Path path : spec.runtime().readOnly()) {
            if (!path.isAbsolute() || !Files.exists(path)) {
                problems.add(
                        "the folder " + path + " of runtime " + spec.runtime().name() + " is not there");
            } else if (Path.of("/opt/ml").startsWith(path.normalize())) {
                problems.add(
                        "the folder " + path + " of runtime " + spec.runtime().name() + " would hide /opt/ml");
            }
        }
        environment(spec).forEach((name, value) -> {
            if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
                problems.add("environment variable '" + name.replace('\0', ' ')
                        + "' (expected: a name without '=' and NUL)");
            } else if (value.indexOf('\0') >= 0) {
                problems.add("environment variable " + name + " holds a NUL");
            }
        });
        if (spec.command().stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
            problems.add("the command holds a NUL");
        }
        if (spec.networkIsolation() && !isolation().isSandbox()) {
            problems.add(
                    "network isolation is not to be had here: " + isolation().warning());
        }
        if (spec.networkIsolation() && spec.port().isPresent() && !networks.available(true)) {
            problems.add("a model server with network isolation cannot be reached here (expected: a platform that runs"
                    + " as root and can make networks, or a model without EnableNetworkIsolation)");
        }
        if (spec.networkIsolation() && spec.peers().size() > 1 && !networks.available(false)) {
            problems.add("network isolation of a job with several hosts is not to be had on this machine; "
                    + "use one host or run without isolation");
        }
        if (!problems.isEmpty()) {
            throw new LaunchException("Cannot start host " + spec.id() + ": " + String.join("; ", problems));
        }
    }

    private LaunchRecord reserve(HostSpec spec) throws IOException {
        String cookie = UUID.randomUUID().toString();
        int port = -1;
        if (spec.port().isPresent()) {
            port = spec.port().getAsInt() == 0 ? freePort() : spec.port().getAsInt();
        }
        List<String> made =
                groups.available() ? groups.create("rein-" + cookie, spec.cpus(), spec.memoryBytes()) : List.of();
        return new LaunchRecord(
                isolation(),
                isolation().ownUser() ? numbers.takeUser() : -1,
                numbers.takeSubnet(spec.id().owner()),
                port,
                spec.networkIsolation() && spec.peers().size() <= 1,
                cookie,
                made,
                gpus.take(spec.id(), spec.container().gpus()));
    }

    /// A port nobody listens on now. Another program may take it before the host does; the host then says so
    /// itself.
    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /// Writes what the launcher reads.
    ///
    /// @return what it is to start
    private List<String> write(HostSpec spec, HostFolder folder, LaunchRecord launch) throws IOException {
        Path path = folder.path();
        List<String> names = spec.peers().isEmpty() ? List.of(spec.id().name()) : spec.peers();
        var table = new StringBuilder(Machine.hosts(names));
        Optional<JobNetworks.Place> place = place(spec);
        for (int n = 0; n < names.size(); n++) {
            table.append(
                            place.isPresent()
                                    ? JobNetwork.address(place.get().first() + n)
                                    : numbers.address(launch.subnet(), n))
                    .append(' ')
                    .append(names.get(n))
                    .append('\n');
        }
        Files.writeString(path.resolve("hosts"), table);
        Files.writeString(path.resolve("hostname"), spec.id().name() + "\n");
        boolean gateway = place.isPresent() && !spec.networkIsolation();
        if (gateway) {
            Files.writeString(path.resolve("resolver"), "nameserver " + JobNetwork.GATEWAY + "\n");
        }
        var environment = environment(spec);
        environment.put("REIN_HOST", launch.cookie());
        if (launch.port() >= 0) {
            environment.put("SAGEMAKER_BIND_TO_PORT", Integer.toString(launch.port()));
            environment.put("REIN_BIND_ADDRESS", "127.0.0.1"); // whoever reaches it is not asked for a signature
        }
        var note = new StringBuilder();
        if (names.size() > 1 && place.isEmpty()) {
            note.append("Rein: no network can be made for this job here, so its hosts share the machine's ports");
            if (isolation().isSandbox()) {
                note.append(".\n");
            } else {
                note.append(" and are not known by their names: $REIN_HOSTS_FILE lists their addresses.\n");
                environment.put("REIN_HOSTS_FILE", path.resolve("hosts").toString());
            }
        }
        note.append(Gpus.note(spec.container().gpus(), launch.gpus()));
        if (!isolation().isSandbox()) {
            environment.put("SAGEMAKER_BASE_DIR", folder.ml().toString());
            environment.put(
                    "CUDA_VISIBLE_DEVICES",
                    launch.gpus().stream().map(String::valueOf).collect(Collectors.joining(",")));
        }
        var line = sandbox.line(new Sandbox.Box(
                launch.uid(),
                spec.id().name(),
                folder.ml(),
                spec.runtime().readOnly(),
                spec.memoryBytes(),
                gpus.devices(launch.gpus()),
                spec.networkIsolation() && place.isEmpty(),
                place.map(taken -> networks.enter(taken, names.indexOf(spec.id().name())))
                        .orElse(List.of()),
                gateway,
                environment,
                spec.command()));
        secret(path.resolve("options"), line.optionBytes());
        secret(path.resolve("command"), encode(line.words()));
        if (launch.uid() >= 0) {
            FileTree.give(folder.ml(), launch.uid());
        }
        Files.writeString(folder.log(), note);
        folder.write(launch);
        return line.prefix();
    }

    /// A place in a network, for a job with several hosts or one that shares a network, unless the machine cannot
    /// make one. A job that finds its shared network full is on its own.
    private Optional<JobNetworks.Place> place(HostSpec spec) throws IOException {
        int count = Math.max(1, spec.peers().size());
        boolean open = !spec.networkIsolation();
        boolean shares = spec.sharesNetwork() && open;
        if ((count < 2 && !shares) || !networks.available(open)) {
            return Optional.empty();
        }
        String owner = spec.id().owner();
        if (shares) {
            Optional<JobNetworks.Place> shared = networks.shared(spec.network(), owner, count);
            if (shared.isPresent()) {
                return shared;
            }
            log.warn(
                    "{} does not reach the other jobs of its subnets and security groups: their network holds {} hosts"
                            + " and is full.",
                    owner,
                    JobNetworks.ROOM);
        }
        return count < 2 ? Optional.empty() : Optional.of(networks.own(owner, count, open));
    }

    /// The launcher's own form for words: see `launch.sh`.
    static byte[] encode(List<String> words) {
        var bytes = new ByteArrayOutputStream();
        for (String word : words) {
            String lines = "=" + word.replace("\n", "\n+") + "\n";
            bytes.writeBytes(lines.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static void secret(Path file, byte[] content) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, content);
    }

    private Map<String, String> environment(HostSpec spec) {
        var environment = new TreeMap<String, String>();
        environment.put("PATH", PATH);
        environment.put("LANG", "C.UTF-8");
        environment.put("PYTHONUNBUFFERED", "1");
        environment.put("TAR_OPTIONS", "--no-same-owner"); // root of the sandbox cannot give files away
        if (isolation() == Isolation.SANDBOX_OWN_USER || isolation() == Isolation.SANDBOX_SAME_USER) {
            environment.put("HOME", "/root");
        } else {
            environment.put("HOME", isolation().isSandbox() ? "/tmp" : String.valueOf(System.getProperty("user.home")));
        }
        environment.putAll(spec.runtime().environment());
        environment.putAll(spec.environment());
        return environment;
    }

    private Process start(HostFolder folder, LaunchRecord launch, List<String> prefix) throws IOException {
        var command = new ArrayList<>(
                List.of("setsid", "sh", sandbox.scripts().resolve("launch.sh").toString()));
        command.add(folder.path().toString());
        command.addAll(prefix);
        var builder = new ProcessBuilder(command)
                .directory(new File("/"))
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.complaints().toFile()));
        var environment = builder.environment();
        environment.clear();
        environment.put("PATH", PATH);
        environment.put("LC_ALL", "C");
        environment.put("REIN_SANDBOX", isolation().isSandbox() ? "1" : "");
        environment.put("REIN_UID", launch.uid() < 0 ? "" : Integer.toString(launch.uid()));
        environment.put("REIN_GROUPS", String.join(" ", launch.groups()));
        environment.put("REIN_LOG_BLOCKS", logBytes == Long.MAX_VALUE ? "" : Long.toString(logBytes / 512));
        environment.put("REIN_COOKIE", isolation() == Isolation.PLAIN ? launch.cookie() : "");
        return builder.start();
    }
}
