package dev.rein.sdk;

import software.amazon.awssdk.services.sagemaker.model.Channel;

/// What a channel of a job is filled from.
public sealed interface JobInput permits TrainingInput, FileSystemInput {
    /// The channel on the wire.
    Channel channel(String name);
}
