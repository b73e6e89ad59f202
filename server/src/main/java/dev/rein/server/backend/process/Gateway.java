package dev.rein.server.backend.process;

import dev.rein.server.backend.machine.NetworkNamespace;
import dev.rein.server.backend.machine.Relay;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way out of a job's open network: sockets opened inside it and served here, where the machine's own network
/// is. Nothing of the machine's routes, filters and addresses is touched.
///
/// Hosts find the platform at the very addresses it has for everyone else. Of the world they reach what TCP ports
/// [#WORLD] offer, and names.
final class Gateway implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Gateway.class);

    /// SSH, HTTP and HTTPS with their usual second ports.
    private static final List<Integer> WORLD = List.of(22, 80, 443, 8080, 8443);

    private static final int NAMES = 53;
    private static final int CONNECTIONS = 1024;

    /// A part of the platform, as its clients address it.
    record Service(InetSocketAddress address) {}

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Semaphore room = new Semaphore(CONNECTIONS);
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("gateway-", 0).factory());
    private final Relay relay = new Relay(threads, room);

    private Gateway() {}

    static Gateway open(NetworkNamespace namespace, JobNetwork.Namespaces network, List<Service> services)
            throws IOException {
        var gateway = new Gateway();
        try {
            gateway.listen(namespace, network, services);
            return gateway;
        } catch (IOException | RuntimeException e) {
            gateway.close();
            throw e;
        }
    }

    private void listen(NetworkNamespace namespace, JobNetwork.Namespaces network, List<Service> services)
            throws IOException {
        var far = new LinkedHashSet<>(WORLD);
        var near = new LinkedHashSet<InetSocketAddress>();
        for (Service service : services) {
            if (!service.address().isUnresolved()
                    && service.address().getAddress().isLoopbackAddress()) {
                near.add(service.address());
            } else {
                far.add(service.address().getPort());
            }
        }
        for (Path host : network.hosts()) {
            for (InetSocketAddress address : near) {
                // a host's loopback is its own: there the platform must be met in person
                relay.serve(socket(namespace, host, address), _ -> Optional.of(address));
            }
        }
        for (int port : far) {
            relay.serve(
                    socket(namespace, network.gateway(), new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), port)),
                    wanted -> Optional.of(wanted)
                            .filter(address -> !address.getAddress().isLoopbackAddress()
                                    && !address.getAddress().getHostAddress().equals(JobNetwork.GATEWAY)));
        }
        DatagramChannel names = namespace.inside(
                network.gateway(), () -> DatagramChannel.open().bind(new InetSocketAddress(JobNetwork.GATEWAY, NAMES)));
        open.push(names);
        threads.execute(() -> answerNames(names));
    }

    private ServerSocketChannel socket(NetworkNamespace namespace, Path where, InetSocketAddress address)
            throws IOException {
        ServerSocketChannel socket =
                namespace.inside(where, () -> ServerSocketChannel.open().bind(address, 128));
        open.push(socket);
        return socket;
    }

    private static void shut(AutoCloseable thing) {
        try {
            thing.close();
        } catch (Exception e) {
            log.debug("{}", e.toString());
        }
    }

    // --- names ---

    private void answerNames(DatagramChannel socket) {
        try {
            while (true) {
                ByteBuffer question = ByteBuffer.allocate(4096);
                var asker = socket.receive(question);
                question.flip();
                if (room.tryAcquire()) {
                    threads.execute(() -> {
                        try {
                            Optional<ByteBuffer> answer = ask(question);
                            if (answer.isPresent()) {
                                socket.send(answer.get(), asker);
                            }
                        } catch (IOException e) {
                            log.debug("{}", e.toString());
                        } finally {
                            room.release();
                        }
                    });
                }
            }
        } catch (IOException closed) {
            log.debug("{}", closed.toString());
        }
    }

    private static Optional<ByteBuffer> ask(ByteBuffer question) throws IOException {
        byte[] asked = new byte[question.limit()];
        question.get(0, asked);
        for (InetAddress server : nameServers()) {
            try (var socket = new java.net.DatagramSocket()) {
                socket.setSoTimeout(3_000);
                socket.connect(server, NAMES);
                socket.send(new java.net.DatagramPacket(asked, asked.length));
                var answer = new java.net.DatagramPacket(new byte[4096], 4096);
                socket.receive(answer);
                return Optional.of(ByteBuffer.wrap(answer.getData(), 0, answer.getLength()));
            } catch (IOException e) {
                log.debug("{}: {}", server, e.toString());
            }
        }
        return Optional.empty();
    }

    /// Read anew for each question: the machine may have moved to another network.
    private static List<InetAddress> nameServers() throws IOException {
        var servers = new ArrayList<InetAddress>();
        Path file = Path.of("/etc/resolv.conf");
        if (Files.isReadable(file)) {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                String[] words = line.strip().split("\\s+");
                if (words.length >= 2 && words[0].equals("nameserver")) {
                    servers.add(InetAddress.ofLiteral(words[1]));
                }
            }
        }
        return servers;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            shut(open.pop());
        }
        relay.close();
        threads.shutdownNow();
    }
}
