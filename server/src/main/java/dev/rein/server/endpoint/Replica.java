package dev.rein.server.endpoint;

import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One place in a fleet and the model server in it, kept alive by a virtual thread of its own: started, watched
/// through `/ping`, started anew with growing pauses when it ends or stays unwell, and taken down on [#stop]. Safe
/// for any number of threads.
final class Replica {
    /// Who runs the replica, and hears of it.
    interface Owner {
        Endpoint endpoint();

        /// A name never used before.
        ReplicaName nextName(int generation, int variant);

        /// The replica's [#isReady], [#failure] or [#isGone] may have changed.
        void changed();
    }

    enum Health {
        /// Takes no requests.
        DOWN,
        /// Runs, but its `/ping` failed lately: asked only when no other is left.
        UNWELL,
        UP
    }

    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    private static final int CONNECT_MILLIS = 1000;
    private static final int KEPT_IDLE = 256;
    private static final long IDLE_NANOS = Duration.ofSeconds(30).toNanos();

    /// The first start may fail once for a reason of the moment: a port taken between choosing and binding it.
    private static final int STARTS = 2;

    private final Owner owner;
    private final int generation;
    private final int index;
    private final Variant variant;
    private final boolean persistent;
    private final ReplicaLauncher launcher;
    private final ServingSettings settings;

    private final AtomicInteger outstanding = new AtomicInteger();
    private final ConcurrentLinkedDeque<ReplicaConnection> idle = new ConcurrentLinkedDeque<>();
    private final Thread keeper;
    private final Object gate = new Object();
    private volatile Health health = Health.DOWN;
    private volatile @Nullable InetSocketAddress address;
    private volatile String stream = "";
    private volatile boolean ready;
    private volatile boolean gone;
    private volatile @Nullable String failure;
    private volatile @Nullable String doing;
    private volatile boolean retired;
    private boolean patient; // guarded by gate: requests at work may finish
    private boolean stopping; // guarded by gate
    private boolean leaving; // guarded by gate

    /// @param index      the variant's in the deployment
    /// @param persistent whether it is tried for as long as it takes from the beginning, since it has served before
    /// @param adopted    a host launched by an earlier server
    Replica(
            Owner owner,
            Deployment deployment,
            int index,
            boolean persistent,
            Optional<Host> adopted,
            ReplicaLauncher launcher,
            ServingSettings settings) {
        this.owner = owner;
        this.generation = deployment.generation();
        this.index = index;
        this.variant = deployment.variants().get(index);
        this.persistent = persistent;
        this.launcher = launcher;
        this.settings = settings;
        this.keeper = Thread.ofVirtual()
                .name("replica-%s-%s".formatted(owner.endpoint().name(), variant.name()))
                .unstarted(() -> keep(adopted));
    }

    void start() {
        keeper.start();
    }

    boolean isOf(Deployment deployment) {
        return generation == deployment.generation();
    }

    boolean isOf(Deployment deployment, int variantIndex) {
        return isOf(deployment) && index == variantIndex;
    }

    /// The same for replicas that run the same files.
    String key() {
        return "%s-%d-%d".formatted(owner.endpoint().name(), generation, index);
    }

    Health health() {
        return health;
    }

    int outstanding() {
        return outstanding.get();
    }

    /// The log stream of the model server that runs now, or ran last: `<variant>/<replica>`.
    String stream() {
        return stream;
    }

    String variant() {
        return variant.name();
    }

    /// Whether it has ever been up. From then on it is started anew for as long as it takes.
    boolean isReady() {
        return ready;
    }

    /// Why it could not be brought up; it has given up then.
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /// What it waits for before its first start, in words; empty where that takes a moment only.
    Optional<String> doing() {
        return Optional.ofNullable(doing);
    }

    /// Whether nothing of it is left, or was left running on purpose.
    boolean isGone() {
        return gone;
    }

    /// Claims the replica for one request; [#release] gives it back.
    ///
    /// @return false if it is being retired: choose another
    boolean claim() {
        outstanding.incrementAndGet();
        if (retired) {
            release();
            return false;
        }
        return true;
    }

    void release() {
        if (outstanding.decrementAndGet() == 0 && retired) {
            synchronized (gate) {
                gate.notifyAll();
            }
        }
    }

    /// A kept connection, or a new one.
    ///
    /// @throws IOException if the replica takes none
    ReplicaConnection connect() throws IOException {
        for (ReplicaConnection kept; (kept = idle.pollFirst()) != null; ) {
            if (System.nanoTime() - kept.idleSince() < IDLE_NANOS && kept.isOpen()) {
                return kept;
            }
            kept.close();
        }
        InetSocketAddress to = address;
        if (to == null) {
            throw new IOException("the replica is not running");
        }
        return ReplicaConnection.open(to, CONNECT_MILLIS);
    }

    /// Keeps the connection for the next request if it can be kept, else closes it.
    void giveBack(ReplicaConnection connection) {
        if (!connection.isReusable() || health == Health.DOWN || retired) {
            connection.close();
            return;
        }
        connection.idleSince(System.nanoTime());
        idle.addFirst(connection);
        if (health == Health.DOWN || idle.size() > KEPT_IDLE) {
            dropIdle();
        }
    }

    /// It refused a connection: others are asked first until its next good `/ping`.
    void suspect() {
        synchronized (gate) {
            if (health == Health.UP) {
                health = Health.UNWELL;
            }
        }
    }

