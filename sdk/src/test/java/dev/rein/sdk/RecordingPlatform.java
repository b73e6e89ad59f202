package dev.rein.sdk;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A platform that writes down what it is asked and answers what the test says: HTTP on a loopback port, and
/// nothing behind it.
final class RecordingPlatform implements AutoCloseable {
    /// @param operation `SageMaker.CreateTrainingJob`, `sts.GetCallerIdentity`, `PUT /bucket/key`, `POST
    ///     /endpoints/…`
    /// @param from      the port at the other end
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Call(String operation, byte[] body, Map<String, List<String>> headers, int from) {
        JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }

        String header(String name) {
            return headers.entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .map(header -> header.getValue().getFirst())
                    .findFirst()
                    .orElse("");
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Answer(int status, String contentType, byte[] body) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();

    RecordingPlatform() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    Session session() {
        URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        return Session.of(address, address, "us-west-2", "AKIDEXAMPLE", "secret");
    }

    /// Answers an operation with JSON; several answers are given in turn, and the last again and again.
    RecordingPlatform on(String operation, String... json) {
        for (String body : json) {
            add(operation, new Answer(200, "application/x-amz-json-1.1", body.getBytes(StandardCharsets.UTF_8)));
        }
        return this;
    }

    RecordingPlatform onXml(String operation, String xml) {
        add(operation, new Answer(200, "text/xml", xml.getBytes(StandardCharsets.UTF_8)));
        return this;
    }

    RecordingPlatform onBytes(String operation, byte[] body) {
        add(operation, new Answer(200, "application/octet-stream", body));
        return this;
    }

    RecordingPlatform refuse(String operation, String type, String message) {
        String body = JsonMapper.shared().writeValueAsString(Map.of("__type", type, "message", message));
        add(operation, new Answer(400, "application/x-amz-json-1.1", body.getBytes(StandardCharsets.UTF_8)));
        return this;
    }

    private void add(String operation, Answer answer) {
        answers.computeIfAbsent(operation, _ -> new ArrayDeque<>()).add(answer);
    }

    List<Call> calls() {
        return List.copyOf(calls);
    }

    List<String> operations() {
        return calls.stream().map(Call::operation).toList();
    }

    List<Call> calls(String operation) {
        return calls.stream().filter(call -> call.operation().equals(operation)).toList();
    }

    Call only(String operation) {
        List<Call> found = calls(operation);
        if (found.size() != 1) {
            throw new AssertionError(operation + ": " + found.size() + " calls among " + operations());
        }
        return found.getFirst();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = unchunked(exchange, exchange.getRequestBody().readAllBytes());
            String operation = operation(exchange, body);
            calls.add(new Call(
                    operation,
                    body,
                    Map.copyOf(exchange.getRequestHeaders()),
                    exchange.getRemoteAddress().getPort()));
            Answer answer = next(operation);
            exchange.getResponseHeaders().set("Content-Type", answer.contentType());
            exchange.sendResponseHeaders(answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
            exchange.getResponseBody().write(answer.body());
        }
    }

    /// `aws-chunked` takes apart: `<hex size>;chunk-signature=…`, the bytes, until a chunk of none.
    private static byte[] unchunked(HttpExchange exchange, byte[] body) {
        String encoding = exchange.getRequestHeaders().getFirst("Content-Encoding");
        if (encoding == null || !encoding.contains("aws-chunked")) {
            return body;
        }
        var whole = new ByteArrayOutputStream();
        int at = 0;
        while (true) {
            int end = at;
            while (body[end] != '\r') {
                end++;
            }
            String line = new String(body, at, end - at, StandardCharsets.US_ASCII);
            int size = Integer.parseInt(line.split(";", 2)[0], 16);
            if (size == 0) {
                return whole.toByteArray();
            }
            whole.write(body, end + 2, size);
            at = end + 2 + size + 2;
        }
    }

    private Answer next(String operation) {
        Deque<Answer> left = answers.get(operation);
        if (left == null) {
            return new Answer(200, "application/x-amz-json-1.1", bytesFor(operation));
        }
        synchronized (left) {
            return left.size() > 1 ? left.removeFirst() : left.getFirst();
        }
    }

    private static byte[] bytesFor(String operation) {
        return operation.startsWith("PUT ") ? new byte[0] : "{}".getBytes(StandardCharsets.UTF_8);
    }

    private static String operation(HttpExchange exchange, byte[] body) {
        String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
        if (target != null) {
            return target;
        }
        String form = new String(body, StandardCharsets.UTF_8);
        if (form.startsWith("Action=")) {
            return form.substring("Action=".length(), form.indexOf('&'));
        }
        return exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
