package dev.rein.server.backend.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// The way to the daemon: connected when first used, for ever; the daemon may come and go. Safe for any number of
/// threads.
final class Engine implements AutoCloseable {
    private final Path socket;
    private @Nullable DockerClient client; // guarded by this
    private @Nullable Boolean keepsContainers; // guarded by this

    /// @param socket the daemon's, on this machine: hosts' folders and networks are this machine's too
    Engine(Path socket) {
        this.socket = socket.toAbsolutePath();
    }

    Path socket() {
        return socket;
    }

    synchronized DockerClient client() {
        if (client == null) {
            var configuration = DefaultDockerClientConfig.createDefaultConfigBuilder()
                    .withDockerHost("unix://" + socket)
                    .withDockerTlsVerify(false)
                    .withDockerConfig(null) // logins are read when they are needed, see Logins
                    .build();
            client = DockerClientImpl.getInstance(
                    configuration,
                    new ZerodepDockerHttpClient.Builder()
                            .dockerHost(configuration.getDockerHost())
                            .connectionTimeout(Duration.ofSeconds(10))
                            .build());
        }
        return client;
    }

    /// Whether the daemon takes connections. One that is told to stop takes none from then on, but answers on those
    /// it has while it ends its containers.
    boolean listens() {
        try (var connection = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return connection.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    /// Whether containers go on while the daemon is away (`live-restore`).
    synchronized boolean keepsContainers() {
        if (keepsContainers == null) {
            keepsContainers = Boolean.TRUE.equals(fact("LiveRestoreEnabled"));
        }
        return keepsContainers;
    }

    /// Whether the daemon can give containers NVIDIA GPUs.
    boolean hasGpus() {
        Map<?, ?> runtimes = client().infoCmd().exec().getRuntimes();
        return runtimes != null && runtimes.containsKey("nvidia");
    }

    /// Whether the storage driver may be able to limit what a container writes: on overlay2 only over xfs, and there
    /// only if that is mounted with `pquota`, which the daemon does not tell.
    boolean hasQuotas() {
        var info = client().infoCmd().exec();
        String driver = String.valueOf(info.getDriver());
        return driver.equals("btrfs")
                || driver.equals("zfs")
                || (driver.equals("overlay2")
                        && String.valueOf(info.getDriverStatuses()).contains("[Backing Filesystem, xfs]"));
    }

    private @Nullable Object fact(String name) {
        return client().infoCmd().exec().getRawValues().get(name);
    }

    /// Whether it was not the daemon that failed, but the way to it.
    static boolean isAway(RuntimeException failure) {
        return !(failure instanceof DockerException)
                && !(failure instanceof UncheckedIOException) // files of our own
                && deepest(failure) instanceof IOException;
    }

    private static Throwable deepest(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return deepest;
    }

    /// The daemon's own words, or what keeps us from it, or what else went wrong.
    String words(RuntimeException failure) {
        if (failure instanceof DockerException told) {
            String text = String.valueOf(told.getMessage());
            int brace = text.indexOf('{');
            if (brace >= 0) {
                try {
                    return JsonMapper.shared()
                            .readTree(text.substring(brace))
                            .path("message")
                            .asString(text)
                            .strip();
                } catch (JacksonException notJson) {
                    return text;
                }
            }
            return text;
        }
        return isAway(failure)
                ? "the Docker daemon cannot be reached at %s: %s. Is it running, and may this user talk to it?"
                        .formatted(socket, deepest(failure).getMessage())
                : failure.toString();
    }

    @Override
    public synchronized void close() {
        if (client != null) {
            try {
                client.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
