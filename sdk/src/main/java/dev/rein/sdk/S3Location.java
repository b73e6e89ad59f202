package dev.rein.sdk;

import java.util.regex.Pattern;

/// `s3://bucket/key`, taken apart.
record S3Location(String bucket, String key) {
    private static final Pattern URI = Pattern.compile("s3://[a-z0-9][a-zA-Z0-9._-]{1,61}[a-zA-Z0-9](/.*)?");

    /// Whether a text names a bucket, and perhaps a key.
    static boolean isUri(String text) {
        return URI.matcher(text).matches();
    }

    static S3Location parse(String uri) {
        String rest = uri.substring("s3://".length());
        int slash = rest.indexOf('/');
        return slash < 0
                ? new S3Location(rest, "")
                : new S3Location(rest.substring(0, slash), rest.substring(slash + 1));
    }

    S3Location resolve(String part) {
        return new S3Location(bucket, key.isEmpty() || key.endsWith("/") ? key + part : key + "/" + part);
    }

    @Override
    public String toString() {
        return "s3://" + bucket + "/" + key;
    }
}
