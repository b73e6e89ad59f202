package dev.rein.server.backend.process;

import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostExit;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostTree;
import dev.rein.server.backend.machine.Door;
import dev.rein.server.backend.machine.NetworkNamespace;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A host of this machine, launched by this server or an earlier one.
final class ProcessHost implements Host {
    private static final Logger log = LoggerFactory.getLogger(ProcessHost.class);

    private final HostId id;
    private final HostFolder folder;
    private final LaunchRecord launch;
    private final ExecutorService threads;
    private final HostTree.Removal removal;
    private final CompletableFuture<HostExit> exit = new CompletableFuture<>();
    private final Optional<Door> door;

    /// @throws IOException if it needs a way in and none can be made
    ProcessHost(
            HostId id,
            HostFolder folder,
            LaunchRecord launch,
            ExecutorService threads,
            NetworkNamespace namespaces,
            HostTree.Removal removal)
            throws IOException {
        this.id = id;
        this.folder = folder;
        this.launch = launch;
        this.threads = threads;
        this.removal = removal;
        this.door = launch.alone() && launch.port() >= 0
                ? Optional.of(Door.open(() -> namespaces.socket(namespace()), launch.port(), threads))
                : Optional.empty();
        exit.thenRun(this::leave);
    }

    /// The host's own network, never the machine's, which processes that prepare the host are still in.
    private Path namespace() throws IOException {
        return descend(launch.isolation().depth())
                .map(ProcessHost::network)
                .filter(network ->
                        !key(network).equals(key(network(ProcessHandle.current().pid()))))
                .orElseThrow(() -> new IOException("the host has not begun, or has ended"));
    }

    private static Path network(long pid) {
        return Path.of("/proc", Long.toString(pid), "ns", "net");
    }

    /// Empty once the process is gone.
    private static String key(Path namespace) {
        try {
            return Files.readSymbolicLink(namespace).toString();
        } catch (IOException gone) {
            return "";
        }
    }

    /// Lets go of a host that may run on, for a later server to find.
    void leave() {
        door.ifPresent(Door::close);
    }

    HostFolder folder() {
        return folder;
    }

    LaunchRecord launch() {
        return launch;
    }

    @Override
    public HostId id() {
        return id;
    }

    @Override
    public Path ml() {
        return folder.ml();
    }

    @Override
    public Path log() {
        return folder.log();
    }

    @Override
    public CompletableFuture<HostExit> exit() {
        return exit.copy();
    }

    @Override
    public Optional<URI> address() {
        if (launch.port() < 0) {
            return Optional.empty();
        }
        return door.map(Door::address).or(() -> Optional.of(URI.create("http://127.0.0.1:" + launch.port())));
    }

    @Override
    public void remove() throws IOException {
        if (!exit.isDone()) {
            throw new IllegalStateException(id + " is running; end it before removing it");
        }
        removal.run();
    }

    @Override
    public String toString() {
        return id.toString();
    }

    // --- the end ---

