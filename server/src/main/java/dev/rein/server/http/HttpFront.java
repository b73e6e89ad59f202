package dev.rein.server.http;

import dev.rein.server.identity.SignatureV4;
import dev.rein.server.wire.ApiTable;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Executors;
import org.eclipse.jetty.server.Connector;
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

    private final Server server;
    private final URI endpoint;

    private HttpFront(Server server, URI endpoint) {
        this.server = server;
        this.endpoint = endpoint;
    }

    /// Takes the port, so that its number is known and nobody else gets it. Callers wait until [#serve].
    ///
    /// @param host where to listen: an address or a name
    /// @param port 0 for any free one
    /// @throws IOException if the port is taken or the address is not ours; the message says which
    public static HttpFront bind(String host, int port) throws IOException {
        var threads = new QueuedThreadPool(16, 4);
        threads.setName("http");
        threads.setVirtualThreadsExecutor(Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("request-", 0).factory()));
        var server = new Server(threads);
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(16 * 1024);
        var connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(host);
        connector.setPort(port);
        connector.setIdleTimeout(IDLE.toMillis());
        server.addConnector(connector);
        server.setStopTimeout(GRACE.toMillis());
        try {
            connector.open();
        } catch (IOException e) {
            throw refused(host, port, e);
        }
        String name = host.contains(":") ? "[" + host + "]" : host;
        return new HttpFront(server, URI.create("http://" + name + ":" + connector.getLocalPort()));
    }

    /// Answers from now on. Once only.
    ///
    /// @param s3 where the object store is, told to those who ask for it here
    public void serve(URI s3, ApiTable operations, SignatureV4 signatures, InvocationHandler invocations) {
        server.setHandler(new GracefulHandler(new Router(s3, operations, signatures, invocations)));
        try {
            server.start();
        } catch (Exception e) { // Jetty declares no less
            throw new IllegalStateException("the HTTP front did not start", e);
        }
    }

    /// Where clients find us.
    public URI endpoint() {
        return endpoint;
    }

    /// Takes no more requests, lets those at work finish for five seconds, then cuts them. Closing twice is
    /// harmless.
    @Override
    public void close() {
        try {
            for (Connector connector : server.getConnectors()) {
                ((ServerConnector) connector).close();
            }
            server.stop();
        } catch (Exception e) { // Jetty declares no less
            throw new IllegalStateException("the HTTP front did not stop", e);
        }
    }

    private static IOException refused(String host, int port, IOException e) {
        boolean taken = e instanceof BindException || e.getCause() instanceof BindException;
        return new IOException(
                taken
                        ? ("port: %d on %s is in use, or the address is not this machine's. Stop what listens there, or "
                                        + "choose another port (0 for any free one).")
                                .formatted(port, host)
                        : "cannot listen on %s:%d: %s".formatted(host, port, e.getMessage()),
                e);
    }
}
