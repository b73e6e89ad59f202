package dev.rein.server.endpoint;

import static java.util.Objects.requireNonNull;

import dev.rein.server.capacity.Resources;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// How replicas are run and watched.
///
/// @param work        a folder of ours alone: downloaded models
/// @param environment given to every replica below its model's own: region, credentials, the platform's addresses
/// @param machine     what there is: a replica gets what its instance type stands for, and no more than this
/// @param watch       when a replica counts as unwell, and what is done then
/// @param answer      how long a model may take for one answer
/// @param stream      how long it may take for one that the caller takes in pieces
/// @param grace       between SIGTERM and SIGKILL
public record ServingSettings(
        Path work,
        Map<String, String> environment,
        Resources machine,
        Watch watch,
        Duration answer,
        Duration stream,
        Duration grace) {
    /// @param every      between two looks at a replica's `/ping`
    /// @param timeout    for one answer to `/ping`
    /// @param unwell     how long `/ping` may fail in a row before the replica is started anew. Longer than an
    ///     answer may take, or a model that does one thing at a time is killed for being busy
    /// @param firstPause before the first new start; doubles with each, up to `mostPause`
    public record Watch(Duration every, Duration timeout, Duration unwell, Duration firstPause, Duration mostPause) {
        public static final Watch USUAL = new Watch(
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                Duration.ofSeconds(70),
                Duration.ofMillis(500),
                Duration.ofSeconds(60));
    }

    public ServingSettings {
        requireNonNull(work, "work");
        environment = Map.copyOf(environment);
        requireNonNull(machine, "machine");
        requireNonNull(watch, "watch");
        requireNonNull(answer, "answer");
        requireNonNull(stream, "stream");
        requireNonNull(grace, "grace");
    }

    /// SageMaker's own limits: 60 s for an answer, 8 minutes for a stream, 30 s to stop.
    public static ServingSettings usual(Path work, Map<String, String> environment, Resources machine) {
        return new ServingSettings(
                work,
                environment,
                machine,
                Watch.USUAL,
                Duration.ofSeconds(60),
                Duration.ofMinutes(8),
                Duration.ofSeconds(30));
    }
}
