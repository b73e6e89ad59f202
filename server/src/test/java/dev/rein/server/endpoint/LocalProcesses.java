package dev.rein.server.endpoint;

import dev.rein.server.backend.Backend;
import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostExit;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostSpec;
import dev.rein.server.backend.LaunchException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/// A backend of plain child processes, without isolation: what endpoints need of one and no more. Its hosts outlive
/// an [Endpoints] but not the test; closing it kills them.
final class LocalProcesses implements Backend {
    private final Path root;
    private final Map<HostId, LocalHost> hosts = new ConcurrentHashMap<>();

    LocalProcesses(Path root) {
        this.root = root;
    }

    @Override
    public Path prepare(HostId id) throws IOException {
        Path ml = Files.createDirectories(folder(id).resolve("ml"));
        hosts.put(id, new LocalHost(id, folder(id), Optional.empty(), Optional.empty()));
        return ml;
    }

    @Override
    public void offer(List<URI> services) {}

    @Override
    public String networkInterface(int count, boolean isolated) {
        return "lo";
    }

    @Override
    public void discard(HostId id) throws IOException {
        Host host = hosts.get(id);
        if (host != null) {
            host.remove();
        }
    }

    @Override
    public Host launch(HostSpec spec) throws LaunchException {
        Path folder = folder(spec.id());
        var builder = new ProcessBuilder(spec.command())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        builder.environment().clear();
        builder.environment().putAll(spec.environment());
        builder.environment().put("SAGEMAKER_BASE_DIR", folder.resolve("ml").toString());
        int port = spec.port().orElseThrow();
        builder.environment().put("SAGEMAKER_BIND_TO_PORT", Integer.toString(port));
        try {
            var host = new LocalHost(
                    spec.id(),
                    folder,
                    Optional.of(builder.start()),
                    Optional.of(URI.create("http://127.0.0.1:" + port)));
            hosts.put(spec.id(), host);
            return host;
        } catch (IOException e) {
            throw new LaunchException("no process", e);
        }
    }

    @Override
    public Optional<Host> find(HostId id) {
        return Optional.ofNullable(hosts.get(id));
    }

    @Override
    public List<HostId> known() {
        return List.copyOf(hosts.keySet());
    }

    /// How many processes run.
    long running() {
        return hosts.values().stream().filter(host -> !host.exit().isDone()).count();
    }

    @Override
    public void close() {
        hosts.values().forEach(LocalHost::kill);
        hosts.values().forEach(host -> host.exit().join());
    }

    private Path folder(HostId id) {
        return root.resolve(id.owner()).resolve(id.name());
    }

    private final class LocalHost implements Host {
        private final HostId id;
        private final Path folder;
        private final Optional<Process> process;
        private final Optional<URI> address;
        private final CompletableFuture<HostExit> exit;

        LocalHost(HostId id, Path folder, Optional<Process> process, Optional<URI> address) {
            this.id = id;
            this.folder = folder;
            this.process = process;
            this.address = address;
            this.exit = process.<CompletableFuture<HostExit>>map(
                            child -> child.onExit().thenApply(ended -> new HostExit.Exited(ended.exitValue(), false)))
                    .orElseGet(() -> CompletableFuture.completedFuture(new HostExit.Lost("never launched")));
        }

        @Override
        public HostId id() {
            return id;
        }

        @Override
        public Path ml() {
            return folder.resolve("ml");
        }

        @Override
        public Path log() {
            return folder.resolve("log");
        }

        @Override
        public CompletableFuture<HostExit> exit() {
            return exit;
        }

        @Override
        public Optional<URI> address() {
            return address;
        }

        @Override
        public void terminate() {
            process.ifPresent(Process::destroy);
        }

        @Override
        public void kill() {
            process.ifPresent(Process::destroyForcibly);
        }

        @Override
        public void remove() throws IOException {
            if (!exit.isDone()) {
                throw new IllegalStateException(id + " runs");
            }
            try (var tree = Files.walk(folder)) {
                tree.sorted(Comparator.reverseOrder()).forEach(LocalHost::delete);
            }
            hosts.remove(id);
        }

        private static void delete(Path path) {
            try {
                Files.delete(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
