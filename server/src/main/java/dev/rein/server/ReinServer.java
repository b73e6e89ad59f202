package dev.rein.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rein.server.backend.Backend;
import dev.rein.server.backend.Backends;
import dev.rein.server.backend.HostRuntime;
import dev.rein.server.backend.docker.DockerBackend;
import dev.rein.server.backend.docker.DockerSettings;
import dev.rein.server.backend.machine.Gpus;
import dev.rein.server.backend.process.ProcessBackend;
import dev.rein.server.capacity.Resources;
import dev.rein.server.endpoint.Endpoints;
import dev.rein.server.endpoint.ServingSettings;
import dev.rein.server.http.HttpFront;
import dev.rein.server.identity.Account;
import dev.rein.server.identity.Credentials;
import dev.rein.server.identity.Identity;
import dev.rein.server.identity.SignatureV4;
import dev.rein.server.logs.LogApi;
import dev.rein.server.logs.LogStore;
import dev.rein.server.metric.MetricApi;
import dev.rein.server.objects.EmbeddedS3;
import dev.rein.server.objects.ObjectStore;
import dev.rein.server.objects.S3ObjectStore;
import dev.rein.server.store.DataLock;
import dev.rein.server.store.Database;
import dev.rein.server.store.Documents;
import dev.rein.server.store.SqlDocuments;
import dev.rein.server.tag.ResourceTags;
import dev.rein.server.training.HostAccess;
import dev.rein.server.training.TrainingJobs;
import dev.rein.server.training.TrainingSettings;
import dev.rein.server.wire.ApiTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/// The whole platform: its objects, made here by hand and taken down in reverse.
public final class ReinServer implements AutoCloseable {
    /// The version of this build.
    public static final String VERSION = version();

    private static final Logger LOG = LoggerFactory.getLogger(ReinServer.class);

    private final ServerConfiguration configuration;
    private final Credentials credentials;
    private final OpenThings open = new OpenThings();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final URI endpoint;
    private final URI s3Endpoint;

    /// Starts and returns when every part of it answers.
    ///
    /// @throws IOException if a port is taken, the home is served already or cannot be written; what was opened is
    ///     closed again. The message says what to do
    /// @throws IllegalArgumentException if the configuration asks for what would be unsafe
    public static ReinServer start(ServerConfiguration configuration) throws IOException {
        refuseOpenDoor(configuration);
        return new ReinServer(configuration);
    }

    private ReinServer(ServerConfiguration configuration) throws IOException {
        this.configuration = configuration;
        long began = System.nanoTime();
        Clock clock = Clock.systemUTC();
        Path data = makeFolders(configuration.home());
        try {
            open.add(DataLock.take(data.resolve("lock")));
            credentials = credentials(configuration);
            Account account = configuration.account();
            HttpFront front = open.add(HttpFront.bind(configuration.host(), configuration.port()));
            endpoint = onThisMachine(front.endpoint());

            // What nothing else here needs to exist, side by side.
            var gpus = Gpus.ofThisMachine();
            var parts = new ParallelStart();
            var s3 = parts.start("s3", () -> objectStore(data));
            var store = parts.start("store", () -> open.add(SqlDocuments.open(database(data), clock)));
            var hosts = parts.start(
                    "backend",
                    () -> open.add(ProcessBackend.open(data.resolve("hosts"), configuration.hostLogBytes(), gpus)));
            ApiTable operations = ApiTable.load();
            s3Endpoint = onThisMachine(parts.join(s3));
            Documents documents = parts.join(store);
            Optional<DockerBackend> docker = docker(data.resolve("containers"), gpus);
            Backend processes = parts.join(hosts);
            Backend backend = docker.<Backend>map(containers -> new Backends(processes, containers))
                    .orElse(processes);
            List<HostRuntime> runtimes = runtimes(docker);
            ObjectStore objects = open.add(new S3ObjectStore(s3Endpoint, configuration.region(), s3Credentials()));
            LogStore logs = open.add(LogStore.open(data.resolve("logs"), clock));

            // What answers, and for whom.
            var access = new HostAccess(endpoint, s3Endpoint, credentials.accessKeyId(), credentials.secretAccessKey());
            var jobs = open.add(new TrainingJobs(
                    documents,
                    objects,
                    backend,
                    logs,
                    runtimes,
                    TrainingSettings.usual(data.resolve("training")),
                    clock));
            var endpoints =
                    open.add(new Endpoints(documents, objects, backend, logs, runtimes, serving(data, access), clock));
            new Identity(account, Instant.EPOCH).register(operations);
            new ResourceTags(documents).register(operations);
            new LogApi(logs).register(operations);
            jobs.register(operations);
            new MetricApi(jobs.metrics(), clock).register(operations);
            endpoints.register(operations);
            var signatures = new SignatureV4(account, this::known, clock);

            front.serve(s3Endpoint, operations, signatures, endpoints);
            open.add(front); // once more, to be the first that is closed
            jobs.start(access);
            endpoints.resume();
            open.add(ServerFile.write(
                    configuration.home().resolve("server.json"),
                    configuration.region(),
                    account,
                    credentials,
                    endpoint,
                    s3Endpoint));
            LOG.info(
                    "ready after {} ms: APIs at {}, S3 at {}, data in {}",
                    (System.nanoTime() - began) / 1_000_000,
                    endpoint,
                    s3Endpoint,
                    data);
        } catch (IOException | RuntimeException e) {
            closeAfter(e);
            throw e;
        }
    }

