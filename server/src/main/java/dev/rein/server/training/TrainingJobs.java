package dev.rein.server.training;

import static java.util.Objects.requireNonNull;

import dev.rein.server.backend.Backend;
import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostRuntime;
import dev.rein.server.capacity.Capacity;
import dev.rein.server.logs.LogFollower;
import dev.rein.server.metric.MetricStore;
import dev.rein.server.metric.MetricValue;
import dev.rein.server.objects.ObjectStore;
import dev.rein.server.store.Documents;
import dev.rein.server.training.TrainingJobStore.Stored;
import dev.rein.server.wire.Operations;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Training jobs: answers for them, and carries them out. Safe for any number of threads.
///
/// Create it, [#register] its operations, then [#start] it when hosts can reach the platform. Closing it leaves
/// running jobs running; who starts on the same data next goes on with them.
public final class TrainingJobs implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TrainingJobs.class);

    private final TrainingJobStore store;
    private final ObjectStore objects;
    private final Backend backend;
    private final LogFollower logs;
    private final MetricStore metrics;
    private final List<HostRuntime> runtimes;
    private final TrainingSettings settings;
    private final Capacity capacity;
    private final Map<String, JobRun> runs = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("training-", 0).factory());
    private volatile boolean closing;
    private @Nullable Platform platform; // guarded by this; null until started

    public TrainingJobs(
            Documents documents,
            ObjectStore objects,
            Backend backend,
            LogFollower logs,
            List<HostRuntime> runtimes,
            TrainingSettings settings,
            Clock clock) {
        this.store = new TrainingJobStore(documents, clock);
        this.objects = requireNonNull(objects, "objects");
        this.backend = requireNonNull(backend, "backend");
        this.logs = requireNonNull(logs, "logs");
        this.metrics = new MetricStore(settings.data().resolve("metrics"));
        this.runtimes = List.copyOf(runtimes);
        this.settings = requireNonNull(settings, "settings");
        this.capacity = new Capacity(settings.machine());
    }

    /// Signs in for CreateTrainingJob, DescribeTrainingJob, ListTrainingJobs and StopTrainingJob. Jobs created
    /// before [#start] are kept and begun then.
    public void register(Operations operations) {
        new TrainingJobOperations(store, runtimes, this::latest, this::accepted, this::stopped).register(operations);
    }

    /// What the jobs have measured.
    public MetricStore metrics() {
        return metrics;
    }

    /// Takes up every job that has not ended, and ends hosts that belong to none.
    ///
    /// @param access for the code in the hosts
    public void start(HostAccess access) {
        List<Stored> unfinished;
        backend.offer(List.of(access.endpoint(), access.s3Endpoint()));
        synchronized (this) {
            platform = new Platform(
                    store, objects, backend, logs, metrics, capacity, runtimes, settings, access, () -> closing);
            unfinished = store.unfinished();
            unfinished.forEach(this::begin);
        }
        threads.execute(this::sweep);
    }

    private synchronized void accepted(Stored stored) {
        if (platform != null) {
            begin(stored);
        }
    }

    private synchronized void begin(Stored stored) {
        String name = stored.job().name();
        if (closing || runs.containsKey(name)) {
            return; // stored between the start's look and its announcement: already begun
        }
        var run = new JobRun(requireNonNull(platform, "started"), stored);
        runs.put(name, run);
        threads.execute(() -> run(name, run));
    }

    private void run(String name, JobRun run) {
        try {
            run.run();
        } catch (InterruptedException e) {
            log.info("training job {} is left to the next server", name);
        } catch (RuntimeException e) {
            if (!closing) {
                log.error("training job {} is left as it stands until the server starts again", name, e);
            }
        } finally {
            runs.remove(name, run);
        }
    }

    private void stopped(String name) {
        JobRun run = runs.get(name);
        if (run != null) {
            run.stop();
        }
    }

    private List<MetricValue> latest(String name) {
        JobRun run = runs.get(name);
        return run == null ? List.of() : run.metrics();
    }

    /// Ends and removes hosts whose job has ended, or was never heard of.
    private void sweep() {
        String prefix = TrainingJob.KIND + "/";
        for (HostId id : backend.known()) {
            String job = id.owner().startsWith(prefix) ? id.owner().substring(prefix.length()) : "";
            if (!job.isEmpty() && !runs.containsKey(job) && isOver(job)) {
                remove(id);
            }
        }
    }

    private boolean isOver(String job) {
        return store.find(job)
                .map(stored -> stored.job().state() instanceof JobState.Ended)
                .orElse(true);
    }

    private void remove(HostId orphan) {
        try {
            Optional<Host> host = backend.find(orphan);
            if (host.isPresent()) {
                host.get().kill();
                host.get().exit().get(1, TimeUnit.MINUTES);
            }
            backend.discard(orphan);
            log.info("removed {}: its job is over", orphan);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing: the next server sweeps
        } catch (IOException | IllegalStateException | ExecutionException | TimeoutException e) {
            log.warn("{} belongs to no job and cannot be removed: {}", orphan, e.toString());
        }
    }

    /// Lets go of every job, leaving hosts running. Closing twice is harmless.
    @Override
    public void close() {
        closing = true;
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
                log.warn("training jobs are still being worked on, 10 s after the server was asked to close");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
