package dev.rein.server;

import static java.util.Objects.requireNonNull;

import dev.rein.server.backend.HostRuntime;
import dev.rein.server.backend.docker.DockerSettings;
import dev.rein.server.identity.Account;
import dev.rein.server.identity.Credentials;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// What a server is told. Start from [#of] and say what differs.
///
/// @param home        `$REIN_HOME`: everything the server writes is below
/// @param host        where to listen; anything but loopback needs explicit credentials
/// @param port        of the APIs; 0 for any free one
/// @param s3Port      of the embedded object store; 0 for any free one
/// @param region      told to clients that have none of their own
/// @param account     whom resources are named after
/// @param credentials what callers sign with; made on first start and kept in `credentials.json` when absent
/// @param database    a PostgreSQL URL; SQLite in `data/rein.db` when absent
/// @param s3          an object store elsewhere, reached by the AWS SDK's default credentials; embedded when absent
/// @param runtimes    what hosts can run
/// @param hostLogBytes how much of one host's output is kept; what it prints beyond is dropped, and its log says so
/// @param docker      where images that no runtime answers for are run; they are refused when absent
public record ServerConfiguration(
        Path home,
        String host,
        int port,
        int s3Port,
        String region,
        Account account,
        Optional<Credentials> credentials,
        Optional<String> database,
        Optional<URI> s3,
        List<HostRuntime> runtimes,
        long hostLogBytes,
        Optional<DockerSettings> docker) {
    /// Where the APIs are unless told otherwise.
    public static final int PORT = 8750;

    /// Where objects are unless told otherwise.
    public static final int S3_PORT = 8751;

    /// How much of one host's output is kept unless told otherwise: 1 GiB.
    public static final long HOST_LOG_BYTES = 1L << 30;

    public ServerConfiguration {
        requireNonNull(home, "home");
        requireNonNull(account, "account");
        requireNonNull(credentials, "credentials");
        requireNonNull(database, "database");
        requireNonNull(s3, "s3");
        requireNonNull(docker, "docker");
        runtimes = List.copyOf(runtimes);
        List<String> problems = new ArrayList<>();
        checkPort("port", port, problems);
        checkPort("s3Port", s3Port, problems);
        if (host.isBlank()) {
            problems.add("host: empty (expected: an address, such as 127.0.0.1)");
        }
        if (!region.matches("[a-z0-9-]{2,32}")) {
            problems.add("region: \"%s\" (expected: such as us-west-2)".formatted(region));
        }
        if (hostLogBytes < 1 << 20) {
            problems.add("hostLogBytes: %d (expected: at least 1048576, a mebibyte)".formatted(hostLogBytes));
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
    }

    /// The defaults: this machine only, the usual ports, everything embedded, and nothing that hosts could run.
    public static ServerConfiguration of(Path home) {
        return new ServerConfiguration(
                home,
                "127.0.0.1",
                PORT,
                S3_PORT,
                "us-west-2",
                Account.local(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                HOST_LOG_BYTES,
                Optional.empty());
    }

    public ServerConfiguration withHost(String name) {
        return with(parts -> parts.host = name);
    }

    public ServerConfiguration withPort(int number) {
        return with(parts -> parts.port = number);
    }

    public ServerConfiguration withS3Port(int number) {
        return with(parts -> parts.s3Port = number);
    }

    public ServerConfiguration withRegion(String name) {
        return with(parts -> parts.region = name);
    }

    public ServerConfiguration withAccount(Account owner) {
        return with(parts -> parts.account = owner);
    }

    public ServerConfiguration withCredentials(Credentials keys) {
        return with(parts -> parts.credentials = Optional.of(keys));
    }

    public ServerConfiguration withDatabase(String url) {
        return with(parts -> parts.database = Optional.of(url));
    }

    public ServerConfiguration withS3(URI endpoint) {
        return with(parts -> parts.s3 = Optional.of(endpoint));
    }

    public ServerConfiguration withRuntimes(List<HostRuntime> known) {
        return with(parts -> parts.runtimes = known);
    }

    public ServerConfiguration withHostLogBytes(long limit) {
        return with(parts -> parts.hostLogBytes = limit);
    }

    public ServerConfiguration withDocker(DockerSettings daemon) {
        return with(parts -> parts.docker = Optional.of(daemon));
    }

    private ServerConfiguration with(Consumer<Parts> change) {
        var parts = new Parts(this);
        change.accept(parts);
        return parts.whole();
    }

    /// A configuration taken apart, to be changed and put together again.
    private static final class Parts {
        final Path home;
        String host;
        int port;
        int s3Port;
        String region;
        Account account;
        Optional<Credentials> credentials;
        Optional<String> database;
        Optional<URI> s3;
        List<HostRuntime> runtimes;
        long hostLogBytes;
        Optional<DockerSettings> docker;

        Parts(ServerConfiguration whole) {
            home = whole.home;
            host = whole.host;
            port = whole.port;
            s3Port = whole.s3Port;
            region = whole.region;
            account = whole.account;
            credentials = whole.credentials;
            database = whole.database;
            s3 = whole.s3;
            runtimes = whole.runtimes;
            hostLogBytes = whole.hostLogBytes;
            docker = whole.docker;
        }

        ServerConfiguration whole() {
            return new ServerConfiguration(
                    home,
                    host,
                    port,
                    s3Port,
                    region,
                    account,
                    credentials,
                    database,
                    s3,
                    runtimes,
                    hostLogBytes,
                    docker);
        }
    }

    private static void checkPort(String name, int port, List<String> problems) {
        if (port < 0 || port > 65_535) {
            problems.add("%s: %d (expected: 0..65535; 0 takes any free one)".formatted(name, port));
        }
    }
}
