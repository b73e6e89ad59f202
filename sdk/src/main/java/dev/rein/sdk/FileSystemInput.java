package dev.rein.sdk;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.sagemaker.model.Channel;

/// A folder of a shared file system as a channel of a job, found at `/opt/ml/input/data/<channel>`.
///
/// @param fileSystemId   as its service names it
/// @param fileSystemType `EFS` or `FSxLustre`
/// @param directoryPath  absolute
/// @param accessMode     `ro` or `rw`
/// @param contentType    a MIME type told to the job
public record FileSystemInput(
        String fileSystemId,
        String fileSystemType,
        String directoryPath,
        String accessMode,
        Optional<String> contentType)
        implements JobInput {
    public FileSystemInput {
        requireNonNull(fileSystemId, "fileSystemId");
        requireNonNull(fileSystemType, "fileSystemType");
        requireNonNull(directoryPath, "directoryPath");
        requireNonNull(accessMode, "accessMode");
        requireNonNull(contentType, "contentType");
        List<String> problems = new ArrayList<>();
        if (!List.of("EFS", "FSxLustre").contains(fileSystemType)) {
            problems.add("fileSystemType: %s (expected: EFS or FSxLustre)".formatted(fileSystemType));
        }
        if (!directoryPath.startsWith("/")) {
            problems.add("directoryPath: %s (expected: an absolute path)".formatted(directoryPath));
        }
        if (!List.of("ro", "rw").contains(accessMode)) {
            problems.add("accessMode: %s (expected: ro or rw)".formatted(accessMode));
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
    }

    /// To be read only.
    public static FileSystemInput of(String fileSystemId, String fileSystemType, String directoryPath) {
        return new FileSystemInput(fileSystemId, fileSystemType, directoryPath, "ro", Optional.empty());
    }

    @Override
    public Channel channel(String name) {
        Channel.Builder channel = Channel.builder()
                .channelName(name)
                .dataSource(source -> source.fileSystemDataSource(files -> files.fileSystemId(fileSystemId)
                        .fileSystemType(fileSystemType)
                        .directoryPath(directoryPath)
                        .fileSystemAccessMode(accessMode)));
        contentType.ifPresent(channel::contentType);
        return channel.build();
    }
}
