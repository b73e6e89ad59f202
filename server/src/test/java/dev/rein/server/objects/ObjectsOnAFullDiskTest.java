package dev.rein.server.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.server.SmallDisk;
import dev.rein.server.identity.Credentials;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// The object store on a file system that is really full.
final class ObjectsOnAFullDiskTest {
    /// More than sockets hold: whoever sends it hears of a refusal only if the server reads on.
    private static final int TOO_MUCH = 20_000_000;

    @TempDir
    Path folder;

    private final Credentials credentials = Credentials.random(new SecureRandom());

    @Test
    void anObjectWithoutRoomIsRefusedWithTheReasonAndLeavesNothing() throws Exception {
        try (var disk = SmallDisk.mount(folder.resolve("small"), 16);
                var s3 = EmbeddedS3.start(disk.folder().resolve("s3"), "127.0.0.1", 0, credentials);
                var client = client(s3.endpoint())) {
            client.createBucket(create -> create.bucket("plain"));
            client.putObject(put -> put.bucket("plain").key("small"), RequestBody.fromString("here"));

            String upload = client.createMultipartUpload(
                            create -> create.bucket("plain").key("parts"))
                    .uploadId();
            Path filler = disk.fill();

            assertThatThrownBy(() -> client.putObject(
                            put -> put.bucket("plain").key("large"), RequestBody.fromBytes(new byte[TOO_MUCH])))
                    .isInstanceOfSatisfying(S3Exception.class, ObjectsOnAFullDiskTest::tellsToFreeSpace);
            assertThatThrownBy(() -> client.uploadPart(
                            part -> part.bucket("plain")
                                    .key("parts")
                                    .uploadId(upload)
                                    .partNumber(1),
                            RequestBody.fromBytes(new byte[TOO_MUCH])))
                    .isInstanceOfSatisfying(S3Exception.class, ObjectsOnAFullDiskTest::tellsToFreeSpace);

            Files.delete(filler);
            assertThat(client.listObjectsV2(list -> list.bucket("plain")).contents())
                    .extracting(object -> object.key())
                    .containsExactly("small");
            assertThat(client.getObjectAsBytes(get -> get.bucket("plain").key("small"))
                            .asUtf8String())
                    .isEqualTo("here");
            assertThat(Files.getFileStore(disk.folder()).getUsableSpace()).isGreaterThan(15 << 20);
        }
    }

    private static void tellsToFreeSpace(S3Exception refused) {
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused).hasMessageContaining("No space left");
    }

    private S3Client client(URI endpoint) {
        return S3Client.builder()
                .endpointOverride(endpoint)
                .region(Region.US_WEST_2)
                .forcePathStyle(true)
                .httpClient(UrlConnectionHttpClient.create())
                .overrideConfiguration(override -> override.retryStrategy(retry -> retry.maxAttempts(1)))
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(credentials.accessKeyId(), credentials.secretAccessKey())))
                .build();
    }
}
