package dev.rein.server.training;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

/// How code in a host reaches the platform's own APIs.
///
/// @param endpoint   every AWS API but S3
/// @param s3Endpoint S3
public record HostAccess(URI endpoint, URI s3Endpoint, String accessKeyId, String secretAccessKey) {
    public HostAccess {
        requireNonNull(endpoint, "endpoint");
        requireNonNull(s3Endpoint, "s3Endpoint");
        requireNonNull(accessKeyId, "accessKeyId");
        requireNonNull(secretAccessKey, "secretAccessKey");
    }

    /// What AWS's SDKs of any age read. `S3_ENDPOINT_URL` is for SageMaker's training toolkit, which reads no
    /// other.
    public Map<String, String> environment(String region) {
        var environment = new LinkedHashMap<String, String>();
        environment.put("AWS_REGION", region);
        environment.put("AWS_DEFAULT_REGION", region);
        environment.put("AWS_ACCESS_KEY_ID", accessKeyId);
        environment.put("AWS_SECRET_ACCESS_KEY", secretAccessKey);
        environment.put("AWS_ENDPOINT_URL", endpoint.toString());
        environment.put("AWS_ENDPOINT_URL_S3", s3Endpoint.toString());
        environment.put("S3_ENDPOINT_URL", s3Endpoint.toString());
        return environment;
    }

    /// Without the secret: it may end in a log.
    @Override
    public String toString() {
        return "HostAccess[endpoint=%s, s3Endpoint=%s, accessKeyId=%s]".formatted(endpoint, s3Endpoint, accessKeyId);
    }
}
