package dev.rein.server.backend.docker;

import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostSpec;
import dev.rein.server.backend.HostTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives hosts their places in networks: in their owner's own, or in one of several owners, where each has a row of
/// addresses. What is taken is read from the launches on disk, so a later server knows it too. Callers hold the
/// tree's lock from here until a launch is written or deleted.
final class Places {
    private static final Logger log = LoggerFactory.getLogger(Places.class);

    private final HostTree tree;
    private final Names names;
    private final Networks networks;

    Places(HostTree tree, Names names, Networks networks) {
        this.tree = tree;
        this.names = names;
        this.networks = networks;
    }

    /// A place for a host, its network made when it is not there.
    Place take(HostSpec spec) throws IOException {
        if (spec.networkIsolation() && spec.peers().size() < 2) {
            return Place.NONE;
        }
        if (spec.sharesNetwork() && !spec.networkIsolation()) {
            Optional<HostFolder.Row> row = row(spec);
            if (row.isPresent()) {
                String network = row.get().network();
                Networks.Subnet subnet = networks.ensure(network, false);
                return new Place(
                        network,
                        subnet.gateway(),
                        subnet.hosts(row.get().first(), row.get().count()),
                        row.get());
            }
        }
        String network = names.network(spec.id().owner());
        Networks.Subnet subnet = networks.ensure(network, spec.networkIsolation());
        // peers have addresses by their order, so that each knows all of them from the beginning
        List<String> addresses =
                spec.peers().size() > 1 ? subnet.hosts(0, spec.peers().size()) : List.of(free(spec.id(), subnet));
        return new Place(network, subnet.gateway(), addresses, null);
    }

    private String free(HostId id, Networks.Subnet subnet) throws IOException {
        Set<String> taken = new HashSet<>();
        launches(id.owner()).forEach(launch -> taken.add(launch.address()));
        return subnet.hosts(0, Networks.HOSTS).stream()
                .filter(one -> !taken.contains(one))
                .findFirst()
                .orElseThrow(() -> new IOException(
                        "%s has %d hosts (expected: no more in one network)".formatted(id.owner(), Networks.HOSTS)));
    }

    /// The owner's row in the network that its specification names.
    ///
    /// @return empty where the network has no room for it, or had none when the owner's first host was launched
    private Optional<HostFolder.Row> row(HostSpec spec) {
        String owner = spec.id().owner();
        Optional<HostFolder.Launch> peer = launches(owner).findFirst();
        if (peer.isPresent()) {
            return Optional.ofNullable(peer.get().row());
        }
        String network = names.network(spec.network());
        int count = Math.max(1, spec.peers().size());
        var taken = new BitSet();
        rows().filter(row -> row.network().equals(network))
                .forEach(row -> taken.set(row.first(), row.first() + row.count()));
        for (int first = 0; first + count <= Networks.HOSTS; first++) {
            if (taken.get(first, first + count).isEmpty()) {
                return Optional.of(new HostFolder.Row(network, first, count));
            }
        }
        log.warn(
                "{} does not reach the other jobs of its subnets and security groups: their network holds {} hosts"
                        + " and is full.",
                owner,
                Networks.HOSTS);
        return Optional.empty();
    }

    /// Names of the networks that hosts are in, or may be soon.
    Set<String> networks() {
        Set<String> wanted = new HashSet<>();
        tree.known().forEach(id -> wanted.add(names.network(id.owner())));
        rows().forEach(row -> wanted.add(row.network()));
        return wanted;
    }

    /// Names of the networks that launched hosts are in.
    List<String> inUse() {
        var all = new ArrayList<String>();
        for (HostId id : tree.known()) {
            launch(id)
                    .filter(launch -> !launch.address().isEmpty())
                    .ifPresent(launch -> all.add(
                            launch.row() == null
                                    ? names.network(id.owner())
                                    : launch.row().network()));
        }
        return all.stream().distinct().toList();
    }

    private Stream<HostFolder.Row> rows() {
        return tree.known().stream()
                .flatMap(id -> launch(id).stream())
                .map(HostFolder.Launch::row)
                .filter(Objects::nonNull);
    }

    private Stream<HostFolder.Launch> launches(String owner) {
        return tree.known().stream().filter(id -> id.owner().equals(owner)).flatMap(id -> launch(id).stream());
    }

    private Optional<HostFolder.Launch> launch(HostId id) {
        return new HostFolder(tree.folder(id)).launch();
    }
}
