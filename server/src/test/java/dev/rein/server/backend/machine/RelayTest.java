package dev.rein.server.backend.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RelayTest {
    private static final int PATIENCE_MILLIS = 60_000;
    private static final int ROUNDS = 200;

    /// A server closes so: it shuts its doors, and then interrupts whoever is left.
    @Test
    void whoConnectsAfterTheCloseIsRefusedAndDoesNotWaitForAnAnswer() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                ServerSocketChannel socket = bound(ServerSocketChannel.open());
                var relay = new Relay(threads, new Semaphore(1));
                relay.serve(socket, Optional::of);
                var address = (InetSocketAddress) socket.getLocalAddress();
                socket.close();
                relay.close();
                threads.shutdownNow();
                assertThatThrownBy(() -> answer(address)).isInstanceOf(ConnectException.class);
            }
        }
    }

    @Test
    void aConnectionForWhichThereIsNoThreadAnyMoreIsClosed() throws Exception {
        var tasks = new AtomicInteger();
        var room = new Semaphore(1);
        try (var relay = new Relay(
                        task -> {
                            if (tasks.getAndIncrement() > 0) {
                                throw new RejectedExecutionException("closing");
                            }
                            Thread.ofVirtual().start(task);
                        },
                        room);
                var socket = ServerSocketChannel.open()) {
            relay.serve(bound(socket), Optional::of);
            assertThat(answer(socket.getLocalAddress())).isEqualTo(-1);
            assertThat(room.tryAcquire()).isTrue();
        }
    }

    private static ServerSocketChannel bound(ServerSocketChannel socket) throws Exception {
        return socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private static int answer(SocketAddress address) throws Exception {
        try (var asking = new Socket()) {
            asking.connect(address);
            asking.setSoTimeout(PATIENCE_MILLIS);
            return asking.getInputStream().read();
        }
    }
}