    /// Where the APIs are.
    public URI endpoint() {
        return endpoint;
    }

    /// Where objects are.
    public URI s3Endpoint() {
        return s3Endpoint;
    }

    public String region() {
        return configuration.region();
    }

    public String accessKeyId() {
        return credentials.accessKeyId();
    }

    public String secretAccessKey() {
        return credentials.secretAccessKey();
    }

    /// Waits until somebody has closed the server.
    public void awaitClose() throws InterruptedException {
        closed.await();
    }

    /// Stops listening, then the jobs, the backend and the stores. Hosts that run go on and are found again by the
    /// next start. Closing twice is harmless.
    @Override
    public void close() {
        try {
            open.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            closed.countDown();
        }
    }

    private void closeAfter(Exception failure) {
        try {
            open.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private Optional<Credentials> known(String accessKeyId) {
        return Optional.of(credentials).filter(mine -> mine.accessKeyId().equals(accessKeyId));
    }

    /// A replica gets a core and a quarter of the memory.
    private ServingSettings serving(Path data, HostAccess access) {
        return ServingSettings.usual(
                data.resolve("serving"), access.environment(configuration.region()), Resources.ofThisMachine());
    }

    /// Containers of an earlier start are looked after even when new ones are not wanted any more.
    private Optional<DockerBackend> docker(Path folder, Gpus gpus) throws IOException {
        if (configuration.docker().isEmpty() && !Files.isDirectory(folder)) {
            return Optional.empty();
        }
        return Optional.of(open.add(DockerBackend.open(
                folder,
                configuration.docker().orElse(new DockerSettings(DockerSettings.USUAL_SOCKET, Optional.empty())),
                configuration.hostLogBytes(),
                gpus)));
    }

    private List<HostRuntime> runtimes(Optional<DockerBackend> docker) {
        List<HostRuntime> runtimes = new ArrayList<>(configuration.runtimes());
        if (configuration.docker().isPresent()) {
            runtimes.add(docker.orElseThrow().runtime());
        }
        return runtimes;
    }

    private URI objectStore(Path data) throws IOException {
        if (configuration.s3().isPresent()) {
            return configuration.s3().get();
        }
        return open.add(EmbeddedS3.start(data.resolve("s3"), configuration.host(), configuration.s3Port(), credentials))
                .endpoint();
    }

    private AwsCredentialsProvider s3Credentials() {
        return configuration.s3().isPresent()
                ? DefaultCredentialsProvider.builder().build()
                : StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(credentials.accessKeyId(), credentials.secretAccessKey()));
    }

    private Database.Location database(Path data) {
        return configuration.database().isPresent()
                ? new Database.Location.Postgres(configuration.database().get())
                : new Database.Location.SqliteFile(data.resolve("rein.db"));
    }

    private static Credentials credentials(ServerConfiguration configuration) throws IOException {
        return configuration.credentials().isPresent()
                ? configuration.credentials().get()
                : Credentials.readOrCreate(configuration.home().resolve("credentials.json"));
    }

    /// What is new is readable by its owner only.
    private static Path makeFolders(Path home) throws IOException {
        Path data = home.resolve("data");
        Files.createDirectories(
                data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return data;
    }

    /// Whoever is let in may run programs here, so the door to other machines opens only with keys that somebody
    /// chose.
    private static void refuseOpenDoor(ServerConfiguration configuration) throws IOException {
        if (configuration.credentials().isEmpty() && !isLoopback(configuration.host())) {
            throw new IllegalArgumentException(
                    ("host: %s is reachable from other machines, and whoever reaches it could run programs here "
                                    + "(expected: keys that somebody chose: rein up --credentials FILE, or REIN_ACCESS_KEY_ID and "
                                    + "REIN_SECRET_ACCESS_KEY in its environment; or a loopback address such as 127.0.0.1)")
                            .formatted(configuration.host()));
        }
    }

    /// Who listens on every address is met by programs of this machine on its loopback address.
    private static URI onThisMachine(URI listening) {
        return switch (listening.getHost()) {
            case "0.0.0.0" -> URI.create("http://127.0.0.1:" + listening.getPort());
            case "[::]", "[0:0:0:0:0:0:0:0]" -> URI.create("http://[::1]:" + listening.getPort());
            default -> listening;
        };
    }

    private static boolean isLoopback(String host) throws IOException {
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (!address.isLoopbackAddress()) {
                    return false;
                }
            }
            return true;
        } catch (UnknownHostException e) {
            throw new IOException(
                    "host: \"%s\" is no address or name of this machine (expected: such as 127.0.0.1)".formatted(host),
                    e);
        }
    }

    private static String version() {
        try (InputStream in = ReinServer.class.getResourceAsStream("version.txt")) {
            return in == null ? "unknown" : new String(in.readAllBytes(), UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
