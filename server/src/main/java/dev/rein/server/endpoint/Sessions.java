package dev.rein.server.endpoint;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Which replica opened a stateful session, for the sessions used last. Safe for any number of threads.
final class Sessions {
    private static final int MOST = 100_000;

    private final Map<String, Replica> homes = new LinkedHashMap<>(16, 0.75f, true);

    synchronized Optional<Replica> find(String session) {
        return Optional.ofNullable(homes.get(session));
    }

    synchronized void open(String session, Replica replica) {
        homes.put(session, replica);
        if (homes.size() > MOST) {
            homes.remove(homes.keySet().iterator().next());
        }
    }

    synchronized void close(String session) {
        homes.remove(session);
    }
}
