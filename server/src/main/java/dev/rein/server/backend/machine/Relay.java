package dev.rein.server.backend.machine;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries TCP connections from sockets in the hosts' networks to where they lead in the machine's own, or the other
/// way round. Safe for any number of threads.
public final class Relay implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Relay.class);
    private static final int CONNECT_MILLIS = 10_000;
    private static final int BUFFER = 64 << 10;
    private static final long PATIENCE_SECONDS = 10;

    /// Where a connection leads.
    @FunctionalInterface
    public interface Target {
        /// @param wanted the address the host has connected to
        /// @return empty to refuse it
        Optional<InetSocketAddress> of(InetSocketAddress wanted);
    }

    /// Opens a socket, in the network that its connection is to be made in.
    @FunctionalInterface
    public interface Opening {
        SocketChannel open() throws IOException;
    }

    private final Executor threads;
    private final Semaphore room;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    private final Set<CountDownLatch> loops = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /// @param threads one for each connection and direction
    /// @param room    how many connections there may be; those beyond are closed at once
    public Relay(Executor threads, Semaphore room) {
        this.threads = threads;
        this.room = room;
    }

    /// Takes connections until the socket, which stays its owner's, is closed.
    public void serve(ServerSocketChannel socket, Target target) {
        serve(socket, target, SocketChannel::open);
    }

    /// As [#serve(ServerSocketChannel, Target)], with connections that lead into another network than the machine's.
    public void serve(ServerSocketChannel socket, Target target, Opening opening) {
        var loop = new CountDownLatch(1);
        loops.add(loop);
        try {
            threads.execute(() -> {
                try {
                    accept(socket, target, opening);
                } finally {
                    ended(loop);
                }
            });
        } catch (RejectedExecutionException e) {
            ended(loop);
            throw e;
        }
    }

    private void ended(CountDownLatch loop) {
        loops.remove(loop);
        loop.countDown();
    }

    private void accept(ServerSocketChannel socket, Target target, Opening opening) {
        try {
            while (true) {
                take(socket.accept(), target, opening);
            }
        } catch (IOException over) {
            log.debug("{}", over.toString());
        }
    }

    private void take(SocketChannel from, Target target, Opening opening) {
        if (closed || !room.tryAcquire()) {
            shut(from);
            return;
        }
        try {
            threads.execute(() -> carry(from, target, opening));
        } catch (RejectedExecutionException closing) {
            room.release();
            shut(from);
        }
    }

    /// One connection from its beginning to its end.
    private void carry(SocketChannel from, Target target, Opening opening) {
        connections.add(from);
        try (from;
                SocketChannel to = opening.open()) {
            connections.add(to);
            try {
                join(from, to, target);
            } finally {
                connections.remove(to);
            }
        } catch (IOException e) {
            log.debug("{}", e.toString());
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        } finally {
            connections.remove(from);
            room.release();
        }
    }

    private void join(SocketChannel from, SocketChannel to, Target target) throws IOException, InterruptedException {
        Optional<InetSocketAddress> address = target.of((InetSocketAddress) from.getLocalAddress());
        if (address.isEmpty() || closed) {
            return;
        }
        to.socket().connect(address.get(), CONNECT_MILLIS);
        Thread back = Thread.ofVirtual().start(() -> pour(to, from));
        pour(from, to);
        back.join();
    }

    /// Until the end of what one side says; then the other side is told so.
    private static void pour(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (IOException e) {
            shut(from);
            shut(to);
        }
    }

    private static void shut(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("{}", e.toString());
        }
    }

    /// Breaks off every connection, once no socket takes another: their owner has closed them before. A thread that is
    /// interrupted while a socket takes one, as the owner of the threads may do next, would leave it open for ever.
    @Override
    public void close() {
        closed = true;
        try {
            for (CountDownLatch loop : loops) {
                if (!loop.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    log.warn("a socket still takes connections");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connections.forEach(Relay::shut);
    }
}
