package dev.rein.server.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.server.Python;
import dev.rein.server.identity.Credentials;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

final class EmbeddedS3Test {
    @TempDir
    Path folder;

    private final Credentials credentials = Credentials.random(new SecureRandom());
    private EmbeddedS3 s3;
    private S3ObjectStore store;

    @BeforeEach
    void start() throws IOException {
        s3 = EmbeddedS3.start(folder.resolve("s3"), "127.0.0.1", 0, credentials);
        store = new S3ObjectStore(
                s3.endpoint(),
                "us-west-2",
                StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(credentials.accessKeyId(), credentials.secretAccessKey())));
    }

    @AfterEach
    void stop() {
        store.close();
        s3.close();
    }

    @Test
    void boto3SeesAnS3() throws IOException, InterruptedException {
        Python.run(
                EmbeddedS3Test.class,
                "s3.py",
                Map.of(
                        "AWS_ENDPOINT_URL_S3", s3.endpoint().toString(),
                        "AWS_ACCESS_KEY_ID", credentials.accessKeyId(),
                        "AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey(),
                        "AWS_DEFAULT_REGION", "us-west-2"));
        assertThat(folder.resolve("etc")).doesNotExist();
    }

    @Test
    void thePlatformsOwnClientKeepsFilesWholeInABucketItMakes() throws IOException {
        var uri = S3Uri.parse("s3://models/a b/ü/model.tar.gz");
        for (int size : new int[] {0, 1, 100_000, 33 * 1024 * 1024 + 1}) {
            byte[] bytes = new byte[size];
            new Random(size).nextBytes(bytes);
            store.put(Files.write(folder.resolve("file"), bytes), uri);
            try (InputStream in = store.open(uri)) {
                assertThat(in.readAllBytes()).isEqualTo(bytes);
            }
        }
        assertThat(store.exists(uri)).isTrue();
        assertThat(store.list(S3Uri.parse("s3://models/a b/")))
                .containsExactly(new ObjectStore.Entry(uri, 33 * 1024 * 1024 + 1));
        store.delete(uri);
        assertThat(store.exists(uri)).isFalse();
        assertThatThrownBy(() -> store.open(uri))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage(uri.toString());
    }

    @Test
    void whatIsUnderWayOrWasWhenAServerDiedIsNotListed() throws Exception {
        Files.createDirectories(folder.resolve("s3/plain"));
        Path lost = folder.resolve("s3/plain/lost-01234567-89ab-cdef-0123-456789abcdef");
        Files.writeString(lost, "half");
        store.put(
                Files.writeString(folder.resolve("file"), "mine"),
                S3Uri.parse("s3://plain/mine-01234567-89ab-cdef-0123-456789abcdef"));
        try (var out = new PipedOutputStream();
                var body = new PipedInputStream(out);
                var client = client();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            out.write(1);
            out.flush();
            var put = threads.submit(() -> client.putObject(
                    request -> request.bucket("plain").key("slow"), RequestBody.fromInputStream(body, 2)));
            Path bucket = folder.resolve("s3/plain");
            while (!Files.exists(bucket.resolve("slow")) && names(bucket).noneMatch(name -> name.startsWith("slow-"))) {
                assertThat(put).isNotDone();
                Thread.sleep(5);
            }
            assertThat(store.list(S3Uri.parse("s3://plain/")))
                    .extracting(entry -> entry.uri().key())
                    .containsExactly("mine-01234567-89ab-cdef-0123-456789abcdef");
            out.write(2);
            out.flush();
            put.get(30, TimeUnit.SECONDS);
        }
        assertThat(store.list(S3Uri.parse("s3://plain/")))
                .extracting(entry -> entry.uri().key())
                .containsExactly("mine-01234567-89ab-cdef-0123-456789abcdef", "slow");
    }

    @Test
    void whatUploadsLeftThatNobodyGoesOnWithIsDeletedAfterAStart() throws Exception {
        Path bucket = folder.resolve("s3/plain");
        try (var client = client()) {
            client.createBucket(create -> create.bucket("plain"));
            begin(client, "a/old");
            begin(client, "a/young");
        }
        Path lost = Files.writeString(bucket.resolve("lost-01234567-89ab-cdef-0123-456789abcdef"), "half");
        Path whole = bucket.resolve("whole-01234567-89ab-cdef-0123-456789abcdef");
        store.put(Files.writeString(folder.resolve("file"), "mine"), S3Uri.parse("s3://plain/" + whole.getFileName()));
        s3.close();
        age(bucket, "old", Abandoned.PATIENCE.plusDays(1));
        age(bucket, "young", Abandoned.PATIENCE.minusDays(1));

        new Abandoned(folder.resolve("s3"), Instant.now()).remove();

        assertThat(lost).doesNotExist();
        assertThat(whole).exists();
        assertThat(files(bucket)).noneMatch(file -> file.contains("old")).anyMatch(file -> file.contains("young"));
    }

    private static void begin(S3Client client, String key) {
        String id = client.createMultipartUpload(
                        create -> create.bucket("plain").key(key))
                .uploadId();
        client.uploadPart(
                part -> part.bucket("plain").key(key).uploadId(id).partNumber(1), RequestBody.fromString("part"));
    }

    /// Sets back what has the name somewhere in its path.
    private static void age(Path bucket, String name, Duration age) throws IOException {
        for (String file : files(bucket)) {
            if (file.contains(name)) {
                Files.setLastModifiedTime(
                        bucket.resolve(file), FileTime.from(Instant.now().minus(age)));
            }
        }
    }

    private static List<String> files(Path bucket) throws IOException {
        try (var all = Files.walk(bucket)) {
            return all.filter(path -> !path.equals(bucket))
                    .map(path -> bucket.relativize(path).toString())
                    .toList();
        }
    }

    private static Stream<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList().stream();
        }
    }

    private S3Client client() {
        return S3Client.builder()
                .endpointOverride(s3.endpoint())
                .region(Region.US_WEST_2)
                .forcePathStyle(true)
                .httpClient(UrlConnectionHttpClient.create())
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(credentials.accessKeyId(), credentials.secretAccessKey())))
                .build();
    }

    @Test
    void listsGoOnBeyondAPage() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        for (int i = 0; i < 1001; i++) {
            Files.createDirectories(folder.resolve("s3/many/p"));
            Files.copy(file, folder.resolve("s3/many/p/%04d".formatted(i)));
        }
        assertThat(store.list(S3Uri.parse("s3://many/p/"))).hasSize(1001);
    }

    @Test
    void whatIsMissingIsAMissingFile() {
        assertThatThrownBy(() -> store.open(S3Uri.parse("s3://nobody/key"))).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> store.list(S3Uri.parse("s3://nobody/key"))).isInstanceOf(NoSuchFileException.class);
    }
}
