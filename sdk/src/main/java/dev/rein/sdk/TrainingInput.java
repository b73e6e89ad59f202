package dev.rein.sdk;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import software.amazon.awssdk.services.sagemaker.model.Channel;

/// Data for one channel of a job, found below `/opt/ml/input/data/<channel>`.
///
/// @param s3Uri        a prefix, or a manifest
/// @param distribution `FullyReplicated` or `ShardedByS3Key`
/// @param dataType     `S3Prefix` or `ManifestFile`
/// @param contentType  a MIME type told to the job
/// @param inputMode    `File`, `Pipe` or `FastFile`
public record TrainingInput(
        String s3Uri, String distribution, String dataType, Optional<String> contentType, Optional<String> inputMode) {
    public TrainingInput {
        requireNonNull(s3Uri, "s3Uri");
        requireNonNull(distribution, "distribution");
        requireNonNull(dataType, "dataType");
        requireNonNull(contentType, "contentType");
        requireNonNull(inputMode, "inputMode");
        if (!s3Uri.startsWith("s3://")) {
            throw new IllegalArgumentException("s3Uri: %s (expected: s3://bucket/prefix)".formatted(s3Uri));
        }
    }

    /// All objects below a prefix, on every host.
    public static TrainingInput of(String s3Uri) {
        return new TrainingInput(s3Uri, "FullyReplicated", "S3Prefix", Optional.empty(), Optional.empty());
    }

    Channel channel(String name) {
        Channel.Builder channel = Channel.builder()
                .channelName(name)
                .dataSource(source -> source.s3DataSource(
                        s3 -> s3.s3DataType(dataType).s3Uri(s3Uri).s3DataDistributionType(distribution)));
        contentType.ifPresent(channel::contentType);
        inputMode.ifPresent(channel::inputMode);
        return channel.build();
    }
}
