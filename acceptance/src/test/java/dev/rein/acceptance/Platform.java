package dev.rein.acceptance;

import dev.rein.cli.Installation;
import dev.rein.sdk.Session;
import dev.rein.server.ReinServer;
import dev.rein.server.ServerConfiguration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;

/// A platform in this JVM, on free ports, with the real process backend and the real workload.
final class Platform implements AutoCloseable {
    private final ReinServer server;

    private Platform(ReinServer server) {
        this.server = server;
    }

    static Platform start(Path home) throws IOException {
        return start(home, UnaryOperator.identity());
    }

    /// @param change last word on the configuration
    static Platform start(Path home, UnaryOperator<ServerConfiguration> change) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return new Platform(ReinServer.start(change.apply(ServerConfiguration.of(home)
                .withPort(0)
                .withS3Port(0)
                .withRuntimes(new Installation(Checkout.root(), java).runtimes(home)))));
    }

    ReinServer server() {
        return server;
    }

    Session session() {
        return Session.of(
                server.endpoint(),
                server.s3Endpoint(),
                server.region(),
                server.accessKeyId(),
                server.secretAccessKey());
    }

    /// What `rein env` exports.
    Map<String, String> awsEnvironment() {
        return Map.of(
                "AWS_ENDPOINT_URL", server.endpoint().toString(),
                "AWS_ENDPOINT_URL_S3", server.s3Endpoint().toString(),
                "AWS_ACCESS_KEY_ID", server.accessKeyId(),
                "AWS_SECRET_ACCESS_KEY", server.secretAccessKey(),
                "AWS_REGION", server.region(),
                "AWS_DEFAULT_REGION", server.region());
    }

    /// Ends the server alone: what it runs goes on, and a later one on the same home finds it.
    void leave() {
        server.close();
    }

    /// Ends what it trains and serves too: a test that failed has not done so.
    @Override
    public void close() {
        try (server;
                var aws = new Aws(awsEnvironment())) {
            aws.endAll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
