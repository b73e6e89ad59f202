package dev.rein.sdk;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.sagemaker.SageMakerClient;
import software.amazon.awssdk.services.sagemakerruntime.SageMakerRuntimeClient;
import software.amazon.awssdk.services.sts.StsClient;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Where jobs run and what is needed to reach it. Clients are made on first use and closed with the session.
///
/// Safe for any number of threads.
public final class Session implements AutoCloseable {
    /// @param region of all names
    /// @param api    where SageMaker, logs, STS and IAM answer; null for AWS's own addresses
    /// @param s3     where S3 answers; null for AWS's own address
    private record Target(
            String region,
            @Nullable URI api,
            @Nullable URI s3,
            @Nullable AwsCredentialsProvider credentials) {}

    private final Target target;
    private final Optional<String> role;
    private final Lazy<SdkHttpClient> http = new Lazy<>(UrlConnectionHttpClient::create);
    private final Lazy<SdkHttpClient> predictionHttp = new Lazy<>(PredictionHttp::new);
    private final Lazy<SageMakerClient> sagemaker;
    private final Lazy<SageMakerRuntimeClient> runtime;
    private final Lazy<CloudWatchLogsClient> logs;
    private final Lazy<S3Client> s3;
    private final Lazy<StsClient> sts;
    private final Lazy<IamClient> iam;
    private volatile @Nullable String defaultBucket;

    private Session(Target target, Optional<String> role) {
        this.target = target;
        this.role = role;
        sagemaker = new Lazy<>(() -> configured(SageMakerClient.builder(), target.api())
                .httpClient(http.get())
                .build());
        runtime = new Lazy<>(() -> configured(SageMakerRuntimeClient.builder(), target.api())
                .httpClient(predictionHttp.get())
                .build());
        logs = new Lazy<>(() -> configured(CloudWatchLogsClient.builder(), target.api())
                .httpClient(http.get())
                .build());
        s3 = new Lazy<>(() -> configured(S3Client.builder(), target.s3())
                .httpClient(http.get())
                .forcePathStyle(target.s3() != null)
                .build());
        sts = new Lazy<>(() -> configured(StsClient.builder(), target.api())
                .httpClient(http.get())
                .build());
        iam = new Lazy<>(() -> configured(IamClient.builder(), target.api())
                .httpClient(http.get())
                .build());
    }

    /// The platform that runs on `$REIN_HOME` (default `~/.rein`).
    ///
    /// @throws IllegalStateException if none runs there
    public static Session local() {
        String home = System.getenv("REIN_HOME");
        if (home != null && !home.isBlank()) {
            return local(Path.of(home));
        }
        String user = System.getenv("HOME"); // what ~ is to a shell; a container's user may be unknown to the system
        return local(Path.of(user == null || user.isBlank() ? System.getProperty("user.home") : user, ".rein"));
    }

