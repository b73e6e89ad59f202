package dev.rein.sdk;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.sagemaker.model.Channel;

/// Objects in S3 as a channel of a job, found below `/opt/ml/input/data/<channel>`.
///
/// @param s3Uri              a prefix, or a manifest
/// @param distribution       `FullyReplicated` or `ShardedByS3Key`
/// @param dataType           `S3Prefix`, `ManifestFile` or `AugmentedManifestFile`
/// @param contentType        a MIME type told to the job
/// @param inputMode          `File`, `Pipe` or `FastFile`
/// @param compression        `Gzip`
/// @param recordWrapping     `RecordIO`
/// @param shuffleSeed        shuffles the objects, anew for every epoch
/// @param attributeNames     of an augmented manifest
/// @param instanceGroupNames the groups of hosts that get it; none for all
public record TrainingInput(
        String s3Uri,
        String distribution,
        String dataType,
        Optional<String> contentType,
        Optional<String> inputMode,
        Optional<String> compression,
        Optional<String> recordWrapping,
        Optional<Long> shuffleSeed,
        List<String> attributeNames,
        List<String> instanceGroupNames)
        implements JobInput {
    public TrainingInput {
        requireNonNull(s3Uri, "s3Uri");
        requireNonNull(distribution, "distribution");
        requireNonNull(dataType, "dataType");
        requireNonNull(contentType, "contentType");
        requireNonNull(inputMode, "inputMode");
        requireNonNull(compression, "compression");
        requireNonNull(recordWrapping, "recordWrapping");
        requireNonNull(shuffleSeed, "shuffleSeed");
        attributeNames = List.copyOf(attributeNames);
        instanceGroupNames = List.copyOf(instanceGroupNames);
        List<String> problems = new ArrayList<>();
        if (!S3Location.isUri(s3Uri)) {
            problems.add("s3Uri: %s (expected: s3://bucket/prefix)".formatted(s3Uri));
        }
        oneOf(problems, "distribution", distribution, "FullyReplicated", "ShardedByS3Key");
        oneOf(problems, "dataType", dataType, "S3Prefix", "ManifestFile", "AugmentedManifestFile");
        inputMode.ifPresent(mode -> oneOf(problems, "inputMode", mode, "File", "Pipe", "FastFile"));
        compression.ifPresent(type -> oneOf(problems, "compression", type, "Gzip", "None"));
        recordWrapping.ifPresent(type -> oneOf(problems, "recordWrapping", type, "RecordIO", "None"));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
    }

    private static void oneOf(List<String> problems, String name, String value, String... allowed) {
        if (!List.of(allowed).contains(value)) {
            problems.add("%s: %s (expected: %s)".formatted(name, value, String.join(", ", allowed)));
        }
    }

    /// All objects below a prefix, on every host.
    public static TrainingInput of(String s3Uri) {
        return new TrainingInput(
                s3Uri,
                "FullyReplicated",
                "S3Prefix",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of());
    }

    /// `ShardedByS3Key`: each host gets some of the objects.
    public TrainingInput withDistribution(String value) {
        return new TrainingInput(
                s3Uri,
                value,
                dataType,
                contentType,
                inputMode,
                compression,
                recordWrapping,
                shuffleSeed,
                attributeNames,
                instanceGroupNames);
    }

    public TrainingInput withContentType(String value) {
        return new TrainingInput(
                s3Uri,
                distribution,
                dataType,
                Optional.of(value),
                inputMode,
                compression,
                recordWrapping,
                shuffleSeed,
                attributeNames,
                instanceGroupNames);
    }

    public TrainingInput withInputMode(String value) {
        return new TrainingInput(
                s3Uri,
                distribution,
                dataType,
                contentType,
                Optional.of(value),
                compression,
                recordWrapping,
                shuffleSeed,
                attributeNames,
                instanceGroupNames);
    }

    @Override
    public Channel channel(String name) {
        Channel.Builder channel = Channel.builder()
                .channelName(name)
                .dataSource(source -> source.s3DataSource(s3 -> {
                    s3.s3DataType(dataType).s3Uri(s3Uri).s3DataDistributionType(distribution);
                    if (!attributeNames.isEmpty()) {
                        s3.attributeNames(attributeNames);
                    }
                    if (!instanceGroupNames.isEmpty()) {
                        s3.instanceGroupNames(instanceGroupNames);
                    }
                }));
        contentType.ifPresent(channel::contentType);
        inputMode.ifPresent(channel::inputMode);
        compression.ifPresent(channel::compressionType);
        recordWrapping.ifPresent(channel::recordWrapperType);
        shuffleSeed.ifPresent(seed -> channel.shuffleConfig(shuffle -> shuffle.seed(seed)));
        return channel.build();
    }
}
