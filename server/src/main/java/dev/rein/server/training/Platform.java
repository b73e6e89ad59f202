package dev.rein.server.training;

import dev.rein.server.backend.Backend;
import dev.rein.server.backend.HostRuntime;
import dev.rein.server.capacity.Capacity;
import dev.rein.server.logs.LogFollower;
import dev.rein.server.metric.MetricStore;
import dev.rein.server.objects.ObjectStore;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;

/// What every job's run needs of the server around it.
///
/// @param closing whether the server is going down, so that a failure may be no more than an interruption
record Platform(
        TrainingJobStore store,
        ObjectStore objects,
        Backend backend,
        LogFollower logs,
        MetricStore metrics,
        Capacity capacity,
        List<HostRuntime> runtimes,
        TrainingSettings settings,
        HostAccess access,
        BooleanSupplier closing) {
    Platform {
        runtimes = List.copyOf(runtimes);
    }

    /// For archives on their way to S3.
    Path scratch(String job) {
        return settings.data().resolve("uploads").resolve(job);
    }
}
