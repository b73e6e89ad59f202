package dev.rein.server.objects;

import static java.util.Objects.requireNonNull;

/// `s3://bucket/key`. The key may be empty, or a prefix.
public record S3Uri(String bucket, String key) {
    public S3Uri {
        requireNonNull(bucket, "bucket");
        requireNonNull(key, "key");
        if (bucket.isEmpty() || bucket.contains("/")) {
            throw new IllegalArgumentException("bucket: \"%s\" (expected: a bucket name)".formatted(bucket));
        }
    }

    /// @throws IllegalArgumentException if the text is not an S3 URI
    public static S3Uri parse(String text) {
        if (!text.startsWith("s3://") || text.length() == 5 || text.charAt(5) == '/') {
            throw new IllegalArgumentException("S3 URI: \"%s\" (expected: s3://bucket/key)".formatted(text));
        }
        int slash = text.indexOf('/', 5);
        return slash < 0
                ? new S3Uri(text.substring(5), "")
                : new S3Uri(text.substring(5, slash), text.substring(slash + 1));
    }

    /// This prefix with one more part, and one slash between.
    public S3Uri resolve(String part) {
        return new S3Uri(bucket, key.isEmpty() || key.endsWith("/") ? key + part : key + "/" + part);
    }

    @Override
    public String toString() {
        return "s3://" + bucket + "/" + key;
    }
}
