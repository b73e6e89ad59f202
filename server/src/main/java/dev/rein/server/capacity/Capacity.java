package dev.rein.server.capacity;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/// The queue for the machine: first created, first served, and nobody overtakes, so that a large job is not kept
/// waiting by small ones for ever. Who asks for more than the machine has gets all of it, alone. Safe for any
/// number of threads.
public final class Capacity {
    private static final Comparator<Place> FIRST_CREATED =
            Comparator.comparing((Place place) -> place.created).thenComparing(place -> place.name);

    private final Resources machine;
    private final TreeSet<Place> queue = new TreeSet<>(FIRST_CREATED);
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
        var place = new Place(name, created, need.atMost(machine));
        synchronized (this) {
            queue.add(place);
        }
        grant();
        return place;
    }

    /// Takes capacity without asking, for what already runs: found again after a restart of the server.
    public Place claim(String name, Instant created, Resources need) {
        var place = new Place(name, created, need.atMost(machine));
        synchronized (this) {
            take(place);
        }
        place.granted.complete(null);
        return place;
    }

    private void grant() {
        Deque<Place> served = new ArrayDeque<>();
        synchronized (this) {
            while (!queue.isEmpty() && fits(queue.first())) {
                Place first = queue.removeFirst();
                take(first);
                served.add(first);
            }
        }
        served.forEach(place -> place.granted.complete(null)); // outside the lock: others listen
    }

    private boolean fits(Place place) {
        return place.need.cpus() <= freeCpus && place.need.memoryBytes() <= freeMemory && place.need.gpus() <= freeGpus;
    }

    private void take(Place place) {
        freeCpus -= place.need.cpus();
        freeMemory -= place.need.memoryBytes();
        freeGpus -= place.need.gpus();
        place.holds = true;
    }

    private void leave(Place place) {
        synchronized (this) {
            queue.remove(place);
            if (place.holds) {
                freeCpus += place.need.cpus();
                freeMemory += place.need.memoryBytes();
                freeGpus += place.need.gpus();
                place.holds = false;
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
        private final CompletableFuture<Void> granted = new CompletableFuture<>();
        private boolean holds; // guarded by the queue's lock

        private Place(String name, Instant created, Resources need) {
            this.name = requireNonNull(name, "name");
            this.created = requireNonNull(created, "created");
            this.need = need;
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
