package dev.rein.server.training;

import static java.util.Objects.requireNonNull;

import dev.rein.server.archive.ArchiveException;
import dev.rein.server.backend.Backend;
import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostRuntime;
import dev.rein.server.backend.HostSpec;
import dev.rein.server.backend.LaunchException;
import dev.rein.server.capacity.Capacity;
import dev.rein.server.logs.LogEvent;
import dev.rein.server.metric.MetricDefinition;
import dev.rein.server.metric.MetricLog;
import dev.rein.server.metric.MetricScanner;
import dev.rein.server.metric.MetricValue;
import dev.rein.server.store.FullDisk;
import dev.rein.server.store.StoreException;
import dev.rein.server.training.JobPlan.PlannedHost;
import dev.rein.server.training.JobState.Downloading;
import dev.rein.server.training.JobState.Ended;
import dev.rein.server.training.JobState.Outcome;
import dev.rein.server.training.JobState.Preparing;
import dev.rein.server.training.JobState.Starting;
import dev.rein.server.training.JobState.StopCause;
import dev.rein.server.training.JobState.Stopping;
import dev.rein.server.training.JobState.Training;
import dev.rein.server.training.JobState.Uploading;
import dev.rein.server.training.JobState.Waiting;
import dev.rein.server.training.TrainingJobStore.Stored;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes one job from where its document stands to its end. Blocking, on a virtual thread of its own.
///
/// The document is always ahead of the world: what is about to be done is stored first, so that after a crash the
/// next server knows what may have been done. It finds the hosts by their names and goes on; a job is never begun
/// anew once a host may have been launched. Interrupting the thread leaves everything as it stands, for that next
/// server.
final class JobRun {
    static final String LOG_GROUP = "/aws/sagemaker/TrainingJobs";

    private static final Logger log = LoggerFactory.getLogger(JobRun.class);

    /// For the hosts of a job that has failed elsewhere: shorter than AWS's, nothing of theirs is kept but logs.
    private static final Duration PEERS_GRACE = Duration.ofSeconds(20);

    /// Between two tries to store how a job ended.
    private static final Duration STORE_PAUSE = Duration.ofSeconds(1);

    private final Platform platform;
    private final String name;
    private final Instant created;
    private final TrainingJob first;
    private final JobPlan plan;
    private final CompletableFuture<Void> stop = new CompletableFuture<>();
    private final MetricLog metrics;
    private @Nullable CompletableFuture<Void> logged; // of the run's own thread

    /// @throws UncheckedIOException if the job's metrics cannot be opened
    JobRun(Platform platform, Stored stored) {
        this.platform = platform;
        this.first = stored.job();
        this.name = first.name();
        this.created = stored.created();
        this.plan = JobPlan.of(first.created());
        try {
            this.metrics = platform.metrics().open(name);
        } catch (IOException e) {
            throw new UncheckedIOException("metrics of training job " + name, e);
        }
    }

    /// Tells the run to look at its document again: the job is to stop.
    void stop() {
        stop.complete(null);
    }

    /// The last value of each metric so far.
    List<MetricValue> metrics() {
        return metrics.latest();
    }

    /// @throws InterruptedException when the server is closing
    void run() throws InterruptedException {
        try (metrics;
                Capacity.Place place = place()) {
            try {
                carry(place);
            } catch (CannotGoOnException e) {
                fail(e.reason());
            } catch (LaunchException e) {
                fail((e.isFromCaller() ? "ClientError" : "InternalServerError") + ": a host could not be started: "
                        + e.getMessage());
            } catch (ArchiveException e) {
                fail("ClientError: the results cannot be stored: " + e.getMessage());
            } catch (IOException | RuntimeException e) {
                if (platform.closing().getAsBoolean()) {
                    throw new InterruptedException("interrupted: " + e);
                }
                log.error("training job {} cannot go on", name, e);
                fail(
                        FullDisk.isCauseOf(e)
                                ? "InternalServerError: no space is left where the platform keeps its data. Free some, then create the job again."
                                : "InternalServerError: " + e);
            }
            discard(); // before its place goes to another job, which would be given GPUs beside those of this one
        } catch (IOException e) {
            log.warn("metrics of training job {} were not closed: {}", name, e.toString());
        }
    }

    private Capacity.Place place() {
        Capacity capacity = platform.capacity();
        return switch (first.state()) {
            case Starting _, Waiting _ ->
                capacity.enqueue(name, created, plan.need(capacity.machine()), plan.cluster());
            case Downloading _, Preparing _, Training _, Stopping _, Uploading _, Ended _ ->
                capacity.claim(name, created, plan.need(capacity.machine()), plan.cluster());
        };
    }

