package dev.rein.server.capacity;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/// The queue for the machine: first created, first served, and nobody overtakes, so that a large job is not kept
/// waiting by small ones for ever. Who asks for more than the machine has gets all of it, alone.
///
/// Jobs of one cluster wait for each other's hosts: once one of them runs, the others' turn is before everybody's.
/// One that could never fit beside those of its cluster that run would wait for ever, and they for it: it is granted
/// what the machine does not have, one such at a time, so that what is granted is less than twice the machine.
/// Safe for any number of threads.
public final class Capacity {
    private static final Comparator<Place> FIRST_CREATED =
            Comparator.comparing((Place place) -> place.created).thenComparing(place -> place.name);

    private final Resources machine;
    private final TreeSet<Place> queue = new TreeSet<>(FIRST_CREATED);
    private final Set<Place> held = new HashSet<>();
    private double freeCpus;
    private long freeMemory;
    private int freeGpus;

    public Capacity(Resources machine) {
        this.machine = requireNonNull(machine, "machine");
        this.freeCpus = machine.cpus();
        this.freeMemory = machine.memoryBytes();
        this.freeGpus = machine.gpus();
    }

    public Resources machine() {
        return machine;
    }

    /// Takes a place in the queue. Close the place to leave it, or to give back what it was granted.
    ///
    /// @param name    tells apart those created in the same instant
    /// @param created decides who is first
    public Place enqueue(String name, Instant created, Resources need) {
        return enqueue(name, created, need, Optional.empty());
    }

    /// As [#enqueue(String, Instant, Resources)].
    ///
    /// @param cluster what those have in common that wait for each other
    public Place enqueue(String name, Instant created, Resources need, Optional<String> cluster) {
        var place = new Place(name, created, need.atMost(machine), cluster);
        synchronized (this) {
            queue.add(place);
        }
        grant();
        return place;
    }

    /// Takes capacity without asking, for what already runs: found again after a restart of the server.
    public Place claim(String name, Instant created, Resources need, Optional<String> cluster) {
        var place = new Place(name, created, need.atMost(machine), cluster);
        synchronized (this) {
            take(place);
        }
        place.granted.complete(null);
        return place;
    }

    private void grant() {
        Deque<Place> served = new ArrayDeque<>();
        synchronized (this) {
            for (Optional<Place> next = next(); next.isPresent(); next = next()) {
                queue.remove(next.get());
                take(next.get());
                served.add(next.get());
            }
        }
        served.forEach(place -> place.granted.complete(null)); // outside the lock: others listen
    }

    /// Whose turn it is, if that one fits or will never fit.
    private Optional<Place> next() {
        Optional<Place> joining =
                queue.stream().filter(place -> !peers(place).isEmpty()).findFirst();
        if (joining.isPresent()) {
            return joining.filter(place -> fits(place) || mayExceed(place));
        }
        return queue.stream().findFirst().filter(this::fits);
    }

    private boolean fits(Place place) {
        return place.need.cpus() <= freeCpus && place.need.memoryBytes() <= freeMemory && place.need.gpus() <= freeGpus;
    }

    /// Whether a place would not fit if only its cluster were here, and nothing exceeds the machine yet.
    private boolean mayExceed(Place place) {
        double cpus = place.need.cpus();
        long memory = place.need.memoryBytes();
        int gpus = place.need.gpus();
        for (Place peer : peers(place)) {
            cpus += peer.need.cpus();
            memory += peer.need.memoryBytes();
            gpus += peer.need.gpus();
        }
        boolean never = cpus > machine.cpus() || memory > machine.memoryBytes() || gpus > machine.gpus();
        return never && freeCpus >= 0 && freeMemory >= 0 && freeGpus >= 0;
    }

    /// Those of a place's cluster that hold theirs.
    private List<Place> peers(Place place) {
        return place.cluster.isEmpty()
                ? List.of()
                : held.stream()
                        .filter(other -> other.cluster.equals(place.cluster))
                        .toList();
    }

    private void take(Place place) {
        freeCpus -= place.need.cpus();
        freeMemory -= place.need.memoryBytes();
        freeGpus -= place.need.gpus();
        held.add(place);
    }

    private void leave(Place place) {
        synchronized (this) {
            queue.remove(place);
            if (held.remove(place)) {
                freeCpus += place.need.cpus();
                freeMemory += place.need.memoryBytes();
                freeGpus += place.need.gpus();
            }
        }
        grant();
    }

    /// Names in the queue, the next one first.
    public List<String> waiting() {
        synchronized (this) {
            var names = new ArrayList<String>(queue.size());
            queue.forEach(place -> names.add(place.name));
            return names;
        }
    }

    /// A place in the queue, and then what it was granted.
    public final class Place implements AutoCloseable {
        private final String name;
        private final Instant created;
        private final Resources need;
        private final Optional<String> cluster;
        private final CompletableFuture<Void> granted = new CompletableFuture<>();

        private Place(String name, Instant created, Resources need, Optional<String> cluster) {
            this.name = requireNonNull(name, "name");
            this.created = requireNonNull(created, "created");
            this.need = need;
            this.cluster = requireNonNull(cluster, "cluster");
        }

        /// Completes when the capacity is this place's; never exceptionally.
        public CompletableFuture<Void> granted() {
            return granted;
        }

        /// What it needs, capped to the machine.
        public Resources need() {
            return need;
        }

        /// Leaves the queue, or gives the capacity back. Closing twice is harmless.
        @Override
        public void close() {
            leave(this);
        }
    }
}