    /// The platform that runs on a folder.
    ///
    /// @throws IllegalStateException if none runs there, or its `server.json` cannot be read
    public static Session local(Path home) {
        Path file = home.resolve("server.json");
        JsonNode server;
        try {
            server = JsonMapper.shared().readTree(Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new IllegalStateException(
                    "no platform runs on %s. Start one with: rein up (or name another by Session.of or Session.aws)"
                            .formatted(home),
                    e);
        } catch (IOException | JacksonException e) {
            throw new IllegalStateException("cannot read %s: %s".formatted(file, e.getMessage()), e);
        }
        List<String> missing = Stream.of("region", "endpoint", "s3Endpoint", "accessKeyId", "secretAccessKey", "role")
                .filter(name -> server.path(name).asString("").isBlank())
                .toList();
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    "%s lacks %s. Start the platform again with: rein down, rein up".formatted(file, missing));
        }
        long pid = server.path("pid").asLong(0);
        if (pid > 0 && ProcessHandle.of(pid).isEmpty()) {
            throw new IllegalStateException(
                    "the platform on %s (process %d) is gone without a goodbye. Start it again with: rein up"
                            .formatted(home, pid));
        }
        return new Session(
                new Target(
                        server.path("region").asString(),
                        URI.create(server.path("endpoint").asString()),
                        URI.create(server.path("s3Endpoint").asString()),
                        keys(
                                server.path("accessKeyId").asString(),
                                server.path("secretAccessKey").asString())),
                Optional.of(server.path("role").asString()));
    }

    /// A platform at an address.
    ///
    /// @param api where SageMaker, logs, STS and IAM answer
    /// @param s3  where S3 answers
    public static Session of(URI api, URI s3, String region, String accessKeyId, String secretAccessKey) {
        return new Session(
                new Target(
                        requireNonNull(region, "region"),
                        requireNonNull(api, "api"),
                        requireNonNull(s3, "s3"),
                        keys(accessKeyId, secretAccessKey)),
                Optional.empty());
    }

    /// AWS itself, with credentials and settings from its default chain (`AWS_ENDPOINT_URL` included).
    public static Session aws(String region) {
        return new Session(new Target(requireNonNull(region, "region"), null, null, null), Optional.empty());
    }

    private static AwsCredentialsProvider keys(String accessKeyId, String secretAccessKey) {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKeyId, secretAccessKey));
    }

    private <B extends AwsClientBuilder<B, ?>> B configured(B builder, @Nullable URI endpoint) {
        builder.region(Region.of(target.region()));
        if (endpoint != null) {
            builder.endpointOverride(endpoint);
        }
        if (target.credentials() != null) {
            builder.credentialsProvider(target.credentials());
        }
        return builder;
    }

    public String region() {
        return target.region();
    }

    /// Whether it speaks to AWS itself, or to whatever AWS's own settings name instead.
    boolean isAws() {
        return target.api() == null;
    }

    public SageMakerClient sagemaker() {
        return sagemaker.get();
    }

    public SageMakerRuntimeClient runtime() {
        return runtime.get();
    }

    public CloudWatchLogsClient logs() {
        return logs.get();
    }

    public S3Client s3() {
        return s3.get();
    }

    /// The platform's own role, where it has one.
    public Optional<String> role() {
        return role;
    }

    /// A role's ARN by its name; an ARN is returned as it is.
    public String roleArn(String nameOrArn) {
        return nameOrArn.contains("/")
                ? nameOrArn
                : iam.get().getRole(get -> get.roleName(nameOrArn)).role().arn();
    }

    /// `sagemaker-<region>-<account>`, made on first use.
    public String defaultBucket() {
        String known = defaultBucket;
        if (known == null) {
            known = "sagemaker-%s-%s".formatted(region(), account());
            createIfMissing(known);
            defaultBucket = known;
        }
        return known;
    }

    /// A platform of one's own has told its role, and so its account: to ask would make ready one more client.
    private String account() {
        return role.map(arn -> arn.split(":", 6))
                .filter(parts -> parts.length == 6 && !parts[4].isBlank())
                .map(parts -> parts[4])
                .orElseGet(() -> sts.get().getCallerIdentity().account());
    }

    private void createIfMissing(String bucket) {
        try {
            s3().headBucket(head -> head.bucket(bucket));
        } catch (NoSuchBucketException absent) {
            s3().createBucket(create -> {
                create.bucket(bucket);
                if (!region().equals("us-east-1")) {
                    create.createBucketConfiguration(configuration -> configuration.locationConstraint(region()));
                }
            });
        }
    }

    /// Uploads a file, or all files below a folder, to the default bucket.
    ///
    /// @return the URI of the file, or the prefix of the folder
    public String uploadData(Path path, String keyPrefix) throws IOException {
        String bucket = defaultBucket();
        if (Files.isDirectory(path)) {
            try (var files = Files.walk(path)) {
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    String below = path.relativize(file).toString().replace('\\', '/');
                    put(bucket, keyPrefix + "/" + below, RequestBody.fromFile(file));
                }
            }
            return "s3://%s/%s".formatted(bucket, keyPrefix);
        }
        String key = keyPrefix + "/" + path.getFileName();
        put(bucket, key, RequestBody.fromFile(path));
        return "s3://%s/%s".formatted(bucket, key);
    }

    /// Downloads the object at a URI, or all objects below it, into a folder.
    ///
    /// @return the files written, in order of key
    /// @throws IllegalArgumentException if there is nothing at the URI
    public List<Path> downloadData(String s3Uri, Path folder) throws IOException {
        if (!S3Location.isUri(s3Uri)) {
            throw new IllegalArgumentException("s3Uri: %s (expected: s3://bucket/prefix)".formatted(s3Uri));
        }
        S3Location from = S3Location.parse(s3Uri);
        Path root = folder.toAbsolutePath().normalize();
        List<Path> written = new ArrayList<>();
        for (String key : listS3Files(from.bucket(), from.key())) {
            if (key.endsWith("/")) {
                continue; // a console's folder
            }
            String below = key.equals(from.key())
                    ? key.substring(key.lastIndexOf('/') + 1)
                    : key.substring(from.key().length()).replaceFirst("^/+", "");
            Path file = root.resolve(below).normalize();
            if (!file.startsWith(root)) {
                throw new IllegalArgumentException("%s: its key leads out of %s".formatted(key, folder));
            }
            Files.createDirectories(file.getParent());
            try (InputStream object =
                    s3().getObject(get -> get.bucket(from.bucket()).key(key))) {
                Files.copy(object, file, StandardCopyOption.REPLACE_EXISTING);
            }
            written.add(file);
        }
        if (written.isEmpty()) {
            throw new IllegalArgumentException("s3Uri: there is nothing at %s".formatted(s3Uri));
        }
        return written;
    }

    /// The keys below a prefix.
    public List<String> listS3Files(String bucket, String keyPrefix) {
        return s3().listObjectsV2Paginator(list -> list.bucket(bucket).prefix(keyPrefix)).contents().stream()
                .map(S3Object::key)
                .filter(key -> key.equals(keyPrefix)
                        || keyPrefix.isEmpty()
                        || keyPrefix.endsWith("/")
                        || key.startsWith(keyPrefix + "/"))
                .toList();
    }

    /// Encrypted by KMS, with its default key if none is named, as the SageMaker Python SDK uploads code.
    void putEncrypted(S3Location to, RequestBody body, Optional<String> kmsKey) {
        s3().putObject(
                        put -> {
                            put.bucket(to.bucket()).key(to.key()).serverSideEncryption(ServerSideEncryption.AWS_KMS);
                            kmsKey.ifPresent(put::ssekmsKeyId);
                        },
                        body);
    }

    void put(String bucket, String key, RequestBody body) {
        s3().putObject(put -> put.bucket(bucket).key(key), body);
    }

    /// Hands on a job's log from its first line; while the job runs, until it ends.
    ///
    /// @throws UnexpectedStatusException if the job failed
    public void logsForJob(String name, JobListener listener) {
        new JobWatch(this, name, listener).untilEnded();
    }

    public void stopTrainingJob(String name) {
        sagemaker().stopTrainingJob(stop -> stop.trainingJobName(name));
    }

    @Override
    public void close() {
        for (Lazy<? extends AutoCloseable> client :
                List.of(sagemaker, runtime, logs, s3, sts, iam, http, predictionHttp)) {
            client.closeIfMade();
        }
    }

    /// Made on first use, once.
    private static final class Lazy<T extends AutoCloseable> {
        private final Supplier<T> maker;
        private @Nullable T made;

        Lazy(Supplier<T> maker) {
            this.maker = maker;
        }

        synchronized T get() {
            T known = made;
            if (known == null) {
                known = maker.get();
                made = known;
            }
            return known;
        }

        synchronized void closeIfMade() {
            if (made != null) {
                try {
                    made.close();
                } catch (Exception e) {
                    throw new IllegalStateException("a client did not close", e);
                }
            }
        }
    }
}
