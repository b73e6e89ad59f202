package dev.rein.server.endpoint;

import dev.rein.server.endpoint.Replica.Health;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// Who may answer an endpoint's invocations: variants by weight, and in each the replica with the least to do.
/// Replaced whole when a deployment changes; safe for any number of threads, without a lock.
final class Routing {
    /// @param weight 0 or more
    record Route(String variant, double weight, List<Replica> replicas) {
        Route {
            replicas = List.copyOf(replicas);
        }

        /// The well replica with the fewest outstanding requests, else such an unwell one.
        ///
        /// @param turn decides among equals, so that a client that asks one by one reaches all of them
        Optional<Replica> replica(long turn) {
            Replica best = null;
            for (int i = 0; i < replicas.size(); i++) {
                Replica replica = replicas.get((int) Math.floorMod(turn + i, (long) replicas.size()));
                if (replica.health() != Health.DOWN && (best == null || isBetter(replica, best))) {
                    best = replica;
                }
            }
            return Optional.ofNullable(best);
        }

        private static boolean isBetter(Replica replica, Replica than) {
            int health = replica.health().compareTo(than.health());
            return health > 0 || (health == 0 && replica.outstanding() < than.outstanding());
        }
    }

    static final Routing NONE = new Routing(List.of());

    /// The fractional parts of the multiples of the golden ratio fill the unit interval more evenly than chance
    /// does: shares are kept to within a few requests, and no generator is shared.
    private static final double STEP = 0.6180339887498949;

    private final List<Route> routes;
    private final double[] upTo;
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong turn = new AtomicLong();

    Routing(List<Route> routes) {
        this.routes = List.copyOf(routes);
        this.upTo = new double[routes.size()];
        double total = 0;
        for (int i = 0; i < upTo.length; i++) {
            total += routes.get(i).weight();
            upTo[i] = total;
        }
    }

    List<Route> routes() {
        return routes;
    }

    /// The next variant by weight; empty if there is none.
    Optional<Route> next() {
        if (upTo.length <= 1) {
            return routes.isEmpty() ? Optional.empty() : Optional.of(routes.getFirst());
        }
        double position = next.getAndIncrement() * STEP;
        double at = (position - Math.floor(position)) * upTo[upTo.length - 1];
        int i = 0;
        while (i < upTo.length - 1 && at >= upTo[i]) {
            i++;
        }
        return Optional.of(routes.get(i));
    }

    /// The next number for [Route#replica].
    long turn() {
        return turn.getAndIncrement();
    }

    Optional<Route> named(String variant) {
        return routes.stream().filter(route -> route.variant().equals(variant)).findFirst();
    }
}
