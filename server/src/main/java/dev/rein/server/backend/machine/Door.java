package dev.rein.server.backend.machine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way in to a model server without a network: a socket on this machine's loopback, whose connections go on on the
/// host's own. It leads nowhere from inside. Safe for any number of threads.
///
/// Only root may open sockets in a host's namespace.
public final class Door implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Door.class);
    private static final int CONNECTIONS = 1024;
    private static final int BACKLOG = 128;

    private final ServerSocketChannel socket;
    private final Relay relay;
    private final URI address;

    private Door(ServerSocketChannel socket, Relay relay, URI address) {
        this.socket = socket;
        this.relay = relay;
        this.address = address;
    }

    /// @param inside  opens sockets in the host's namespace, and fails while it has none
    /// @param port    where its model server listens
    /// @param threads for the connections
    public static Door open(Relay.Opening inside, int port, Executor threads) throws IOException {
        InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.INET);
        try {
            socket.bind(new InetSocketAddress(loopback, 0), BACKLOG);
            var relay = new Relay(threads, new Semaphore(CONNECTIONS));
            var server = new InetSocketAddress(loopback, port);
            relay.serve(socket, _ -> Optional.of(server), inside);
            int here = ((InetSocketAddress) socket.getLocalAddress()).getPort();
            return new Door(socket, relay, URI.create("http://127.0.0.1:" + here));
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /// Where it is entered. Nobody answers there once it is closed.
    public URI address() {
        return address;
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
