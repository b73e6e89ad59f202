package dev.rein.server.objects;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rein.server.store.FullDisk;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.CreateBucketResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadBucketRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/// What S3Proxy's folder store leaves out: an answer only after the bytes are on disk, and a refusal of keys that a
/// file system would change or mix up.
final class DurableBlobs extends ForwardingBlobStore {
    /// What a file name holds, less the suffix that an object under way gets.
    private static final int PART_BYTES = 255 - 37;

    private static final int KEY_BYTES = 1024;

    private final Path root;
    private final Map<String, Integer> underWay = new ConcurrentHashMap<>();

    /// @param root the folder `delegate` keeps its buckets in
    DurableBlobs(BlobStore delegate, Path root) {
        super(delegate);
        this.root = root;
    }

    @Override
    public CreateBucketResponse createContainer(CreateBucketRequest request) {
        // One's own bucket may be created again, as in us-east-1: S3Proxy does not pass the region on.
        if (Files.isDirectory(root.resolve(request.bucket()))) {
            super.headBucket(
                    HeadBucketRequest.builder().bucket(request.bucket()).build());
            return CreateBucketResponse.builder()
                    .location("/" + request.bucket())
                    .build();
        }
        CreateBucketResponse made = super.createContainer(request);
        sync(root);
        return made;
    }

    /// Requests to encrypt with the service's or a KMS key are taken and not acted on: encryption at rest is the
    /// disk's, and no answer claims it. A key of the caller's own is refused, since that promises who cannot read.
    @Override
    public boolean supportsServerSideEncryption() {
        return true;
    }

    /// Without what is under way, or was when a server died: no object of the caller's yet, or ever.
    @Override
    public ListObjectsV2Response list(ListObjectsV2Request request) {
        ListObjectsV2Response all = super.list(request);
        List<S3Object> objects = all.contents().stream()
                .filter(object -> !isUnderWay(request.bucket(), object))
                .toList();
        return objects.size() == all.contents().size()
                ? all
                : all.toBuilder().contents(objects).keyCount(objects.size()).build();
    }

    /// What is whole has an ETag. Just before it gets its name it has both.
    private boolean isUnderWay(String bucket, S3Object object) {
        Matcher name = Abandoned.UNDER_WAY.matcher(object.key());
        return name.matches() && (object.eTag() == null || underWay.containsKey(bucket + "/" + name.group(1)));
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream payload) {
        return received(payload, () -> put(request, payload));
    }

    private PutObjectResponse put(PutObjectRequest request, InputStream payload) {
        requireKey(request.bucket(), request.key());
        refuseCustomerKey(request.sseCustomerAlgorithm());
        String name = request.bucket() + "/" + request.key();
        underWay.merge(name, 1, Integer::sum);
        try {
            PutObjectResponse put = written(() -> super.putBlob(request, payload));
            syncObject(request.bucket(), request.key());
            return put;
        } finally {
            underWay.computeIfPresent(name, (_, count) -> count == 1 ? null : count - 1);
        }
    }

    @Override
    public CopyObjectResponse copyBlob(CopyObjectRequest request) {
        requireKey(request.destinationBucket(), request.destinationKey());
        refuseCustomerKey(request.sseCustomerAlgorithm());
        CopyObjectResponse copied = written(() -> super.copyBlob(request));
        syncObject(request.destinationBucket(), request.destinationKey());
        return copied;
    }

    @Override
    public MultipartUpload initiateMultipartUpload(CreateMultipartUploadRequest request) {
        requireKey(request.bucket(), request.key());
        refuseCustomerKey(request.sseCustomerAlgorithm());
        return super.initiateMultipartUpload(request);
    }

    @Override
    public UploadPartResponse uploadMultipartPart(
            MultipartUpload upload, UploadPartRequest request, InputStream payload) {
        return received(payload, () -> written(() -> super.uploadMultipartPart(upload, request, payload)));
    }

    @Override
    public CompleteMultipartUploadResponse completeMultipartUpload(
            MultipartUpload upload, CompleteMultipartUploadRequest request) {
        CompleteMultipartUploadResponse completed = written(() -> super.completeMultipartUpload(upload, request));
        syncObject(upload.containerName(), upload.blobName());
        return completed;
    }

