package dev.rein.server.backend.docker;

import dev.rein.server.backend.HostSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a host is: in which network, and at which address of it.
///
/// @param network   name of its network; empty for none at all
/// @param gateway   the machine's address there; empty where there is none
/// @param addresses of its owner's hosts, in the order of [HostSpec#peers]
/// @param row       the same in a network of several owners; null in its own
record Place(String network, String gateway, List<String> addresses, HostFolder.@Nullable Row row) {
    /// For a host that has nothing but itself.
    static final Place NONE = new Place("", "", List.of("127.0.0.1"), null);

    Place {
        addresses = List.copyOf(addresses);
    }

    /// The host's own.
    ///
    /// @return empty when it has none
    String address(HostSpec spec) {
        int index = Math.max(0, spec.peers().indexOf(spec.id().name()));
        return network.isEmpty() ? "" : addresses.get(index);
    }
}
