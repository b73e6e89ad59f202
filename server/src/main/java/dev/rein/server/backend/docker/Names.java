package dev.rein.server.backend.docker;

import static java.util.Objects.requireNonNull;

import dev.rein.server.backend.HostId;
import java.util.Map;

/// What everything of one folder of hosts is called in the daemon, and the labels it is known by. A name alone may be
/// anybody's, and labels are copied into images and from there into containers: only both together make a thing ours.
///
/// @param home the folder's own word, in every name and label
record Names(String home) {
    private static final String HOME = "dev.rein.home";
    private static final String HOST = "dev.rein.host";

    Names {
        requireNonNull(home, "home");
    }

    String network(String owner) {
        return "rein-" + home + "-" + owner.replace('/', '-');
    }

    String container(HostId id) {
        return network(id.owner()) + "-" + id.name();
    }

    Map<String, String> labels() {
        return Map.of(HOME, home);
    }

    Map<String, String> labels(HostId id) {
        return Map.of(HOME, home, HOST, id.toString());
    }

    /// Whether a container of these labels and this name was made for a host, whichever it was.
    boolean madeForAHost(Map<String, String> labels, String container) {
        String host = labels.getOrDefault(HOST, "");
        int slash = host.lastIndexOf('/');
        return home.equals(labels.get(HOME))
                && slash > 0
                && container.equals(container(new HostId(host.substring(0, slash), host.substring(slash + 1))));
    }
}