    /// Lets requests at work finish, then takes the replica down. Returns at once; [#isGone] tells when it is done.
    void retire() {
        synchronized (gate) {
            retired = true;
            patient = true;
            interruptOnce();
        }
    }

    /// Takes the replica down, whatever is at work. Returns at once; [#isGone] tells when it is done.
    void stop() {
        synchronized (gate) {
            retired = true;
            patient = false;
            interruptOnce();
            gate.notifyAll();
        }
    }

    private void interruptOnce() {
        if (!stopping) {
            stopping = true;
            keeper.interrupt();
        }
    }

    /// Stops watching and leaves the host running, for the next server to find.
    void leave() {
        synchronized (gate) {
            leaving = true;
            keeper.interrupt();
        }
    }

    void join() throws InterruptedException {
        keeper.join();
    }

    private void keep(Optional<Host> adopted) {
        Optional<Host> first = adopted;
        Duration pause = settings.watch().firstPause();
        try {
            for (int starts = 1; !isStopping(); starts++) {
                long begun = System.nanoTime();
                boolean again = true;
                String reason;
                try {
                    reason = live(first);
                } catch (ReplicaException e) {
                    reason = String.valueOf(e.getMessage());
                    again = false;
                }
                first = Optional.empty();
                LOG.warn("endpoint {}, variant {}: {}", owner.endpoint().name(), variant.name(), reason);
                if (!ready && !persistent && (!again || starts >= STARTS)) {
                    failure = reason;
                    return;
                }
                boolean lasted =
                        System.nanoTime() - begun > settings.watch().mostPause().toNanos();
                pause = lasted ? settings.watch().firstPause() : pause;
                Thread.sleep(pause);
                pause = longer(pause);
            }
        } catch (InterruptedException _) {
            // Asked to stop or to leave; what ran was dealt with in [#live].
        } finally {
            health = Health.DOWN;
            address = null;
            dropIdle();
            gone = true;
            owner.changed();
        }
    }

    /// One model server, from its start to its end.
    ///
    /// @return why it is no more: a sentence
    /// @throws ReplicaException if there is no point in trying again at once
    /// @throws InterruptedException when asked to stop, and nothing runs any more; or to leave
    private String live(Optional<Host> adopted) throws ReplicaException, InterruptedException {
        Host host = adopted.isPresent() ? adopted.get() : launch();
        String name = host.id().name();
        if (host.address().isEmpty()) {
            launcher.discard(host.id());
            throw new ReplicaException(name + " has no address to be reached at.");
        }
        stream = variant.name() + "/" + name;
        var log = launcher.follow(host, owner.endpoint().logGroup(), stream);
        var server = new ModelServer(host, host.address().get(), log, settings);
        try {
            Optional<String> reason = server.awaitPing(variant);
            if (reason.isPresent()) {
                return reason.get();
            }
            address = server.address();
            ready = true;
            health = Health.UP;
            owner.changed();
            return watch(server, name);
        } catch (InterruptedException e) {
            awaitOutstanding();
            throw e;
        } finally {
            health = Health.DOWN;
            address = null;
            dropIdle();
            if (!isLeaving()) {
                server.end();
            }
        }
    }

    private Host launch() throws ReplicaException, InterruptedException {
        HostId id = owner.nextName(generation, index).host(owner.endpoint().name());
        HostSpec spec;
        try {
            spec = launcher.prepare(id, variant, key(), words -> doing = words);
        } catch (ReplicaException e) {
            launcher.discard(id);
            if (isStopping()) {
                throw new InterruptedException("stopped while the model was fetched");
            }
            throw e;
        } finally {
            doing = null;
        }
        // Launching is not to be interrupted: stop() waits for this gate.
        synchronized (gate) {
            if (!stopping && !leaving) {
                return launcher.launch(spec);
            }
        }
        launcher.discard(id);
        throw new InterruptedException("stopped before the launch");
    }

    private String watch(ModelServer server, String name) throws InterruptedException {
        long well = System.nanoTime();
        while (!server.endsWithin(settings.watch().every().toMillis())) {
            boolean pong = server.ping();
            long now = System.nanoTime();
            synchronized (gate) {
                health = pong ? Health.UP : Health.UNWELL;
            }
            if (pong) {
                well = now;
            } else if (now - well > settings.watch().unwell().toNanos()) {
                return "%s has not answered /ping for %d s."
                        .formatted(name, settings.watch().unwell().toSeconds());
            }
        }
        return "%s %s.".formatted(name, server.ending());
    }

    /// When retired, waits for the requests at work, for as long as one may take.
    private void awaitOutstanding() {
        long deadline = System.nanoTime() + settings.answer().toNanos();
        synchronized (gate) {
            while (patient && !leaving && outstanding.get() > 0) {
                long millis = (deadline - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    return;
                }
                try {
                    gate.wait(millis);
                } catch (InterruptedException _) {
                    // Asked to leave meanwhile: the condition tells.
                }
            }
        }
    }

    private boolean isStopping() {
        synchronized (gate) {
            return stopping || leaving;
        }
    }

    private boolean isLeaving() {
        synchronized (gate) {
            return leaving && !stopping;
        }
    }

    private Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(settings.watch().mostPause()) < 0
                ? twice
                : settings.watch().mostPause();
    }

    private void dropIdle() {
        for (ReplicaConnection kept; (kept = idle.pollFirst()) != null; ) {
            kept.close();
        }
    }
}