    @Override
    public HeadObjectResponse blobMetadata(HeadObjectRequest request) {
        requirePossible(request.key());
        return super.blobMetadata(request);
    }

    @Override
    public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
        requirePossible(request.key());
        return super.getBlob(request);
    }

    @Override
    public boolean blobExists(String bucket, String key) {
        return unfit(key).isEmpty() && super.blobExists(bucket, key);
    }

    @Override
    public DeleteObjectResponse removeBlob(DeleteObjectRequest request) {
        return unfit(request.key()).isPresent() ? DeleteObjectResponse.builder().build() : super.removeBlob(request);
    }

    /// Files hold keys by their parts, so a key must be one that no file system rewrites (`a//b`, `a/../b`), and no
    /// object can be a folder to another.
    private void requireKey(String bucket, String key) {
        if (key.getBytes(UTF_8).length > KEY_BYTES) {
            throw refused(400, "KeyTooLongError", "Your key is too long");
        }
        unfit(key).ifPresent(part -> {
            throw refused(
                    400,
                    "InvalidArgument",
                    ("key: \"%s\" has the part \"%s\" (expected: parts of 1..%d bytes between single slashes, none of "
                                    + "them . or ..). This store keeps objects as files.")
                            .formatted(key, part, PART_BYTES));
        });
        Path folder = root.resolve(bucket);
        Path path = folder.resolve(key);
        for (Path above = path.getParent(); above != null && !above.equals(folder); above = above.getParent()) {
            if (Files.isRegularFile(above)) {
                throw refused(
                        409,
                        "InvalidRequest",
                        "key: \"%s\" lies below the object \"%s\". This store keeps objects as files."
                                .formatted(key, folder.relativize(above)));
            }
        }
        if (!key.endsWith("/") && Files.isDirectory(path)) {
            throw refused(
                    409,
                    "InvalidRequest",
                    "key: \"%s\" is a folder of other objects. This store keeps objects as files.".formatted(key));
        }
    }

    /// The first part of a key that a file system would change or refuse.
    private static Optional<String> unfit(String key) {
        String[] parts = key.split("/", -1);
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            boolean folderMark = part.isEmpty() && i > 0 && i == parts.length - 1;
            if ((part.isEmpty() && !folderMark)
                    || part.equals(".")
                    || part.equals("..")
                    || part.indexOf('\0') >= 0
                    || part.getBytes(UTF_8).length > PART_BYTES) {
                return Optional.of(part);
            }
        }
        return Optional.empty();
    }

    /// What cannot have been put is not there.
    private static void requirePossible(String key) {
        if (unfit(key).isPresent()) {
            throw refused(404, "NoSuchKey", "The specified key does not exist.");
        }
    }

    private static void refuseCustomerKey(@Nullable String algorithm) {
        if (algorithm != null) {
            throw refused(501, "NotImplemented", "Encryption with a key of the caller's own is not supported.");
        }
    }

    /// Many a client hears no answer before it has sent everything, and only learns that the connection was closed:
    /// what is not kept is read to its end before the refusal.
    private static <T> T received(InputStream payload, Supplier<T> write) {
        try {
            return write.get();
        } catch (S3Exception refused) {
            try {
                payload.transferTo(OutputStream.nullOutputStream());
            } catch (IOException gone) {
                refused.addSuppressed(gone);
            }
            throw refused;
        }
    }

    /// A full disk is told so; S3Proxy would call it an internal error.
    private static <T> T written(Supplier<T> write) {
        try {
            return write.get();
        } catch (RuntimeException e) {
            throw FullDisk.isCauseOf(e)
                    ? refused(
                            503, "ServiceUnavailable", "No space left where the platform keeps its objects: free some.")
                    : e;
        }
    }

    private void syncObject(String bucket, String key) {
        Path folder = root.resolve(bucket);
        Path path = folder.resolve(key);
        sync(path);
        for (Path parent = path.getParent(); parent != null && parent.startsWith(folder); parent = parent.getParent()) {
            sync(parent);
        }
    }

    private static void sync(Path path) {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (NoSuchFileException e) {
            // deleted again meanwhile: then there is nothing to keep
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static S3Exception refused(int status, String code, String message) {
        return (S3Exception) S3Exception.builder()
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .message(message)
                .statusCode(status)
                .build();
    }
}
