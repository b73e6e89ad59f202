package dev.rein.server.backend.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostExit;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostTree;
import dev.rein.server.backend.machine.Door;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A host in a container, launched by this server or an earlier one.
final class DockerHost implements Host {
    private static final Logger log = LoggerFactory.getLogger(DockerHost.class);
    private static final long PAUSE_MILLIS = 200;

    private final HostId id;
    private final Container container;
    private final HostFolder folder;
    private final HostFolder.Launch launch;
    private final Engine engine;
    private final Duration patience;
    private final long logBytes;
    private final ExecutorService threads;
    private final HostTree.Removal removal;
    private final CompletableFuture<HostExit> exit = new CompletableFuture<>();
    private final Optional<Door> door;

    /// @param network   entered by those who reach a host without an address
    /// @param patience  how long a daemon may be away before the host counts as lost
    /// @param logBytes  how much of its output is kept
    /// @throws IOException if it needs a way in and none can be made
    DockerHost(
            HostId id,
            Container container,
            ContainerNetwork network,
            HostFolder folder,
            HostFolder.Launch launch,
            Engine engine,
            Duration patience,
            long logBytes,
            ExecutorService threads,
            HostTree.Removal removal)
            throws IOException {
        this.id = id;
        this.container = container;
        this.folder = folder;
        this.launch = launch;
        this.engine = engine;
        this.patience = patience;
        this.logBytes = logBytes;
        this.threads = threads;
        this.removal = removal;
        this.door =
                launch.isShut() ? Optional.of(Door.open(network::socket, launch.port(), threads)) : Optional.empty();
        exit.thenRun(this::leave);
    }

    /// Lets go of a host that may run on, for a later server to find.
    void leave() {
        door.ifPresent(Door::close);
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
        return door.map(Door::address)
                .or(() -> Optional.of(URI.create("http://" + launch.address() + ":" + launch.port())));
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

    /// Copies its log and waits for its end.
    void watch() {
        Optional<HostExit> known = folder.exit();
        if (known.isPresent()) {
            exit.complete(known.get());
            return;
        }
        threads.execute(() -> {
            try {
                HostExit end = end();
                folder.write(end);
                exit.complete(end);
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt(); // a later server goes on
            } catch (IOException | RuntimeException e) {
                log.error("{} is watched no more", id, e);
                exit.complete(new HostExit.Lost("The server could not go on watching it: " + e));
            }
        });
    }

    private HostExit end() throws IOException, InterruptedException {
        boolean wasAway = false;
        long away = 0;
        while (true) {
            try {
                Optional<InspectContainerResponse> found = container.inspect();
                away = 0;
                if (found.isEmpty()) {
                    return new HostExit.Lost("Its container was removed by somebody else.");
                }
                ContainerState state = found.get().getState();
                var pump = new LogPump(engine, found.get().getId(), folder.log(), launch.note(), logBytes);
                if (Boolean.TRUE.equals(state.getRunning())) {
                    pump.copy(true);
                } else {
                    pump.copy(false); // complete now: following may end a line early
                    return conclusion(state, wasAway || !engine.listens());
                }
            } catch (NotFoundException gone) {
                return new HostExit.Lost("Its container was removed by somebody else.");
            } catch (RuntimeException unreachable) {
                if (Thread.interrupted() || threads.isShutdown()) { // it is this server that ends, not the daemon
                    throw new InterruptedException();
                }
                long now = System.nanoTime();
                if (away == 0) {
                    away = now;
                    log.warn("{}: {}", id, engine.words(unreachable));
                } else if (now - away > patience.toNanos()) {
                    return new HostExit.Lost(
                            "The Docker daemon was stopped while the host ran, and has not come back for %d s."
                                    .formatted(patience.toSeconds()));
                }
                wasAway |= !engine.listens();
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    private HostExit conclusion(ContainerState state, boolean wasAway) {
        int code =
                state.getExitCodeLong() == null ? -1 : state.getExitCodeLong().intValue();
        if ("created".equals(state.getStatus())) {
            return new HostExit.Lost("The host was not started: the server ended in the moment of its launch.");
        }
        if (wasAway && !engine.keepsContainers()) {
            // whatever the program then said: it was told to end by the daemon, not by its own work
            return new HostExit.Lost(
                    "The Docker daemon was stopped while the host ran, and took it along (exit code %d)."
                            .formatted(code));
        }
        return new HostExit.Exited(code, Boolean.TRUE.equals(state.getOOMKilled()));
    }

    // --- signals ---

    @Override
    public void terminate() {
        signal("SIGTERM");
    }

    @Override
    public void kill() {
        signal("SIGKILL");
    }

    private void signal(String name) {
        if (exit.isDone()) {
            return;
        }
        threads.execute(() -> {
            try {
                container.signal(name);
            } catch (RuntimeException e) {
                log.warn("{} was not sent {}: {}", id, name, engine.words(e));
            }
        });
    }
}
