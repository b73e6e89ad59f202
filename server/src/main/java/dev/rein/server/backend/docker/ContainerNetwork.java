package dev.rein.server.backend.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import dev.rein.server.backend.machine.NetworkNamespace;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The network of a container, entered from this machine by the container's first process, which the daemon names.
/// Safe for any number of threads.
///
/// That process is believed only while the kernel has it in the container's control group: where the daemon numbers
/// processes otherwise than this server, or the container has ended, its number is another process's.
final class ContainerNetwork {
    /// A daemon learns a moment late that a process has ended.
    private static final Duration NEWS = Duration.ofSeconds(5);

    private static final long PAUSE_MILLIS = 50;

    private final Container container;
    private final NetworkNamespace namespaces;
    private final Path processes;
    private volatile @Nullable First first;

    /// A container's first process.
    ///
    /// @param container its id
    /// @param process   its number
    private record First(String container, int process) {}

    /// @param processes where the kernel tells of processes: `/proc`
    ContainerNetwork(Container container, NetworkNamespace namespaces, Path processes) {
        this.container = container;
        this.namespaces = namespaces;
        this.processes = processes;
    }

    /// Whether this server may enter networks of other processes at all: it takes root.
    static boolean mayBeEntered(NetworkNamespace namespaces, Path processes) {
        try {
            return namespaces.inside(processes.resolve("self/ns/net"), () -> true);
        } catch (IOException forbidden) {
            return false;
        }
    }

    /// Whether the container runs where this server does not see its processes.
    boolean isHidden() throws InterruptedException {
        long until = System.nanoTime() + NEWS.toNanos();
        while (System.nanoTime() < until) {
            Optional<First> running = running();
            if (running.isEmpty() || isHere(running.get())) {
                return false;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        return true;
    }

    /// Opens a socket in it.
    ///
    /// @throws IOException while the container does not run, or if its network cannot be entered
    SocketChannel socket() throws IOException {
        First known = known();
        SocketChannel socket = namespaces.socket(folder(known).resolve("ns/net"));
        if (isHere(known)) { // then it was all the time
            return socket;
        }
        socket.close();
        throw new IOException(container.name() + " has ended");
    }

    /// The daemon is asked once for each container, so one that is away does not keep anybody out.
    private First known() throws IOException {
        First known = first;
        if (known != null && isHere(known)) {
            return known;
        }
        First now = asked();
        first = now;
        return now;
    }

    private First asked() throws IOException {
        try {
            return running()
                    .filter(this::isHere)
                    .orElseThrow(() -> new IOException(container.name() + " does not run, or not on this machine"));
        } catch (RuntimeException e) {
            throw new IOException(container.engine().words(e), e);
        }
    }

    private Optional<First> running() {
        return container
                .inspect()
                .filter(found -> Boolean.TRUE.equals(found.getState().getRunning()))
                .map(found -> new First(found.getId(), process(found)));
    }

    private static int process(InspectContainerResponse found) {
        Long number = found.getState().getPidLong();
        return number == null ? 0 : number.intValue();
    }

    private boolean isHere(First process) {
        try {
            return Files.readString(folder(process).resolve("cgroup")).contains(process.container());
        } catch (IOException gone) {
            return false;
        }
    }

    private Path folder(First process) {
        return processes.resolve(Integer.toString(process.process()));
    }
}
