package dev.rein.server.backend.docker;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Optional;

/// @param socket the daemon's, on this machine
/// @param user   `uid:gid` that containers run as; empty for the image's own, or for the server's where that is not
///     root: what hosts write must be the server's to read and delete
public record DockerSettings(Path socket, Optional<String> user) {
    /// Where a daemon usually listens.
    public static final Path USUAL_SOCKET = Path.of("/var/run/docker.sock");

    public DockerSettings {
        requireNonNull(socket, "socket");
        requireNonNull(user, "user");
        if (user.isPresent() && !user.get().matches("\\d{1,9}:\\d{1,9}")) {
            throw new IllegalArgumentException(
                    "container user: \"%s\" (expected: uid:gid, such as 1000:1000)".formatted(user.get()));
        }
    }
}
