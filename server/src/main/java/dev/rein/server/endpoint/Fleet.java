package dev.rein.server.endpoint;

import dev.rein.server.backend.Host;
import dev.rein.server.store.Documents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What runs of one endpoint. A virtual thread of its own reads the endpoint's remembered state, does what that
/// state asks for, and writes down how it went; whoever changes the state calls [#changed]. So an operation, a
/// crash of a replica and a restart of the server all end in the same place.
final class Fleet implements Replica.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(Fleet.class);

    private final Endpoint endpoint;
    private final Documents documents;
    private final ReplicaLauncher launcher;
    private final ServingSettings settings;
    private final Consumer<Fleet> whenDeleted;
    private final AtomicInteger numbers;
    private final List<Replica> replicas = new ArrayList<>(); // guarded by this; those not retired
    private final List<Replica> retired = new ArrayList<>(); // guarded by this; until they are gone
    private final Thread worker;
    private final Sessions sessions = new Sessions();
    private volatile Routing routing = Routing.NONE;
    private boolean news = true; // guarded by this
    private boolean leaving; // guarded by this

    /// @param found       hosts an earlier server launched for this endpoint, still running
    /// @param firstNumber above all numbers of replicas this endpoint, or one of its name, may have had before
    /// @param whenDeleted called once nothing of the endpoint is left
    Fleet(
            Endpoint endpoint,
            Map<ReplicaName, Host> found,
            int firstNumber,
            Documents documents,
            ReplicaLauncher launcher,
            ServingSettings settings,
            Consumer<Fleet> whenDeleted) {
        this.endpoint = endpoint;
        this.documents = documents;
        this.launcher = launcher;
        this.settings = settings;
        this.whenDeleted = whenDeleted;
        int last = found.keySet().stream().mapToInt(ReplicaName::number).max().orElse(0);
        this.numbers = new AtomicInteger(Math.max(last, firstNumber));
        this.worker = Thread.ofVirtual().name("endpoint-" + endpoint.name()).unstarted(() -> work(found));
    }

    void start() {
        worker.start();
    }

    Routing routing() {
        return routing;
    }

    Sessions sessions() {
        return sessions;
    }

    /// How many replicas of a deployment's variant are up.
    synchronized int up(Deployment deployment, int index) {
        return (int) replicas.stream()
                .filter(replica -> replica.isOf(deployment, index) && replica.health() == Replica.Health.UP)
                .count();
    }

    /// What the replicas of a deployment's variant wait for, if one of them does.
    synchronized Optional<String> doing(Deployment deployment, String variant) {
        return replicas.stream()
                .filter(replica -> replica.isOf(deployment) && replica.variant().equals(variant))
                .flatMap(replica -> replica.doing().stream())
                .findFirst();
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public ReplicaName nextName(int generation, int variant) {
        return new ReplicaName(generation, variant, numbers.incrementAndGet());
    }

    @Override
    public synchronized void changed() {
        news = true;
        notifyAll();
    }

    /// Stops watching and leaves the replicas running, for the next server to find. Returns when no thread of the
    /// fleet is left.
    void leave() throws InterruptedException {
        List<Replica> all;
        synchronized (this) {
            leaving = true;
            all = all();
        }
        changed();
        all.forEach(Replica::leave);
        worker.join();
        for (Replica replica : all) {
            replica.join();
        }
    }

    private void work(Map<ReplicaName, Host> found) {
        try {
            adopt(found);
            while (awaitNews()) {
                Optional<EndpointState> state = state();
                if (state.isEmpty()) {
                    return;
                }
                if (state.get() instanceof EndpointState.Deleting) {
                    if (isTakenDown()) {
                        documents.delete(Noun.ENDPOINT.kind(), endpoint.name(), endpoint.arn());
                        whenDeleted.accept(this);
                        return;
                    }
                } else {
                    pursue(state.get());
                }
                forgetGone();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts a fleet's worker", e);
        }
    }

    private Optional<EndpointState> state() {
        return documents
                .find(Noun.ENDPOINT.kind(), endpoint.name())
                .map(document -> Endpoint.read(document).state());
    }

    private void pursue(EndpointState state) {
        switch (state) {
            case EndpointState.Creating creating -> bringUp(creating.target());
            case EndpointState.Updating updating -> {
                // After a restart of the server the old deployment serves again while the new one comes up.
                if (routing == Routing.NONE) {
                    routing = route(updating.serving(), fill(updating.serving(), true));
                }
                bringUp(updating.target());
            }
            case EndpointState.InService inService -> {
                if (routing == Routing.NONE) {
                    List<Replica> wanted = fill(inService.serving(), true);
                    routing = route(inService.serving(), wanted);
                    retireAllBut(wanted);
                }
            }
            case EndpointState.Failed _ -> retireAllBut(List.of());
            case EndpointState.Deleting _ -> throw new IllegalStateException("taken down elsewhere");
        }
    }

    /// One look at how far a target is: starts what is missing, and settles once all is ready or something failed.
    private void bringUp(Deployment target) {
        List<Replica> wanted = fill(target, false);
        Optional<String> failure =
                wanted.stream().flatMap(replica -> replica.failure().stream()).findFirst();
        if (failure.isPresent()) {
            LOG.warn("endpoint {}: {}", endpoint.name(), failure.get());
            transition(target, failure);
            retireAllBut(routing.routes().stream()
                    .flatMap(route -> route.replicas().stream())
                    .toList());
        } else if (wanted.stream().allMatch(Replica::isReady)) {
            // Routed before it is told: who reads InService may invoke at once.
            routing = route(target, wanted);
            transition(target, Optional.empty());
            retireAllBut(wanted);
        }
    }

    private void transition(Deployment target, Optional<String> failure) {
        documents.update(
                Noun.ENDPOINT.kind(),
                endpoint.name(),
                document -> Endpoint.change(
                        document,
                        state -> failure.isPresent()
                                ? state.failed(target, shortened(failure.get()))
                                : state.ready(target)));
        changed();
    }

    /// The replicas a deployment wants, in the order of its variants; missing ones are started.
    ///
    /// @param persistent whether those are tried for as long as it takes
    private synchronized List<Replica> fill(Deployment deployment, boolean persistent) {
        List<Replica> wanted = new ArrayList<>();
        for (int i = 0; i < deployment.variants().size(); i++) {
            int index = i;
            List<Replica> there = replicas.stream()
                    .filter(replica -> replica.isOf(deployment, index))
                    .sorted((a, b) -> b.health().compareTo(a.health()))
                    .toList();
            int count = deployment.variants().get(i).replicas();
            wanted.addAll(there.subList(0, Math.min(count, there.size())));
            for (int missing = count - there.size(); missing > 0; missing--) {
                wanted.add(add(deployment, i, persistent, Optional.empty()));
            }
        }
        return wanted;
    }

    private synchronized Replica add(Deployment deployment, int index, boolean persistent, Optional<Host> host) {
        var replica = new Replica(this, deployment, index, persistent, host, launcher, settings);
        replicas.add(replica);
        if (!leaving) {
            replica.start();
        }
        return replica;
    }

    private static Routing route(Deployment deployment, List<Replica> replicas) {
        List<Routing.Route> routes = new ArrayList<>();
        for (int i = 0; i < deployment.variants().size(); i++) {
            int index = i;
            Variant variant = deployment.variants().get(i);
            routes.add(new Routing.Route(
                    variant.name(),
                    variant.weight(),
                    replicas.stream()
                            .filter(replica -> replica.isOf(deployment, index))
                            .toList()));
        }
        return new Routing(routes);
    }

    private synchronized void retireAllBut(List<Replica> wanted) {
        for (Replica replica : replicas) {
            if (!wanted.contains(replica)) {
                replica.retire();
                retired.add(replica);
            }
        }
        replicas.retainAll(wanted);
    }

    /// Takes everything down; one look at how far that is.
    private synchronized boolean isTakenDown() {
        routing = Routing.NONE;
        retired.addAll(replicas);
        replicas.clear();
        retired.forEach(Replica::stop);
        boolean down = retired.stream().allMatch(Replica::isGone);
        if (down) {
            forgetGone();
        }
        return down;
    }

    /// Deletes the models downloaded for deployments of which nothing is left.
    private synchronized void forgetGone() {
        Set<String> keys = new HashSet<>();
        retired.stream().filter(Replica::isGone).forEach(replica -> keys.add(replica.key()));
        retired.removeIf(Replica::isGone);
        all().forEach(replica -> keys.remove(replica.key()));
        for (String key : keys) {
            try {
                launcher.forget(key);
            } catch (IOException e) {
                LOG.warn("endpoint {}: a downloaded model stays on disk", endpoint.name(), e);
            }
        }
    }

    /// Takes over the hosts that still have a place in what is remembered, and ends the others.
    private void adopt(Map<ReplicaName, Host> found) {
        List<Deployment> places = new ArrayList<>();
        state().ifPresent(state -> {
            if (!(state instanceof EndpointState.Deleting)) {
                state.current().ifPresent(places::add);
                places.add(state.latest());
            }
        });
        found.forEach((name, host) -> {
            Optional<Deployment> place = places.stream()
                    .filter(deployment -> deployment.generation() == name.generation()
                            && name.variant() < deployment.variants().size())
                    .findFirst();
            if (place.isPresent() && !host.exit().isDone()) {
                add(place.get(), name.variant(), true, Optional.of(host));
            } else {
                launcher.end(host);
            }
        });
    }

    private synchronized boolean awaitNews() throws InterruptedException {
        while (!news && !leaving) {
            wait();
        }
        news = false;
        return !leaving;
    }

    private synchronized List<Replica> all() {
        List<Replica> all = new ArrayList<>(replicas);
        all.addAll(retired);
        return all;
    }

    /// As long as AWS's FailureReason may be.
    private static String shortened(String reason) {
        return reason.length() <= 1024 ? reason : reason.substring(0, 1023) + "…";
    }
}
