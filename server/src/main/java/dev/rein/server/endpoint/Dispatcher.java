package dev.rein.server.endpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rein.server.http.Invocation;
import dev.rein.server.http.InvocationHandler.Answer;
import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.ErrorCode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Takes one invocation to a replica and its answer back: the hot path. Without state; safe for any number of
/// threads.
///
/// A request is sent once: another replica is tried only while none took a connection. One that kills its replica
/// is never handed to the next.
final class Dispatcher {
    private static final int TRIES = 4;

    /// Up to here an answer is read whole before it is passed on: one write, and a replica that breaks off is an
    /// error with a name. Longer ones are streamed.
    private static final int WHOLE = 64 * 1024;

    private static final int MESSAGE = 16 * 1024;
    private static final String CUSTOM_ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes";
    private static final String SESSION = "X-Amzn-SageMaker-Session-Id";
    private static final String NEW_SESSION = "X-Amzn-SageMaker-New-Session-Id";
    private static final String CLOSED_SESSION = "X-Amzn-SageMaker-Closed-Session-Id";

    /// Other headers of the caller stay with us: they are its identity, or mean the hop to us.
    private static final List<String> FORWARDED = List.of(
            "Content-Type",
            "Accept",
            CUSTOM_ATTRIBUTES,
            "X-Amzn-SageMaker-Target-Model",
            "X-Amzn-SageMaker-Target-Variant",
            "X-Amzn-SageMaker-Inference-Id",
            SESSION);

    private final long answerNanos;
    private final long streamNanos;

    Dispatcher(ServingSettings settings) {
        this.answerNanos = settings.answer().toNanos();
        this.streamNanos = settings.stream().toNanos();
    }

    void invoke(Fleet fleet, Invocation invocation, Answer answer) throws IOException {
        byte[] request = request(invocation);
        long deadline = System.nanoTime() + (invocation.streamed() ? streamNanos : answerNanos);
        for (int i = 0; i < TRIES; i++) {
            Replica replica = choose(fleet, invocation);
            if (!replica.claim()) {
                continue;
            }
            try {
                if (exchange(fleet, replica, request, deadline, answer)) {
                    return;
                }
            } finally {
                replica.release();
            }
        }
        throw unavailable(invocation);
    }

    /// @return false if the replica took no connection, and so nothing of the request
    private static boolean exchange(Fleet fleet, Replica replica, byte[] request, long deadline, Answer answer)
            throws IOException {
        ReplicaConnection connection;
        try {
            connection = replica.connect();
        } catch (IOException e) {
            replica.suspect();
            return false;
        }
        try {
            ReplicaConnection.Head head;
            byte[] whole;
            try {
                head = connection.exchange(request, deadline);
                whole = head.status() / 100 == 2 ? start(connection) : message(connection);
            } catch (SocketTimeoutException e) {
                throw modelError(
                        fleet,
                        replica,
                        0,
                        "Your invocation timed out while waiting for a response from " + "container primary.");
            } catch (IOException e) {
                throw modelError(fleet, replica, 0, "The container broke off: " + e.getMessage() + ".");
            }
            if (head.status() / 100 != 2) {
                throw modelError(fleet, replica, head.status(), new String(whole, UTF_8));
            }
            pass(fleet, replica, head, whole, connection, answer);
            return true;
        } finally {
            replica.giveBack(connection);
        }
    }

    /// The whole body if it is short, else nothing of it.
    private static byte[] start(ReplicaConnection connection) throws IOException {
        long length = connection.length();
        return length >= 0 && length <= WHOLE ? read(connection, (int) length) : new byte[0];
    }

    private static byte[] message(ReplicaConnection connection) throws IOException {
        return read(connection, MESSAGE);
    }

    private static byte[] read(ReplicaConnection connection, int most) throws IOException {
        byte[] bytes = new byte[most];
        int length = 0;
        while (length < most) {
            int read = connection.read(bytes, length, most - length);
            if (read < 0) {
                return Arrays.copyOf(bytes, length);
            }
            length += read;
        }
        return bytes;
    }

