package dev.rein.server.wire;

import static java.util.Objects.requireNonNull;

/// Who a verified request comes from.
///
/// @param accessKeyId the key that signed
/// @param account     twelve digits
/// @param region      the region the caller signed for: resources are named in it
/// @param arn         the caller's own ARN, as GetCallerIdentity tells it
public record Caller(String accessKeyId, String account, String region, String arn) {
    public Caller {
        requireNonNull(accessKeyId, "accessKeyId");
        requireNonNull(account, "account");
        requireNonNull(region, "region");
        requireNonNull(arn, "arn");
    }

    /// `arn:aws:sagemaker:<region>:<account>:<resource>`, for example `training-job/mine`.
    public String sagemakerArn(String resource) {
        return "arn:aws:sagemaker:" + region + ":" + account + ":" + resource;
    }
}
