package dev.rein.server.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/// A model server as small as they get, run as a replica. `model/behaviour` says how it starts; the custom
/// attributes of an invocation say how that ends.
public final class EchoServer {
    private final String identity = ProcessHandle.current().pid() + "";
    private final Path ml = Path.of(System.getenv().getOrDefault("SAGEMAKER_BASE_DIR", "/opt/ml"));
    private final CountDownLatch forever = new CountDownLatch(1);
    private volatile boolean deaf;

    private EchoServer() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        new EchoServer().run();
    }

    private void run() throws IOException, InterruptedException {
        System.out.println("serving from " + identity);
        switch (behaviour()) {
            case "exit" -> {
                System.out.println("WARNING: Using incubator modules: jdk.incubator.vector");
                System.out.println("the weights are of the wrong shape");
                System.exit(3);
            }
            case "silent" -> forever.await();
            default -> listen();
        }
    }

    private String behaviour() throws IOException {
        Path file = ml.resolve("model/behaviour");
        return Files.exists(file) ? Files.readString(file) : "none";
    }

    private void listen() throws IOException {
        int port = Integer.parseInt(System.getenv("SAGEMAKER_BIND_TO_PORT"));
        var server = HttpServer.create(new InetSocketAddress(port), 0);
        server.createContext("/ping", this::ping);
        server.createContext("/invocations", this::invoke);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    private void ping(HttpExchange exchange) throws IOException {
        answer(exchange, deaf ? 503 : 200, new byte[0]);
    }

    private void invoke(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String wish = exchange.getRequestHeaders().getFirst("X-Amzn-SageMaker-Custom-Attributes");
        exchange.getResponseHeaders().add("X-Amzn-SageMaker-Custom-Attributes", "wish=" + wish);
        exchange.getResponseHeaders()
                .add("Content-Type", exchange.getRequestHeaders().getFirst("Content-Type"));
        switch (wish == null ? "" : wish) {
            case "who" -> answer(exchange, 200, identity.getBytes(UTF_8));
            case "model" -> answer(exchange, 200, behaviour().getBytes(UTF_8));
            case "headers" ->
                answer(exchange, 200, exchange.getRequestHeaders().toString().getBytes(UTF_8));
            case "environment" -> answer(exchange, 200, System.getenv("FLAVOUR").getBytes(UTF_8));
            case "refuse" -> answer(exchange, 400, "no such feature".getBytes(UTF_8));
            case "fail" -> answer(exchange, 500, "the model is on fire".getBytes(UTF_8));
            case "deafen" -> {
                deaf = true;
                answer(exchange, 200, body);
            }
            case "crash" -> Runtime.getRuntime().halt(7);
            case "hang" -> await();
            case "half" -> {
                exchange.sendResponseHeaders(200, 100);
                exchange.getResponseBody().write(new byte[50]);
                exchange.getResponseBody().flush();
                exchange.close();
            }
            case "chunks" -> {
                exchange.sendResponseHeaders(200, 0);
                try (var out = exchange.getResponseBody()) {
                    out.write(body);
                    out.flush();
                    out.write(body);
                }
            }
            case "pieces" -> { // each is sent when the caller shows, by a file, that it has the one before
                exchange.sendResponseHeaders(200, 0);
                try (var out = exchange.getResponseBody()) {
                    for (byte piece : body) {
                        out.write(piece);
                        out.flush();
                        awaitFile(Path.of(
                                exchange.getRequestHeaders().getFirst("X-Amzn-SageMaker-Inference-Id") + (char) piece));
                    }
                }
            }
            case "open" -> {
                exchange.getResponseHeaders()
                        .add("X-Amzn-SageMaker-New-Session-Id", "mine-" + identity + "; Expires=2030");
                answer(exchange, 200, identity.getBytes(UTF_8));
            }
            case "trickle" -> {
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write(body);
                exchange.getResponseBody().flush();
                await();
            }
            case "large" -> answer(exchange, 200, new byte[5_000_000]);
            case "none" -> answer(exchange, 200, new byte[0]);
            default -> answer(exchange, 200, body);
        }
    }

    private static void awaitFile(Path file) throws IOException {
        while (!Files.exists(file)) {
            LockSupport.parkNanos(5_000_000);
        }
    }

    private void await() throws IOException {
        try {
            forever.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
    }
}
