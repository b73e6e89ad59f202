package dev.rein.server.backend;

/// How a host ended.
public sealed interface HostExit {
    /// The command ended by itself or by a signal of ours.
    ///
    /// @param code        exit code; 128 + n for signal n
    /// @param outOfMemory whether the memory limit killed a process of the host
    record Exited(int code, boolean outOfMemory) implements HostExit {}

    /// The host is gone and its exit code with it.
    ///
    /// @param reason a sentence for the user
    record Lost(String reason) implements HostExit {}
}
