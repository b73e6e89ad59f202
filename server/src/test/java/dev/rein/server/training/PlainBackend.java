package dev.rein.server.training;

import dev.rein.server.backend.Backend;
import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostExit;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostSpec;
import dev.rein.server.backend.LaunchException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/// Hosts as plain processes of this JVM, found again by name as long as the object lives. Nothing is confined: for
/// tests of what happens around hosts.
final class PlainBackend implements Backend {
    private final Path folder;
    private final Map<HostId, PlainHost> hosts = new ConcurrentHashMap<>();

    PlainBackend(Path folder) {
        this.folder = folder;
    }

    @Override
    public Path prepare(HostId id) throws IOException {
        Path ml = ml(id);
        Results.delete(ml);
        return Files.createDirectories(ml);
    }

    private Path ml(HostId id) {
        return folder.resolve(id.owner()).resolve(id.name()).resolve("ml");
    }

    @Override
    public Host launch(HostSpec spec) throws LaunchException {
        Path ml = ml(spec.id());
        Path log = ml.resolveSibling("log");
        try {
            var builder = new ProcessBuilder(spec.command())
                    .directory(ml.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().clear();
            builder.environment().putAll(spec.environment());
            builder.environment().put("PATH", "/usr/bin:/bin");
            builder.environment().put("SAGEMAKER_BASE_DIR", ml.toString());
            var host = new PlainHost(spec.id(), ml, log, builder.start());
            hosts.put(spec.id(), host);
            return host;
        } catch (IOException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
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

    /// Forgets a host as a crash before its launch would.
    void forget(HostId id) {
        PlainHost host = hosts.remove(id);
        if (host != null) {
            host.kill();
        }
    }

    @Override
    public void close() {
        hosts.values().forEach(PlainHost::kill);
    }

    private final class PlainHost implements Host {
        private final HostId id;
        private final Path ml;
        private final Path log;
        private final Process process;
        private final CompletableFuture<HostExit> exit;

        PlainHost(HostId id, Path ml, Path log, Process process) {
            this.id = id;
            this.ml = ml;
            this.log = log;
            this.process = process;
            this.exit = process.onExit().thenApply(ended -> new HostExit.Exited(ended.exitValue(), false));
        }

        @Override
        public HostId id() {
            return id;
        }

        @Override
        public Path ml() {
            return ml;
        }

        @Override
        public Path log() {
            return log;
        }

        @Override
        public CompletableFuture<HostExit> exit() {
            return exit;
        }

        @Override
        public Optional<URI> address() {
            return Optional.empty();
        }

        @Override
        public void terminate() {
            process.destroy();
        }

        @Override
        public void kill() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }

        @Override
        public void remove() throws IOException {
            if (process.isAlive()) {
                throw new IllegalStateException(id + " runs");
            }
            hosts.remove(id);
            Results.delete(log.resolveSibling("ml"));
            Files.delete(log);
        }
    }
}
