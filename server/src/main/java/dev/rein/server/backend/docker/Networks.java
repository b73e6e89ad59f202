package dev.rein.server.backend.docker;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Network;
import dev.rein.server.backend.machine.Relay;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A private network for each owner of hosts, and in each open one a door to the platform, which itself listens on
/// the machine's loopback only. Safe for any number of threads.
///
/// Subnets are our own choice, a hundred addresses each: Docker's pool is empty after thirty networks, and it gives
/// containers fixed addresses, which `/etc/hosts` needs before they are there, in chosen subnets only.
final class Networks implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Networks.class);

    /// 10.201.0.0/16 in halves of /24.
    private static final int SUBNETS = 512;

    private static final int CONNECTIONS = 1024;

    /// The first address after the bridge's own.
    private static final int FIRST = 2;

    /// Addresses for hosts in a subnet.
    static final int HOSTS = 124;

    /// @param prefix of its addresses: `10.201.3.`
    /// @param base   of its first address, the network's own: 0 or 128
    record Subnet(String prefix, int base) {
        static Subnet number(int n) {
            return new Subnet("10.201.%d.".formatted(n / 2), n % 2 * 128);
        }

        static Subnet parse(String cidr) {
            String address = cidr.substring(0, cidr.indexOf('/'));
            int dot = address.lastIndexOf('.') + 1;
            return new Subnet(address.substring(0, dot), Integer.parseInt(address.substring(dot)));
        }

        String cidr() {
            return prefix + base + "/25";
        }

        String gateway() {
            return prefix + (base + 1);
        }

        List<String> hosts(int first, int count) {
            return IntStream.range(base + FIRST + first, base + FIRST + first + count)
                    .mapToObj(number -> prefix + number)
                    .toList();
        }

        boolean holds(InetAddress address) {
            String text = address.getHostAddress();
            return text.startsWith(prefix) && Integer.parseInt(text.substring(prefix.length())) / 128 * 128 == base;
        }
    }

    private final Engine engine;
    private final Names names;
    private final Map<String, List<ServerSocketChannel>> doors = new HashMap<>(); // by network name; guarded by this
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("door-", 0).factory());
    private final Relay relay = new Relay(threads, new Semaphore(CONNECTIONS));
    private List<URI> services = List.of(); // guarded by this

    Networks(Engine engine, Names names) {
        this.engine = engine;
        this.names = names;
    }

    /// @param open names of the networks that are there and have a way out
    synchronized void offer(List<URI> all, List<String> open) {
        doors.values().forEach(Networks::shut);
        doors.clear();
        services = List.copyOf(all);
        for (String name : open) {
            subnet(name).ifPresent(subnet -> open(name, subnet));
        }
    }

    /// The owner's network, made when it is not there.
    ///
    /// @param isolated without a way out, the machine itself included
    synchronized Subnet ensure(String name, boolean isolated) throws IOException {
        Optional<Subnet> there = subnet(name);
        Subnet subnet = there.isPresent() ? there.get() : make(name, isolated);
        if (!isolated && !doors.containsKey(name)) {
            open(name, subnet);
        }
        return subnet;
    }

    private Optional<Subnet> subnet(String name) {
        return ours(name)
                .flatMap(network -> network.getIpam().getConfig().stream())
                .map(config -> Subnet.parse(config.getSubnet()))
                .findFirst();
    }

    /// Of this name and with our label.
    private Stream<Network> ours(String name) {
        return ours().filter(network -> network.getName().equals(name));
    }

    private Stream<Network> ours() {
        var filter = names.labels().entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .toList();
        return engine.client().listNetworksCmd().withFilter("label", filter).exec().stream();
    }

    /// Removes those that nobody wants, and shuts their doors. One that the daemon does not let go of stays until the
    /// next time.
    synchronized void releaseAllBut(Set<String> wanted) {
        ours().map(Network::getName).filter(name -> !wanted.contains(name)).forEach(name -> {
            try {
                release(name);
            } catch (DockerException e) {
                log.warn("network {} belongs to no host and is left: {}", name, engine.words(e));
            }
        });
    }

    private Subnet make(String name, boolean isolated) throws IOException {
        List<InetAddress> taken = addresses();
        DockerException last = null;
        for (int n = 0; n < SUBNETS; n++) {
            Subnet subnet = Subnet.number(n);
            if (taken.stream().anyMatch(subnet::holds)) {
                continue;
            }
            try {
                create(name, subnet, isolated);
            } catch (DockerException e) {
                if (!engine.words(e).contains("overlap")) {
                    throw e;
                }
                last = e;
                continue; // an isolated network shows no address on this machine
            }
            if (isolated && isOnThisMachine(subnet.gateway())) {
                remove(name);
                throw new IOException("this Docker Engine gives isolated networks an address of the machine; "
                        + "run on one host, or with an Engine from 20.10 on");
            }
            return subnet;
        }
        throw new IOException("no network can be made in 10.201.0.0/16: "
                + (last == null ? "every subnet is in use" : engine.words(last)));
    }

    private void create(String name, Subnet subnet, boolean isolated) {
        Map<String, String> options = new HashMap<>();
        if (isolated) {
            options.put("com.docker.network.bridge.inhibit_ipv4", "true");
        }
        engine.client()
                .createNetworkCmd()
                .withName(name)
                .withDriver("bridge")
                .withInternal(isolated)
                .withCheckDuplicate(true)
                .withLabels(names.labels())
                .withOptions(options)
                .withIpam(new Network.Ipam()
                        .withConfig(new Network.Ipam.Config()
                                .withSubnet(subnet.cidr())
                                .withGateway(subnet.gateway())))
                .exec();
    }

    private static List<InetAddress> addresses() throws IOException {
        return Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                .flatMap(one -> one.getInterfaceAddresses().stream())
                .map(InterfaceAddress::getAddress)
                .toList();
    }

    private static boolean isOnThisMachine(String address) throws IOException {
        return NetworkInterface.getByInetAddress(InetAddress.ofLiteral(address)) != null;
    }

    /// Removes the network and shuts its door. Harmless when there is none.
    synchronized void release(String name) {
        shut(doors.getOrDefault(name, List.of()));
        doors.remove(name);
        remove(name);
    }

    private void remove(String name) {
        ours(name).map(Network::getId).forEach(id -> {
            try {
                engine.client().removeNetworkCmd(id).exec();
            } catch (NotFoundException gone) {
                log.debug("network {} is gone", name);
            }
        });
    }

    // --- doors ---

    /// What the environment says of the platform, as it is true inside.
    ///
    /// @param gateway the address of the network's door
    synchronized String inside(String value, String gateway) {
        for (URI service : services) {
            String prefix = service.toString();
            if (isNear(service) && value.startsWith(prefix)) {
                return "http://" + gateway + ":" + service.getPort() + value.substring(prefix.length());
            }
        }
        return value;
    }

    private static boolean isNear(URI service) {
        return service.getPort() >= 0
                && new InetSocketAddress(service.getHost(), service.getPort())
                        .getAddress()
                        .isLoopbackAddress();
    }

    private void open(String name, Subnet subnet) {
        var opened = new ArrayList<ServerSocketChannel>();
        for (URI service : services) {
            if (!isNear(service)) {
                continue; // hosts reach it as everybody does
            }
            var target = new InetSocketAddress(service.getHost(), service.getPort());
            try {
                var socket = ServerSocketChannel.open();
                opened.add(socket);
                socket.bind(new InetSocketAddress(InetAddress.ofLiteral(subnet.gateway()), service.getPort()));
                relay.serve(socket, _ -> Optional.of(target));
            } catch (IOException e) {
                // a platform that listens on all addresses is there in person
                log.debug("no door to {} at {}: {}", service, subnet.gateway(), e.toString());
            }
        }
        doors.put(name, opened);
    }

    private static void shut(List<ServerSocketChannel> sockets) {
        for (ServerSocketChannel socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                log.debug("{}", e.toString());
            }
        }
    }

    @Override
    public synchronized void close() {
        doors.values().forEach(Networks::shut);
        doors.clear();
        relay.close();
        threads.shutdownNow();
    }
}
