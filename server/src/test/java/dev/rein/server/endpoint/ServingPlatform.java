package dev.rein.server.endpoint;

import dev.rein.server.archive.ArchiveLimits;
import dev.rein.server.archive.TarGz;
import dev.rein.server.backend.Backend;
import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostRuntime;
import dev.rein.server.backend.Preparation;
import dev.rein.server.capacity.Resources;
import dev.rein.server.http.HttpFront;
import dev.rein.server.identity.Account;
import dev.rein.server.identity.Credentials;
import dev.rein.server.identity.SignatureV4;
import dev.rein.server.logs.LogEvent;
import dev.rein.server.logs.LogFollower;
import dev.rein.server.objects.S3Uri;
import dev.rein.server.store.Database;
import dev.rein.server.store.SqlDocuments;
import dev.rein.server.wire.ApiTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.opentest4j.AssertionFailedError;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sagemaker.SageMakerClient;
import software.amazon.awssdk.services.sagemaker.model.DescribeEndpointResponse;
import software.amazon.awssdk.services.sagemaker.model.EndpointStatus;
import software.amazon.awssdk.services.sagemaker.model.ProductionVariant;
import software.amazon.awssdk.services.sagemakerruntime.SageMakerRuntimeClient;
import software.amazon.awssdk.services.sagemakerruntime.model.InvokeEndpointResponse;

/// Endpoints behind a real front, over real processes and a real database, and AWS's own clients of them.
/// [#restart] is a restart of the server; closing leaves nothing.
final class ServingPlatform implements AutoCloseable, LogFollower {
    static final String IMAGE = "echo:latest";
    private static final long PATIENCE = Duration.ofSeconds(60).toNanos();

    final Backend backend;
    final FolderObjects objects;
    final Map<String, Path> streams = new ConcurrentHashMap<>();

    /// What the echo server's runtime needs made before it can run.
    volatile Preparation preparation = Preparation.NONE;

    private final Path folder;
    final Credentials credentials = Credentials.random(new SecureRandom());
    private final SqlDocuments documents;
    private Endpoints endpoints;
    private HttpFront front;
    SageMakerClient client;
    SageMakerRuntimeClient runtime;

    ServingPlatform(Path folder, Backend backend) throws IOException {
        this.folder = folder;
        this.backend = backend;
        objects = new FolderObjects(folder.resolve("s3"));
        documents = SqlDocuments.open(new Database.Location.SqliteFile(folder.resolve("rein.db")), Clock.systemUTC());
        endpoints = endpoints();
        front = front(endpoints);
        client = client();
        runtime = runtime();
    }

    void restart() throws IOException {
        closeServer();
        endpoints = endpoints();
        front = front(endpoints);
        client = client();
        runtime = runtime();
    }

    /// What the next server finds when nobody looks after the hosts.
    void closeServer() {
        runtime.close();
        client.close();
        front.close();
        endpoints.close();
    }

    /// The backend is the caller's.
    @Override
    public void close() {
        closeServer();
        documents.close();
    }

    URI address() {
        return front.endpoint();
    }

