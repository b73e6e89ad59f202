package dev.rein.server.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rein.server.archive.ArchiveLimits;
import dev.rein.server.archive.TarGz;
import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostRuntime;
import dev.rein.server.backend.process.Isolation;
import dev.rein.server.backend.process.ProcessBackend;
import dev.rein.server.capacity.Resources;
import dev.rein.server.objects.S3Uri;
import dev.rein.server.store.Database;
import dev.rein.server.store.SqlDocuments;
import dev.rein.server.wire.Caller;
import dev.rein.server.wire.Operations;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobRequest;
import software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobRequest;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.ListTrainingJobsRequest;
import software.amazon.awssdk.services.sagemaker.model.ListTrainingJobsResponse;
import software.amazon.awssdk.services.sagemaker.model.StopTrainingJobRequest;
import software.amazon.awssdk.services.sagemaker.model.StopTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;

/// A control plane for training jobs on real documents and real processes, that can be restarted.
final class TrainingWorld implements AutoCloseable, Operations {
    static final Caller CALLER = new Caller("AKID", "000000000000", "us-west-2", "arn:aws:iam::000000000000:user/me");

    private static final HostAccess ACCESS =
            new HostAccess(URI.create("http://127.0.0.1:1"), URI.create("http://127.0.0.1:2"), "AKID", "secret");
    private static final HostRuntime SHELL = new HostRuntime(
            "shell",
            List.of("shell:*"),
            List.of("/bin/sh", "-c", "echo train"),
            List.of("/bin/false"),
            List.of(),
            Map.of());

    final MemoryObjects objects = new MemoryObjects();
    final PlainLogs logs = new PlainLogs();
    final SqlDocuments documents;
    private final Path folder;
    private final Clock clock;
    private final Duration grace;
    private final Isolation highest;
    private final Map<String, Handler<?, ?>> handlers = new ConcurrentHashMap<>();
    ProcessBackend backend;
    TrainingJobs jobs;

    TrainingWorld(Path folder) throws IOException {
        this(folder, Clock.systemUTC(), Duration.ofSeconds(1));
    }

    /// A world whose hosts are kept apart no better than this.
    TrainingWorld(Path folder, Isolation highest) throws IOException {
        this(folder, Clock.systemUTC(), Duration.ofSeconds(1), highest);
    }

    TrainingWorld(Path folder, Clock clock, Duration grace) throws IOException {
        this(folder, clock, grace, Isolation.SANDBOX_OWN_USER);
    }

    private TrainingWorld(Path folder, Clock clock, Duration grace, Isolation highest) throws IOException {
        this.folder = folder;
        this.highest = highest;
        this.clock = clock;
        this.grace = grace;
        this.backend = ProcessBackend.open(folder.resolve("hosts"), highest);
        this.documents = SqlDocuments.open(new Database.Location.SqliteFile(folder.resolve("rein.db")), clock);
        this.jobs = open();
        jobs.start(ACCESS);
    }

    private TrainingJobs open() {
        handlers.clear();
        var settings = new TrainingSettings(
                folder.resolve("work"), new Resources(4, 8L << 30), grace, Duration.ofMillis(50), ArchiveLimits.USUAL);
        var opened = new TrainingJobs(documents, objects, backend, logs, List.of(SHELL), settings, clock);
        opened.register(this);
        return opened;
    }

    /// Ends this server without a word to its hosts, and starts the next one on the same data.
    void restart() throws IOException {
        restart(() -> {});
    }

    /// @param meanwhile what happens while no server is there
    void restart(Runnable meanwhile) throws IOException {
        jobs.close();
        backend.close();
        backend = ProcessBackend.open(folder.resolve("hosts"), highest);
        meanwhile.run();
        jobs = open();
        jobs.start(ACCESS);
    }

    /// A running job's `/opt/ml`, seen from here.
    Path ml(String job) {
        return host(job).ml();
    }

    private Host host(String job) {
        return backend.find(JobPlan.id(job, "algo-1")).orElseThrow();
    }