    private static void pass(
            Fleet fleet,
            Replica replica,
            ReplicaConnection.Head head,
            byte[] whole,
            ReplicaConnection connection,
            Answer answer)
            throws IOException {
        answer.header("x-Amzn-Invoked-Production-Variant", replica.variant());
        head.header("content-type").ifPresent(type -> answer.header("Content-Type", type));
        copy(head, CUSTOM_ATTRIBUTES, answer);
        copy(head, NEW_SESSION, answer).ifPresent(session -> fleet.sessions().open(id(session), replica));
        copy(head, CLOSED_SESSION, answer).ifPresent(session -> fleet.sessions().close(id(session)));
        long length = connection.length();
        if (length == 0 || whole.length > 0) {
            answer.send(200, whole);
            return;
        }
        OutputStream out = answer.begin(200, length);
        byte[] buffer = new byte[WHOLE];
        for (int read; (read = connection.read(buffer, 0, buffer.length)) >= 0; ) {
            out.write(buffer, 0, read);
            if (length < 0) {
                out.flush();
            }
        }
    }

    private static Optional<String> copy(ReplicaConnection.Head head, String name, Answer answer) {
        Optional<String> value = head.header(name.toLowerCase(Locale.ROOT));
        value.ifPresent(text -> answer.header(name, text));
        return value;
    }

    /// `<id>; Expires=…` without the latter.
    private static String id(String session) {
        int end = session.indexOf(';');
        return (end < 0 ? session : session.substring(0, end)).strip();
    }

    private static Replica choose(Fleet fleet, Invocation invocation) {
        Optional<Replica> home = invocation.header(SESSION).flatMap(fleet.sessions()::find);
        if (home.isPresent() && home.get().health() != Replica.Health.DOWN) {
            return home.get();
        }
        Routing routing = fleet.routing();
        Optional<String> target = invocation.header("X-Amzn-SageMaker-Target-Variant");
        Optional<Routing.Route> route = target.isPresent() ? routing.named(target.get()) : routing.next();
        if (route.isEmpty()) {
            throw target.filter(_ -> !routing.routes().isEmpty())
                    .map(name -> new ApiException(
                            ErrorCode.VALIDATION_ERROR,
                            "Variant %s of endpoint %s not found (has: %s)."
                                    .formatted(
                                            name,
                                            invocation.endpoint(),
                                            String.join(
                                                    ", ",
                                                    routing.routes().stream()
                                                            .map(Routing.Route::variant)
                                                            .toList()))))
                    .orElseGet(() -> notFound(invocation));
        }
        return route.get().replica(routing.turn()).orElseThrow(() -> unavailable(invocation));
    }

    static ApiException notFound(Invocation invocation) {
        return new ApiException(
                ErrorCode.VALIDATION_ERROR,
                "Endpoint %s of account %s not found."
                        .formatted(invocation.endpoint(), invocation.caller().account()));
    }

    private static ApiException unavailable(Invocation invocation) {
        return new ApiException(
                ErrorCode.SERVICE_UNAVAILABLE,
                "No replica of endpoint %s takes requests now: each is being started anew. Its log group %s tells why."
                        .formatted(invocation.endpoint(), "/aws/sagemaker/Endpoints/" + invocation.endpoint()));
    }

    /// AWS's words, which clients show as they are.
    private static ApiException modelError(Fleet fleet, Replica replica, int status, String message) {
        Endpoint endpoint = fleet.endpoint();
        String fault = status >= 400 && status < 500 ? "client" : "server";
        return new ApiException(
                ErrorCode.MODEL_ERROR,
                "Received %s error (%d) from primary with message \"%s\". See log stream %s of log group %s."
                        .formatted(fault, status, message, replica.stream(), endpoint.logGroup()),
                Map.of(
                        "OriginalStatusCode",
                        status,
                        "OriginalMessage",
                        message,
                        "LogStreamArn",
                        "arn:aws:logs:%s:%s:log-group:%s:log-stream:%s"
                                .formatted(
                                        endpoint.region(), endpoint.account(), endpoint.logGroup(), replica.stream())));
    }

    private static byte[] request(Invocation invocation) {
        var head = new StringBuilder(256).append("POST /invocations HTTP/1.1\r\nHost: localhost\r\n");
        for (String name : FORWARDED) {
            String value = invocation.header().apply(name);
            if (value != null) {
                head.append(name).append(": ").append(value).append("\r\n");
            }
        }
        byte[] body = invocation.body();
        byte[] start = head.append("Content-Length: ")
                .append(body.length)
                .append("\r\n\r\n")
                .toString()
                .getBytes(ISO_8859_1);
        byte[] request = Arrays.copyOf(start, start.length + body.length);
        System.arraycopy(body, 0, request, start.length, body.length);
        return request;
    }
}
