package dev.rein.server.http;

import static java.util.Objects.requireNonNull;

import dev.rein.server.identity.SignatureV4;
import dev.rein.server.wire.ApiTable;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Executors;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/// The platform's one port: AWS's APIs, invocations of endpoints, and `GET /ping` for whoever watches.
///
/// A few platform threads wait on sockets; each request runs on a virtual thread of its own.
public final class HttpFront implements AutoCloseable {
    /// Longer than clients keep an idle connection, so that they close it and not we under their next request.
    private static final Duration IDLE = Duration.ofSeconds(100);

    private static final Duration GRACE = Duration.ofSeconds(5);

    /// @param host where to listen: an address or a name
    /// @param port 0 for any free one
    /// @param s3   where the object store is, told to those who ask for it here
    public record Address(String host, int port, URI s3) {
        public Address {
            requireNonNull(host, "host");
            requireNonNull(s3, "s3");
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("port: %d (expected: 0..65535)".formatted(port));
            }
        }
    }

    private final Server server;
    private final URI endpoint;

    private HttpFront(Server server, URI endpoint) {
        this.server = server;
        this.endpoint = endpoint;
    }

    /// Listens from now on.
    ///
    /// @throws IOException if the port is taken or the address is not ours; the message says which
    public static HttpFront start(
            Address address, ApiTable operations, SignatureV4 signatures, InvocationHandler invocations)
            throws IOException {
        var threads = new QueuedThreadPool(16, 4);
        threads.setName("http");
        threads.setVirtualThreadsExecutor(Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("request-", 0).factory()));
        var server = new Server(threads);
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(16 * 1024);
        var connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(address.host());
        connector.setPort(address.port());
        connector.setIdleTimeout(IDLE.toMillis());
        server.addConnector(connector);
        server.setHandler(new GracefulHandler(new Router(address.s3(), operations, signatures, invocations)));
        server.setStopTimeout(GRACE.toMillis());
        try {
            server.start();
        } catch (Exception e) { // Jetty declares no less
            stop(server);
            throw refused(address, e);
        }
        String host = address.host().contains(":") ? "[" + address.host() + "]" : address.host();
        return new HttpFront(server, URI.create("http://" + host + ":" + connector.getLocalPort()));
    }

    /// Where clients find us.
    public URI endpoint() {
        return endpoint;
    }

    /// Takes no more requests, lets those at work finish for five seconds, then cuts them.
    @Override
    public void close() {
        stop(server);
    }

    private static void stop(Server server) {
        try {
            server.stop();
        } catch (Exception e) { // Jetty declares no less
            throw new IllegalStateException("the HTTP front did not stop", e);
        }
    }

    private static IOException refused(Address address, Exception e) {
        boolean taken = e instanceof BindException || e.getCause() instanceof BindException;
        return new IOException(
                taken
                        ? ("port: %d on %s is in use, or the address is not this machine's. Stop what listens there, or "
                                        + "choose another port (0 for any free one).")
                                .formatted(address.port(), address.host())
                        : "cannot listen on %s:%d: %s".formatted(address.host(), address.port(), e.getMessage()),
                e);
    }
}