    /// What another program needs to call us.
    Map<String, String> environment(Map<String, String> more) {
        var environment = new HashMap<>(more);
        environment.put("AWS_ENDPOINT_URL", address().toString());
        environment.put("AWS_ACCESS_KEY_ID", credentials.accessKeyId());
        environment.put("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey());
        environment.put("AWS_DEFAULT_REGION", "us-west-2");
        return environment;
    }

    /// A model whose archive holds one file that says how the server behaves.
    void model(String name, String behaviour) throws IOException {
        Path tree = Files.createDirectories(folder.resolve("tree-" + name));
        Files.writeString(tree.resolve("behaviour"), behaviour);
        Path archive = folder.resolve(name + ".tar.gz");
        TarGz.pack(tree, archive, ArchiveLimits.USUAL);
        modelOf(name, archive);
    }

    void modelOf(String name, Path archive) throws IOException {
        objects.put(archive, S3Uri.parse("s3://models/" + name + "/model.tar.gz"));
        client.createModel(request -> request.modelName(name)
                .executionRoleArn("arn:aws:iam::000000000000:role/ReinRole")
                .primaryContainer(container -> container
                        .image(IMAGE)
                        .modelDataUrl("s3://models/" + name + "/model.tar.gz")
                        .environment(Map.of("FLAVOUR", "vanilla"))));
    }

    static ProductionVariant variant(String name, String model, int count, float weight) {
        return ProductionVariant.builder()
                .variantName(name)
                .modelName(model)
                .initialInstanceCount(count)
                .instanceType("ml.m5.large")
                .initialVariantWeight(weight)
                .containerStartupHealthCheckTimeoutInSeconds(60)
                .build();
    }

    void config(String name, ProductionVariant... variants) {
        client.createEndpointConfig(request -> request.endpointConfigName(name).productionVariants(variants));
    }

    /// An endpoint with everything of its own name, in service.
    void serve(String name, int count) throws IOException {
        model(name, "echo");
        config(name, variant("AllTraffic", name, count, 1));
        client.createEndpoint(request -> request.endpointName(name).endpointConfigName(name));
        settled(name);
    }

    DescribeEndpointResponse describe(String name) {
        return client.describeEndpoint(request -> request.endpointName(name));
    }

    /// Waits until the endpoint is neither being created nor updated.
    DescribeEndpointResponse settled(String name) {
        await(name + " settled", () -> {
            EndpointStatus status = describe(name).endpointStatus();
            return status != EndpointStatus.CREATING && status != EndpointStatus.UPDATING;
        });
        return describe(name);
    }

    InvokeEndpointResponse invoke(String name, String wish, String body) {
        return runtime.invokeEndpoint(request -> request.endpointName(name)
                .contentType("text/plain")
                .customAttributes(wish)
                .body(SdkBytes.fromUtf8String(body)));
    }

    String ask(String name, String wish) {
        return invoke(name, wish, "x").body().asUtf8String();
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionFailedError("never happened: " + what);
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    @Override
    public CompletableFuture<Void> follow(Host host, String group, String stream, Consumer<LogEvent> line) {
        Path copy = folder.resolve("log-" + host.id().name());
        return host.exit().thenAccept(_ -> {
            try {
                Files.copy(host.log(), copy);
                streams.put(group + " " + stream, copy);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private Endpoints endpoints() {
        Path home = Path.of(System.getProperty("java.home"));
        var runtimeOfEcho = new HostRuntime(
                "echo",
                List.of(IMAGE),
                List.of(),
                List.of(
                        home.resolve("bin/java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xshare:auto",
                        "-Xmx64m",
                        "-cp",
                        Path.of("target/test-classes").toAbsolutePath().toString(),
                        EchoServer.class.getName()),
                List.of(home, Path.of("target/test-classes").toAbsolutePath()),
                Map.of(),
                (declared, progress) -> preparation.prepare(declared, progress));
        var settings = new ServingSettings(
                folder.resolve("work"),
                Map.of("AWS_REGION", "us-west-2"),
                Resources.ofThisMachine(),
                new ServingSettings.Watch(
                        Duration.ofMillis(200),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(5),
                        Duration.ofMillis(50),
                        Duration.ofSeconds(1)),
                Duration.ofSeconds(3),
                Duration.ofSeconds(6),
                Duration.ofSeconds(5));
        return new Endpoints(documents, objects, backend, this, List.of(runtimeOfEcho), settings, Clock.systemUTC());
    }

    private HttpFront front(Endpoints serving) throws IOException {
        ApiTable operations = ApiTable.load();
        serving.register(operations);
        serving.resume();
        var signatures = new SignatureV4(
                Account.local(),
                id -> Optional.of(credentials)
                        .filter(known -> known.accessKeyId().equals(id)),
                Clock.systemUTC());
        HttpFront front = HttpFront.bind("127.0.0.1", 0);
        front.serve(URI.create("http://127.0.0.1:1"), operations, signatures, serving);
        return front;
    }

    private SageMakerClient client() {
        return SageMakerClient.builder()
                .endpointOverride(address())
                .region(Region.US_WEST_2)
                .credentialsProvider(keys())
                .overrideConfiguration(configuration -> configuration.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }

    private SageMakerRuntimeClient runtime() {
        return SageMakerRuntimeClient.builder()
                .endpointOverride(address())
                .region(Region.US_WEST_2)
                .credentialsProvider(keys())
                .overrideConfiguration(configuration -> configuration.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }

    private StaticCredentialsProvider keys() {
        return StaticCredentialsProvider.create(
                AwsBasicCredentials.create(credentials.accessKeyId(), credentials.secretAccessKey()));
    }
}
