package dev.rein.server.backend;

import static java.util.Objects.requireNonNull;

/// Names one host for its whole life, across restarts of the server.
///
/// @param owner what it runs for: `training-job/<name>` or `endpoint/<name>`; names match AWS's pattern, so they
///     are safe as file names
/// @param name  `algo-1` … for a training job; unique within the owner
public record HostId(String owner, String name) {
    public HostId {
        requireNonNull(owner, "owner");
        requireNonNull(name, "name");
    }

    @Override
    public String toString() {
        return owner + "/" + name;
    }
}