    /// Lets a host vanish without a trace.
    void lose(String job) {
        Host host = host(job);
        host.kill();
        host.exit().join();
        try {
            host.remove();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public <I extends SdkPojo, O extends SdkPojo> void on(
            String service, String name, Supplier<? extends SdkPojo> request, Handler<I, O> handler) {
        assertThat(service).isEqualTo("sagemaker");
        handlers.put(name, handler);
    }

    @SuppressWarnings("unchecked") // registered under this name with this type
    private <I extends SdkPojo, O extends SdkPojo> O call(String name, I request, Class<O> answer) {
        var handler = (Handler<I, O>) Objects.requireNonNull(handlers.get(name), name);
        return answer.cast(handler.call(request, CALLER));
    }

    /// A job whose only host runs a shell script in `/opt/ml`.
    static CreateTrainingJobRequest.Builder job(String name, String script) {
        return CreateTrainingJobRequest.builder()
                .trainingJobName(name)
                .roleArn("arn:aws:iam::000000000000:role/ReinRole")
                .algorithmSpecification(algorithm -> algorithm
                        .trainingImage("shell:latest")
                        .trainingInputMode("File")
                        .containerEntrypoint("/bin/sh", "-c", "cd ${SAGEMAKER_BASE_DIR:-/opt/ml} && " + script))
                .outputDataConfig(output -> output.s3OutputPath("s3://results/runs/"))
                .resourceConfig(resources ->
                        resources.instanceType("ml.m5.large").instanceCount(1).volumeSizeInGB(1))
                .stoppingCondition(stopping -> stopping.maxRuntimeInSeconds(600));
    }

    CreateTrainingJobResponse create(CreateTrainingJobRequest.Builder request) {
        return call("CreateTrainingJob", request.build(), CreateTrainingJobResponse.class);
    }

    DescribeTrainingJobResponse describe(String name) {
        return call(
                "DescribeTrainingJob",
                DescribeTrainingJobRequest.builder().trainingJobName(name).build(),
                DescribeTrainingJobResponse.class);
    }

    ListTrainingJobsResponse list(ListTrainingJobsRequest.Builder request) {
        return call("ListTrainingJobs", request.build(), ListTrainingJobsResponse.class);
    }

    void stop(String name) {
        call(
                "StopTrainingJob",
                StopTrainingJobRequest.builder().trainingJobName(name).build(),
                StopTrainingJobResponse.class);
    }

    /// Creates a job and waits until it has ended.
    DescribeTrainingJobResponse run(CreateTrainingJobRequest.Builder request) throws InterruptedException {
        create(request);
        return ended(request.build().trainingJobName());
    }

    DescribeTrainingJobResponse ended(String name) throws InterruptedException {
        return until(
                name,
                job -> List.of(TrainingJobStatus.COMPLETED, TrainingJobStatus.FAILED, TrainingJobStatus.STOPPED)
                        .contains(job.trainingJobStatus()));
    }

    DescribeTrainingJobResponse until(String name, Predicate<DescribeTrainingJobResponse> condition)
            throws InterruptedException {
        Instant deadline = Instant.now().plusSeconds(30);
        while (true) {
            DescribeTrainingJobResponse job = describe(name);
            if (condition.test(job)) {
                return job;
            }
            assertThat(Instant.now()).as("in time: %s", job).isBefore(deadline);
            Thread.sleep(10);
        }
    }

    /// Waits until a host has made a file below its `/opt/ml`.
    void untilExists(String job, String path) throws InterruptedException {
        Instant deadline = Instant.now().plusSeconds(30);
        while (backend.find(JobPlan.id(job, "algo-1"))
                .filter(host -> Files.exists(host.ml().resolve(path)))
                .isEmpty()) {
            assertThat(Instant.now()).as("in time: %s of %s", path, job).isBefore(deadline);
            Thread.sleep(10);
        }
    }

    boolean exists(String uri) {
        return objects.exists(S3Uri.parse(uri));
    }

    /// Unpacks an archive of the object store.
    Path unpack(String uri) throws IOException {
        Path into = Files.createTempDirectory(folder, "unpacked");
        try (InputStream archive = objects.open(S3Uri.parse(uri))) {
            TarGz.extract(archive, into, ArchiveLimits.USUAL);
        }
        return into;
    }

    /// Ends what a test has left running, then everything else.
    @Override
    public void close() throws IOException {
        jobs.close();
        for (HostId id : backend.known()) {
            Optional<Host> left = backend.find(id);
            if (left.isPresent()) {
                left.get().kill();
                left.get().exit().join();
                left.get().remove();
            }
        }
        backend.close();
        documents.close();
    }
}
