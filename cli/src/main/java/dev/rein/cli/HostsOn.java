package dev.rein.cli;

import dev.rein.server.ServerConfiguration;
import dev.rein.server.backend.docker.DockerSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where hosts run, as `rein up --backend` says it.
enum HostsOn {
    /// What runtimes of Rein answer for as processes; every other image in Docker, where a daemon is.
    AUTO {
        @Override
        ServerConfiguration of(ServerConfiguration usual, Map<String, String> environment, Optional<String> user) {
            Optional<Path> socket = socket(environment).filter(Files::exists);
            if (user.isPresent() && socket.isEmpty()) {
                throw new IllegalArgumentException(
                        "--container-user: no Docker daemon is there for it (expected: a socket at %s, or where DOCKER_HOST says)"
                                .formatted(DockerSettings.USUAL_SOCKET));
            }
            return socket.map(path -> usual.withDocker(new DockerSettings(path, user)))
                    .orElse(usual);
        }
    },
    PROCESS {
        @Override
        ServerConfiguration of(ServerConfiguration usual, Map<String, String> environment, Optional<String> user) {
            if (user.isPresent()) {
                throw new IllegalArgumentException("--container-user: there are no containers with --backend process");
            }
            return usual;
        }
    },
    /// Every image is Docker's, those with the names of Rein's own included.
    DOCKER {
        @Override
        ServerConfiguration of(ServerConfiguration usual, Map<String, String> environment, Optional<String> user) {
            Path socket = socket(environment)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "DOCKER_HOST: %s (expected: unix:// and a path; hosts' folders and networks are this machine's, so the daemon must be too)"
                                    .formatted(environment.get("DOCKER_HOST"))));
            return usual.withRuntimes(List.of()).withDocker(new DockerSettings(socket, user));
        }
    };

    private static final String UNIX = "unix://";

    abstract ServerConfiguration of(ServerConfiguration usual, Map<String, String> environment, Optional<String> user);

    /// @return empty if `DOCKER_HOST` is another machine's
    static Optional<Path> socket(Map<String, String> environment) {
        String host = environment.getOrDefault("DOCKER_HOST", "");
        if (host.isEmpty()) {
            return Optional.of(DockerSettings.USUAL_SOCKET);
        }
        return host.startsWith(UNIX) ? Optional.of(Path.of(host.substring(UNIX.length()))) : Optional.empty();
    }
}
