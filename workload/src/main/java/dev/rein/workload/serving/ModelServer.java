package dev.rein.workload.serving;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.VirtualThreadPool;

/// Serves the model of one directory over HTTP until closed.
///
/// The port answers at once, `/ping` with 503 while the model is being loaded. Closing stops listening, lets
/// requests in flight finish, then closes the model.
public final class ModelServer implements AutoCloseable {
    private static final long DRAIN_MILLIS = 5000;

    private final Server server;
    private final int port;
    private final ServedModel model;
    private final AtomicBoolean closed = new AtomicBoolean();

    /// @param model      folder with `policy.rein`, or else a single `*.onnx`
    /// @param host       address to listen on
    /// @param port       0 takes a free one
    /// @param maxBytes   longest request body that is read
    /// @param answerType of an answer when the caller states no preference
    public record Options(Path model, String host, int port, int maxBytes, String answerType) {
        public Options {
            requireNonNull(model, "model");
            requireNonNull(host, "host");
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException("SAGEMAKER_BIND_TO_PORT: %d (expected: 0..65535)".formatted(port));
            }
            if (maxBytes < 1) {
                throw new IllegalArgumentException(
                        "SAGEMAKER_MAX_PAYLOAD_IN_MB: %d bytes (expected: 1 MB or more)".formatted(maxBytes));
            }
            if (Answer.accepted(answerType, Answer.JSON).isEmpty()) {
                throw new IllegalArgumentException(
                        "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT: %s (expected: application/json, text/csv or application/octet-stream)"
                                .formatted(answerType));
            }
        }

        /// As the hosting contract words them. A container has to listen on every address it has; a platform that
        /// runs hosts as plain processes says `REIN_BIND_ADDRESS=127.0.0.1`.
        public static Options from(Map<String, String> environment, Path model) {
            return new Options(
                    model,
                    environment.getOrDefault("REIN_BIND_ADDRESS", "0.0.0.0"),
                    number(environment, "SAGEMAKER_BIND_TO_PORT", 8080),
                    Math.multiplyExact(number(environment, "SAGEMAKER_MAX_PAYLOAD_IN_MB", 6), 1 << 20),
                    environment.getOrDefault("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "application/json"));
        }

        private static int number(Map<String, String> environment, String name, int otherwise) {
            String text = environment.getOrDefault(name, "");
            try {
                return text.isEmpty() ? otherwise : Integer.parseInt(text);
            } catch (NumberFormatException notANumber) {
                throw new IllegalArgumentException("%s: \"%s\" (expected: a whole number)".formatted(name, text));
            }
        }
    }

    private ModelServer(Server server, int port, ServedModel model) {
        this.server = server;
        this.port = port;
        this.model = model;
    }

    /// Returns when the model is loaded.
    ///
    /// @throws IllegalArgumentException if the folder holds no model, or one that cannot be served
    public static ModelServer start(Options options) throws Exception {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        Server server = new Server(new VirtualThreadPool());
        ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(options.host());
        connector.setPort(options.port());
        connector.setAcceptQueueSize(1024);
        server.addConnector(connector);
        Front handler = new Front(options);
        server.setHandler(new GracefulHandler(handler));
        server.setStopTimeout(DRAIN_MILLIS);
        server.start();
        try {
            ServedModel model = Models.load(options.model());
            handler.ready(model);
            return new ModelServer(server, connector.getLocalPort(), model);
        } catch (IOException | RuntimeException unfit) {
            stop(server);
            throw unfit;
        }
    }

    public int port() {
        return port;
    }

    /// Blocks until closed.
    public void awaitEnd() throws InterruptedException {
        server.join();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try (model) {
            stop(server);
        }
    }

    private static void stop(Server server) {
        try {
            server.stop();
        } catch (Exception unforeseen) {
            throw new IllegalStateException("the model server did not stop cleanly", unforeseen);
        }
    }
}
