package dev.rein.workload.serving;

import dev.rein.workload.json.Json;
import dev.rein.workload.json.PythonText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/// Answers the paths of the hosting contract. Every request runs on a virtual thread of its own.
final class Front extends Handler.Abstract {
    private static final byte[] OK = "{\"status\":\"ok\"}".getBytes(StandardCharsets.US_ASCII);

    /// Bytes of a refused request's body that are read and dropped. A caller who is still sending when the
    /// connection closes meets a reset in place of the answer.
    private static final long DROPPED_BYTES = 64L << 20;

    private final int maxBytes;
    private final Answer byDefault;
    private volatile @Nullable ServedModel model;

    Front(ModelServer.Options options) {
        this.maxBytes = options.maxBytes();
        this.byDefault = Answer.accepted(options.answerType(), Answer.JSON).orElse(Answer.JSON);
    }

    void ready(ServedModel loaded) {
        model = loaded;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        InputStream body = Content.Source.asInputStream(request);
        try {
            switch (Request.getPathInContext(request)) {
                case "/invocations" -> invoke(request, body, response, callback);
                case "/ping" -> ping(request, response, callback);
                case "/execution-parameters" -> executionParameters(request, response, callback);
                default ->
                    throw new InvocationException(
                            404,
                            "%s (expected: GET /ping, POST /invocations or GET /execution-parameters)"
                                    .formatted(request.getHttpURI().getPath()));
            }
        } catch (InvocationException refused) {
            drop(request, body);
            refuse(refused, response, callback);
        } catch (IOException | RuntimeException unforeseen) {
            drop(request, body);
            refuse(new InvocationException(500, String.valueOf(unforeseen)), response, callback);
        }
        return true;
    }

    private void ping(Request request, Response response, Callback callback) {
        allow("GET", request);
        loaded();
        send(200, Answer.JSON.contentType(), OK, response, callback);
    }

    /// What batch transform asks before it begins.
    private void executionParameters(Request request, Response response, Callback callback) {
        allow("GET", request);
        byte[] body = "{\"MaxConcurrentTransforms\":%d,\"BatchStrategy\":\"MULTI_RECORD\",\"MaxPayloadInMB\":%d}"
                .formatted(Runtime.getRuntime().availableProcessors(), Math.max(1, maxBytes >> 20))
                .getBytes(StandardCharsets.US_ASCII);
        send(200, Answer.JSON.contentType(), body, response, callback);
    }

    private void invoke(Request request, InputStream sent, Response response, Callback callback) throws IOException {
        allow("POST", request);
        ServedModel served = loaded();
        Answer answer = Answer.accepted(header(request, HttpHeader.ACCEPT), byDefault)
                .orElseThrow(() -> new InvocationException(
                        406,
                        "Accept: %s (expected: application/json, text/csv or application/octet-stream)"
                                .formatted(header(request, HttpHeader.ACCEPT))));
        Invocation invocation = Invocation.read(
                mediaType(header(request, HttpHeader.CONTENT_TYPE)), body(request, sent), served.shape());
        float[] actions = new float[invocation.rows() * served.shape().actionSize()];
        served.act(invocation.observations(), invocation.masks(), invocation.rows(), invocation.sampling(), actions);
        byte[] body = answer.write(actions, invocation.rows(), served.shape(), invocation.wording());
        send(200, answer.contentType(), body, response, callback);
    }

    private ServedModel loaded() {
        ServedModel served = model;
        if (served == null) {
            throw new InvocationException(503, "the model is being loaded");
        }
        return served;
    }

    private byte[] body(Request request, InputStream sent) throws IOException {
        if (request.getLength() > maxBytes) {
            throw tooLong();
        }
        byte[] body = sent.readNBytes(maxBytes);
        if (body.length == maxBytes && sent.read() >= 0) {
            throw tooLong();
        }
        return body;
    }

    /// Reads what a refused caller is still sending. One who asked before sending, or who would send for long, is
    /// answered at once.
    private static void drop(Request request, InputStream sent) {
        if (request.getLength() > DROPPED_BYTES || request.getHeaders().contains(HttpHeader.EXPECT)) {
            return;
        }
        try {
            byte[] dropped = new byte[1 << 13];
            long left = DROPPED_BYTES;
            for (int n = 0; n >= 0 && left > 0; left -= n) {
                n = sent.read(dropped);
            }
        } catch (IOException gone) {
            // whoever went away in the middle misses the answer too
        }
    }

    private InvocationException tooLong() {
        return new InvocationException(
                413,
                "body: longer than %d bytes (expected: at most that; SAGEMAKER_MAX_PAYLOAD_IN_MB sets it)"
                        .formatted(maxBytes));
    }

    private static void allow(String method, Request request) {
        if (!request.getMethod().equals(method)) {
            throw new InvocationException(405, "method %s (expected: %s)".formatted(request.getMethod(), method));
        }
    }

    private static String header(Request request, HttpHeader name) {
        String value = request.getHeaders().get(name);
        return value == null ? "" : value;
    }

    private static String mediaType(String contentType) {
        int parameters = contentType.indexOf(';');
        String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
        return type.strip().toLowerCase(Locale.ROOT);
    }

    private static void refuse(InvocationException refused, Response response, Callback callback) {
        Json error = new Json.Obj(Map.of("error", Json.of(String.valueOf(refused.getMessage()))));
        byte[] body = PythonText.dumps(error).getBytes(StandardCharsets.US_ASCII);
        send(refused.status(), Answer.JSON.contentType(), body, response, callback);
    }

    private static void send(int status, String contentType, byte[] body, Response response, Callback callback) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        response.write(true, ByteBuffer.wrap(body), callback);
    }
}
