package dev.rein.server.backend.process;

import dev.rein.server.backend.Relay;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way in to a model server without a network: a socket on this machine's loopback, whose connections go on on the
/// host's own. It leads nowhere from inside. Safe for any number of threads.
///
/// Only root may open sockets in a host's namespace.
final class Door implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Door.class);
    private static final int CONNECTIONS = 1024;
    private static final int BACKLOG = 128;

    private final ServerSocketChannel socket;
    private final Relay relay;

    private Door(ServerSocketChannel socket, Relay relay) {
        this.socket = socket;
        this.relay = relay;
    }

    /// @param inside  the host's namespace, once it has one
    /// @param port    where its model server listens
    /// @param threads for the connections
    static Door open(NetworkNamespace namespaces, Supplier<Optional<Path>> inside, int port, Executor threads)
            throws IOException {
        InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.INET);
        try {
            socket.bind(new InetSocketAddress(loopback, 0), BACKLOG);
            var relay = new Relay(threads, new Semaphore(CONNECTIONS));
            var server = new InetSocketAddress(loopback, port);
            relay.serve(
                    socket,
                    _ -> Optional.of(server),
                    () -> namespaces.inside(
                            inside.get().orElseThrow(() -> new IOException("the host has not begun, or has ended")),
                            () -> SocketChannel.open(StandardProtocolFamily.INET)));
            return new Door(socket, relay);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    URI address() {
        try {
            return URI.create("http://127.0.0.1:" + ((InetSocketAddress) socket.getLocalAddress()).getPort());
        } catch (IOException closed) {
            throw new IllegalStateException("the door is closed", closed);
        }
    }

    /// Breaks off every connection. Closing twice is harmless.
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("{}", e.toString());
        }
        relay.close();
    }
}