    /// Watches a launcher that is our child.
    void watch(Process launcher) {
        threads.execute(() -> {
            try {
                launcher.waitFor();
                exit.complete(conclusion());
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /// Watches a launcher that an earlier server started.
    void watch() {
        if (folder.exitCode().isPresent()) {
            exit.complete(conclusion());
            return;
        }
        threads.execute(() -> {
            try {
                awaitLauncher();
                exit.complete(conclusion());
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void awaitLauncher() throws InterruptedException {
        // a server may have died between starting a launcher and the launcher's first word
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
        while (folder.launcher().isEmpty()
                && (System.nanoTime() < until
                        || !ProcessTable.withArgument(folder.path().toString()).isEmpty())) {
            Thread.sleep(20);
        }
        long pause = 10;
        while (folder.launcher().filter(HostFolder.Launcher::runs).isPresent()) {
            Thread.sleep(pause);
            pause = Math.min(100, pause * 2);
        }
    }

    /// How it ended, once the launcher is gone.
    private HostExit conclusion() {
        var code = folder.exitCode();
        boolean outOfMemory = ControlGroups.outOfMemory(launch.groups());
        if (code.isPresent()) {
            boolean never = (code.getAsInt() == 1 || code.getAsInt() == 125)
                    && launch.isolation().isSandbox()
                    && folder.sandboxExitCode().isEmpty();
            return never
                    ? new HostExit.Lost("The command could not be started: " + lastWords())
                    : new HostExit.Exited(code.getAsInt(), outOfMemory);
        }
        try {
            var launcher = folder.launcher();
            if (launcher.isEmpty()) {
                return new HostExit.Lost("The host was not started: the server ended in the moment of its launch.");
            }
            if (!launcher.get().bootId().equals(ProcessTable.bootId())) {
                return new HostExit.Lost("The machine was restarted while the host ran.");
            }
            killLeftovers();
        } catch (IOException e) {
            log.warn("{}: {}", id, e.toString());
        }
        var inside = folder.sandboxExitCode();
        if (inside.isPresent()) {
            return new HostExit.Exited(inside.getAsInt(), outOfMemory);
        }
        return new HostExit.Lost("The host's supervisor was killed, and the host with it.");
    }

    /// The launcher is dead, by force: everything below it must die too, and the pump must have copied its last.
    /// A sandbox dies with its launcher, but for a moment when it begins: its first process asks for that only
    /// after the host's own has begun.
    private void killLeftovers() {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (System.nanoTime() < until) {
            Set<Long> left = everything();
            folder.sandboxBegun()
                    .filter(HostFolder.SandboxBegun::runs)
                    .map(HostFolder.SandboxBegun::child)
                    .ifPresent(left::add);
            left.forEach(ProcessTable::kill);
            boolean pumping = folder.main()
                    .flatMap(main -> ProcessTable.entry(main.pump()))
                    .filter(ProcessTable.Entry::runs)
                    .isPresent();
            if (left.isEmpty() && !pumping) {
                return;
            }
            if (!pause(20)) {
                return;
            }
        }
        log.warn("{}: something of it may be left running", id);
    }

    private String lastWords() {
        try (var file = new RandomAccessFile(folder.log().toFile(), "r")) {
            byte[] tail = new byte[(int) Math.min(500, file.length())];
            file.seek(file.length() - tail.length);
            file.readFully(tail);
            String words = new String(tail, StandardCharsets.UTF_8).strip();
            return words.substring(words.lastIndexOf('\n') + 1);
        } catch (IOException e) {
            return "its log cannot be read: " + e.getMessage();
        }
    }

    // --- signals ---

    @Override
    public void terminate() {
        if (!exit.isDone()) {
            threads.execute(() -> {
                long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
                while (!exit.isDone() && System.nanoTime() < until) {
                    // what is no program yet still has a handler of ours, which would swallow the signal
                    var entryPoint = descend(launch.isolation().depth()).filter(ProcessTable::isProgram);
                    if (entryPoint.isPresent()) {
                        ProcessTable.terminate(entryPoint.get());
                        return;
                    }
                    if (!pause(10)) { // it is just being started
                        return;
                    }
                }
            });
        }
    }

    @Override
    public void kill() {
        if (!exit.isDone()) {
            threads.execute(() -> {
                long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
                while (!exit.isDone()) {
                    if (System.nanoTime() > until) {
                        log.warn("{} does not die; a process of it may hang in the kernel", id);
                        return;
                    }
                    everything().forEach(ProcessTable::kill);
                    if (!pause(20)) {
                        return;
                    }
                }
            });
        }
    }

    /// The process so many steps below the launcher, as long as it is certain to be ours.
    private Optional<Long> descend(int steps) {
        var launcher = folder.launcher().filter(HostFolder.Launcher::runs);
        Optional<Long> process = folder.main()
                .map(HostFolder.Main::child)
                .filter(child -> launcher.isPresent()
                        && ProcessTable.entry(child)
                                .filter(entry ->
                                        entry.parent() == launcher.get().pid())
                                .isPresent());
        for (int step = 0; step < steps; step++) {
            process = process.flatMap(pid -> ProcessTable.children(pid).stream().findFirst())
                    .map(ProcessTable.Entry::pid);
        }
        return process;
    }

    /// Processes whose death is the death of the whole host: the first one of its namespace where it has one, else
    /// every one that can be found.
    private Set<Long> everything() {
        var all = new LinkedHashSet<Long>();
        if (launch.isolation().isSandbox()) {
            descend(1).or(() -> descend(0)).ifPresent(all::add);
        } else if (launch.isolation() == Isolation.PROCESS_NAMESPACE) {
            descend(0).ifPresent(all::add); // unshare takes its namespace along
        } else {
            descend(0).ifPresent(child -> collect(child, all));
            all.addAll(ProcessTable.withEnvironment("REIN_HOST=" + launch.cookie()));
            all.addAll(ControlGroups.members(launch.groups()));
        }
        return all;
    }

    private static void collect(long pid, Set<Long> into) {
        if (into.add(pid)) {
            ProcessTable.children(pid).forEach(child -> collect(child.pid(), into));
        }
    }

    private static boolean pause(long millis) {
        try {
            Thread.sleep(millis);
            return true;
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