    private void carry(Capacity.Place place)
            throws IOException, CannotGoOnException, LaunchException, InterruptedException {
        List<Host> hosts = switch (first.state()) {
            case Starting _, Waiting _, Downloading _, Preparing _ -> begin(place);
            case Stopping stopping when stopping.launched().isEmpty() -> List.of();
            case Training _, Stopping _, Uploading _ -> attach();
            case Ended _ -> List.of();
        };
        if (hosts.isEmpty()) {
            platform.store().update(name, state -> state.stoppedUnlaunched(now()));
        } else {
            conclude(hosts);
        }
    }

    /// From the queue to running hosts.
    ///
    /// @return no hosts if the job was stopped before
    private List<Host> begin(Capacity.Place place)
            throws IOException, CannotGoOnException, LaunchException, InterruptedException {
        if (!place.granted().isDone()) {
            TrainingJob waiting = platform.store().update(name, state -> state.waitingFor("needs " + place.need()));
            if (waiting.state() instanceof Stopping) {
                return List.of();
            }
            await(CompletableFuture.anyOf(place.granted(), stop));
        }
        platform.store().update(name, JobState::admitted);
        JobState work =
                platform.store().update(name, state -> state.downloading(now())).state();
        if (!(work instanceof Downloading || work instanceof Preparing)) {
            return List.of();
        }
        HostRuntime declared = JobPlan.runtime(plan.image(), platform.runtimes())
                .orElseThrow(() -> new CannotGoOnException(
                        "ClientError: no runtime serves image \"%s\" any more".formatted(plan.image())));
        Backend backend = platform.backend().of(declared);
        String networkInterface = backend.networkInterface(plan.reach(), plan.networkIsolation());
        for (PlannedHost host : plan.hosts()) {
            Path ml = backend.prepare(plan.id(host));
            new HostFolder(plan, platform.objects(), stop::isDone, networkInterface).fill(ml, host);
        }
        Optional<HostRuntime> runtime = prepared(declared);
        if (runtime.isEmpty()) {
            return List.of();
        }
        TrainingJob job = platform.store().update(name, state -> state.launching(now()));
        if (!(job.state() instanceof Training)) {
            return List.of();
        }
        var hosts = new ArrayList<Host>();
        for (PlannedHost host : plan.hosts()) {
            hosts.add(backend.launch(spec(host, runtime.get())));
        }
        return hosts;
    }

