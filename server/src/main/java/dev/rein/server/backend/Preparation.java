package dev.rein.server.backend;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// Makes what a runtime needs and this machine does not have yet. Safe for any number of threads: callers that ask
/// while it is being made share it.
@FunctionalInterface
public interface Preparation {
    /// For runtimes that are there.
    Preparation NONE = (runtime, _) -> CompletableFuture.completedFuture(runtime);

    /// @param progress told in words how far it is, from any thread
    /// @return the runtime with what was made; fails with a message for the user
    CompletableFuture<HostRuntime> prepare(HostRuntime runtime, Consumer<String> progress);
}
