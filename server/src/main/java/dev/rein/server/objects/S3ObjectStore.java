package dev.rein.server.objects;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Any S3, by the AWS SDK: ours, MinIO, or AWS's own.
public final class S3ObjectStore implements ObjectStore, AutoCloseable {
    /// Larger files go in parts of this size, each read into memory by itself.
    private static final int PART = 32 * 1024 * 1024;

    private final URI endpoint;
    private final Region region;
    private final AwsCredentialsProvider credentials;
    private final ReentrantLock opening = new ReentrantLock();
    private @Nullable S3Client client;
    private boolean closed;

    /// Connects on first use: making a client takes a good part of a second, which no start should wait for.
    public S3ObjectStore(URI endpoint, String region, AwsCredentialsProvider credentials) {
        this.endpoint = requireNonNull(endpoint, "endpoint");
        this.region = Region.of(region);
        this.credentials = requireNonNull(credentials, "credentials");
    }

    @Override
    public void put(Path file, S3Uri to) throws IOException {
        try {
            try {
                send(file, to);
            } catch (NoSuchBucketException e) {
                makeBucket(to.bucket());
                send(file, to);
            }
        } catch (SdkException e) {
            throw failure("put", to, e);
        }
    }

    private void send(Path file, S3Uri to) throws IOException {
        if (Files.size(file) > PART) {
            putParts(client(), file, to);
        } else {
            client().putObject(put -> put.bucket(to.bucket()).key(to.key()), RequestBody.fromFile(file));
        }
    }

    private void makeBucket(String bucket) {
        try {
            client().createBucket(create -> create.bucket(bucket));
        } catch (BucketAlreadyOwnedByYouException e) {
            // another thread was quicker
        }
    }

    @Override
    public InputStream open(S3Uri from) throws IOException {
        try {
            return client().getObject(get -> get.bucket(from.bucket()).key(from.key()));
        } catch (SdkException e) {
            throw failure("get", from, e);
        }
    }

    @Override
    public boolean exists(S3Uri uri) throws IOException {
        try {
            client().headObject(head -> head.bucket(uri.bucket()).key(uri.key()));
            return true;
        } catch (SdkException e) {
            if (isMissing(e)) {
                return false;
            }
            throw failure("head", uri, e);
        }
    }

    /// @throws java.io.UncheckedIOException from the stream, when a later page fails
    @Override
    public Stream<Entry> list(S3Uri prefix) throws IOException {
        return Stream.iterate(Optional.of(page(prefix, null)), Optional::isPresent, page -> next(prefix, page.get()))
                .flatMap(page -> page.orElseThrow().contents().stream())
                .map(object -> new Entry(new S3Uri(prefix.bucket(), object.key()), object.size()));
    }

    private Optional<ListObjectsV2Response> next(S3Uri prefix, ListObjectsV2Response page) {
        try {
            return Boolean.TRUE.equals(page.isTruncated())
                    ? Optional.of(page(prefix, page.nextContinuationToken()))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ListObjectsV2Response page(S3Uri prefix, @Nullable String token) throws IOException {
        try {
            return client().listObjectsV2(list ->
                    list.bucket(prefix.bucket()).prefix(prefix.key()).continuationToken(token));
        } catch (SdkException e) {
            throw failure("list", prefix, e);
        }
    }

    @Override
    public void delete(S3Uri uri) throws IOException {
        try {
            client().deleteObject(delete -> delete.bucket(uri.bucket()).key(uri.key()));
        } catch (SdkException e) {
            throw failure("delete", uri, e);
        }
    }

    /// Closing twice is harmless; use afterwards is an error.
    @Override
    public void close() {
        opening.lock();
        try {
            closed = true;
            if (client != null) {
                client.close();
            }
        } finally {
            opening.unlock();
        }
    }

    private S3Client client() {
        opening.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the object store is closed");
            }
            if (client == null) {
                client = S3Client.builder()
                        .endpointOverride(endpoint)
                        .region(region)
                        .credentialsProvider(credentials)
                        .forcePathStyle(true)
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        .build();
            }
            return client;
        } finally {
            opening.unlock();
        }
    }

    private static void putParts(S3Client s3, Path file, S3Uri to) throws IOException {
        String upload = s3.createMultipartUpload(
                        create -> create.bucket(to.bucket()).key(to.key()))
                .uploadId();
        try (InputStream in = Files.newInputStream(file)) {
            List<CompletedPart> parts = new ArrayList<>();
            for (byte[] bytes = in.readNBytes(PART); bytes.length > 0; bytes = in.readNBytes(PART)) {
                int number = parts.size() + 1;
                var body = RequestBody.fromBytes(bytes);
                String tag = s3.uploadPart(
                                part -> part.bucket(to.bucket())
                                        .key(to.key())
                                        .uploadId(upload)
                                        .partNumber(number),
                                body)
                        .eTag();
                parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
            }
            s3.completeMultipartUpload(complete -> complete.bucket(to.bucket())
                    .key(to.key())
                    .uploadId(upload)
                    .multipartUpload(all -> all.parts(parts)));
        } catch (IOException | RuntimeException e) {
            try {
                s3.abortMultipartUpload(
                        abort -> abort.bucket(to.bucket()).key(to.key()).uploadId(upload));
            } catch (SdkException abort) {
                e.addSuppressed(abort);
            }
            throw e;
        }
    }

    private static boolean isMissing(SdkException e) {
        return e instanceof S3Exception s3 && s3.statusCode() == 404;
    }

    private static IOException failure(String what, S3Uri uri, SdkException e) {
        if (e instanceof NoSuchKeyException || isMissing(e)) {
            var missing = new NoSuchFileException(uri.toString());
            missing.initCause(e);
            return missing;
        }
        return new IOException("%s %s: %s".formatted(what, uri, e.getMessage()), e);
    }
}