    /// Waits until what the hosts run in is there.
    ///
    /// @return empty if the job was stopped before
    private Optional<HostRuntime> prepared(HostRuntime declared) throws LaunchException, InterruptedException {
        CompletableFuture<HostRuntime> prepared =
                declared.prepared(progress -> platform.store().update(name, state -> state.preparing(progress)));
        try {
            CompletableFuture.anyOf(prepared, stop).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LaunchException told) {
                throw told;
            }
            throw new LaunchException(
                    String.valueOf(requireNonNull(e.getCause()).getMessage()), e.getCause());
        }
        return Optional.ofNullable(prepared.getNow(null));
    }

    private HostSpec spec(PlannedHost host, HostRuntime runtime) {
        var size = host.type().resources().atMost(platform.capacity().machine());
        return new HostSpec(
                plan.id(host),
                plan.peers(),
                plan.network(),
                runtime,
                plan.command(runtime),
                environment(runtime),
                size.cpus(),
                size.memoryBytes(),
                plan.networkIsolation(),
                OptionalInt.empty(),
                plan.container(host));
    }

    /// No SM_*: those are made inside, by the container's toolkit.
    private Map<String, String> environment(HostRuntime runtime) {
        var environment = new LinkedHashMap<>(runtime.environment());
        environment.putAll(platform.access().environment(first.region()));
        environment.putAll(plan.request().environment());
        environment.put("TRAINING_JOB_NAME", name);
        environment.put("TRAINING_JOB_ARN", first.arn());
        environment.put("REIN_IMAGE", plan.image());
        return environment;
    }

    /// Finds the hosts that an earlier server launched.
    private List<Host> attach() throws CannotGoOnException {
        var hosts = new ArrayList<Host>();
        for (PlannedHost host : plan.hosts()) {
            Optional<Host> found = platform.backend().find(plan.id(host));
            if (found.isEmpty()) {
                throw new CannotGoOnException(
                        "InternalServerError: the server stopped before host %s was started, or it was lost meanwhile. The job is not begun a second time; create it again."
                                .formatted(host.name()));
            }
            hosts.add(found.get());
        }
        return hosts;
    }

    /// From running hosts to the end.
    private void conclude(List<Host> hosts) throws IOException, InterruptedException {
        TrainingJob job = load();
        try (LiveSync sync = LiveSync.start(
                plan,
                hosts,
                platform.objects(),
                platform.scratch(name),
                platform.settings().sync())) {
            CompletableFuture<Void> logged = logged(hosts, job.state());
            var exits = new Exits(hosts);
            if (!(job.state() instanceof Uploading)) {
                supervise(exits, job);
            }
            await(logged); // the log is complete before the job ends
            if (!(load().state() instanceof Uploading)) {
                Outcome outcome = exits.outcome();
                job = platform.store().update(name, state -> state.exited(outcome));
            }
            sync.finish();
            store(job, hosts.stream().map(Host::ml).toList());
        }
    }

    /// Waits for the hosts to end, and ends them when it is time. Afterwards all have ended.
    private void supervise(Exits exits, TrainingJob job) throws IOException, InterruptedException {
        if (job.state() instanceof Training training) {
            Instant deadline = training.launched().plusSeconds(plan.maxRuntimeSeconds());
            // From here on by the monotonic clock, whatever happens to the wall's.
            if (!exits.decidedOr(stop, Duration.between(now(), deadline))) {
                platform.store().update(name, state -> state.stopping(now(), StopCause.MAX_RUNTIME));
            }
        }
        exits.end(
                exits.decided()
                        ? min(PEERS_GRACE, platform.settings().grace())
                        : platform.settings().grace());
    }

    /// Completes when the hosts' logs are complete. Follows them unless that has begun: a stream has one writer.
    private CompletableFuture<Void> logged(List<Host> hosts, JobState state) {
        if (logged == null) {
            logged = follow(hosts, launched(state));
        }
        return logged;
    }

    private CompletableFuture<Void> follow(List<Host> hosts, Instant launched) {
        return CompletableFuture.allOf(hosts.stream()
                .map(host -> {
                    var scanner = new MetricScanner(definitions());
                    String stream = "%s/%s-%d".formatted(name, host.id().name(), launched.toEpochMilli());
                    return platform.logs().follow(host, LOG_GROUP, stream, event -> measure(scanner, event));
                })
                .toArray(CompletableFuture[]::new));
    }

    private List<MetricDefinition> definitions() {
        return plan.request().algorithmSpecification().metricDefinitions().stream()
                .map(metric -> new MetricDefinition(metric.name(), Pattern.compile(metric.regex())))
                .toList();
    }

    private void measure(MetricScanner scanner, LogEvent event) {
        try {
            metrics.append(scanner.read(event.timestamp(), event.message()));
        } catch (IOException e) {
            log.warn("a metric of training job {} was not stored: {}", name, e.toString());
        }
    }

    private void store(TrainingJob job, List<Path> mls) throws IOException, InterruptedException {
        var results = new Results(
                plan,
                platform.objects(),
                platform.scratch(name),
                platform.settings().results());
        results.storeOutput(mls);
        boolean failed = job.state() instanceof Uploading uploading && uploading.outcome() instanceof Outcome.Failure;
        Optional<String> model =
                failed ? Optional.empty() : Optional.of(results.storeModel(mls).toString());
        end(results.note(), state -> state.stored(now(), model));
    }

    /// Declares the job failed, once nothing of it runs any more.
    private void fail(String reason) throws InterruptedException {
        var hosts = new ArrayList<Host>();
        plan.hosts().forEach(host -> platform.backend().find(plan.id(host)).ifPresent(hosts::add));
        try {
            new Exits(hosts).kill();
            JobState state = load().state();
            if (!hosts.isEmpty() && !(state instanceof Ended)) {
                await(logged(hosts, state));
            }
        } catch (IOException e) {
            log.error("training job {} left a host behind: {}", name, e.getMessage());
        }
        end("", state -> state.failed(now(), reason));
    }

    /// Waits until the store takes it. It is this job's own files that may leave no room for that: they go first then.
    private void end(String note, java.util.function.UnaryOperator<JobState> event) throws InterruptedException {
        List<MetricValue> last = metrics.latest();
        Instant at = now();
        while (true) {
            try {
                platform.store().change(name, job -> {
                    TrainingJob ended = job.on(at, note, event);
                    return ended.equals(job) ? job : ended.withMetrics(last);
                });
                return;
            } catch (StoreException e) {
                if (platform.closing().getAsBoolean()) {
                    throw e;
                }
                log.warn("the end of training job {} cannot be stored now: {}", name, e.toString());
                discard();
                Thread.sleep(STORE_PAUSE);
            }
        }
    }

    /// Deletes what an ended job has left on this machine.
    private void discard() {
        try {
            for (PlannedHost host : plan.hosts()) {
                platform.backend().discard(plan.id(host));
            }
            Results.delete(platform.scratch(name));
        } catch (IOException | IllegalStateException e) {
            log.warn("training job {} left files behind: {}", name, e.toString());
        }
    }

    private Instant launched(JobState state) {
        return switch (state) {
            case Training training -> training.launched();
            case Stopping stopping -> stopping.launched().orElse(created);
            case Uploading uploading -> uploading.launched();
            case Starting _, Waiting _, Downloading _, Preparing _, Ended _ -> created;
        };
    }

    private TrainingJob load() {
        return platform.store()
                .find(name)
                .orElseThrow(() -> new IllegalStateException("training job %s is gone".formatted(name)))
                .job();
    }

    private Instant now() {
        return platform.store().now();
    }

    private static void await(CompletableFuture<?> future) throws InterruptedException {
        try {
            future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
