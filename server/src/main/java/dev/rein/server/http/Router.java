package dev.rein.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rein.server.identity.SignatureV4;
import dev.rein.server.store.FullDisk;
import dev.rein.server.store.StoreException;
import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.ApiTable;
import dev.rein.server.wire.Caller;
import dev.rein.server.wire.Dialect;
import dev.rein.server.wire.ErrorCode;
import dev.rein.server.wire.WireAnswer;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells requests apart: `/ping`, then `/endpoints/…`, then by RPC path, then by X-Amz-Target, then by the service
/// they are signed for. Every answer but the first needs a signature.
final class Router extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(Router.class);

    /// The largest legal CreateTrainingJob is well below.
    private static final int API_LIMIT = 1024 * 1024;

    private static final String ENDPOINTS = "/endpoints/";
    private static final String INVOCATIONS = "/invocations";
    private static final String STREAM = "/invocations-response-stream";
    private static final String ASYNC = "/async-invocations";
    private static final byte[] PONG = "{\"status\":\"ok\"}".getBytes(UTF_8);

    private final URI s3;
    private final ApiTable operations;
    private final SignatureV4 signatures;
    private final InvocationHandler invocations;
    private final Admission admission = Admission.forThisMachine();

    Router(URI s3, ApiTable operations, SignatureV4 signatures, InvocationHandler invocations) {
        this.s3 = s3;
        this.operations = operations;
        this.signatures = signatures;
        this.invocations = invocations;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        var head = new JettyHead(request);
        if (head.path().equals("/ping")) {
            send(new WireAnswer(200, "application/json", Map.of(), PONG), response, callback);
            return true;
        }
        String requestId = UUID.randomUUID().toString();
        try {
            if (head.path().startsWith(ENDPOINTS)) {
                invoke(head, request, response, callback, requestId);
            } else {
                call(head, request, response, callback, requestId);
            }
        } catch (EOFException e) {
            callback.failed(e); // the caller went away: there is nobody to answer
        }
        return true;
    }

    private void call(JettyHead head, Request request, Response response, Callback callback, String requestId)
            throws EOFException {
        Optional<String> scope = SignatureV4.scopeService(head);
        ApiTable.Call call =
                operations.resolve(head.path(), head.header("X-Amz-Target"), head.header("Content-Type"), scope);
        WireAnswer answer;
        try (var visit = admission.enter()) {
            if (scope.isPresent() && scope.get().equals("s3")) {
                throw ApiException.validation(
                        "S3 is served at %s: set AWS_ENDPOINT_URL_S3 to it, as `eval \"$(rein env)\"` does."
                                .formatted(s3));
            }
            SignatureV4.Claim claim = signatures.claim(head, call.service());
            byte[] body = Body.read(request, API_LIMIT, visit);
            Caller caller = claim.verify(body);
            answer = call.run(body, head.query(), caller, requestId);
        } catch (EOFException e) {
            throw e;
        } catch (Exception e) { // the last frame of the request: every failure becomes an answer here
            answer = call.dialect().error(modelled(e, requestId), requestId);
        }
        send(answer, response, callback);
    }

    private void invoke(JettyHead head, Request request, Response response, Callback callback, String requestId)
            throws EOFException {
        var answer = new JettyAnswer(response, requestId);
        var events = new EventStreamAnswer(answer);
        boolean streamed = head.path().endsWith(STREAM);
        try (var visit = admission.enter()) {
            SignatureV4.Claim claim = signatures.claim(head, Optional.of("sagemaker"));
            String endpoint = endpointOf(head);
            byte[] body = Body.read(request, Invocation.LIMIT, visit);
            Caller caller = claim.verify(body);
            if (streamed) {
                // there the Accept header is the caller's for the stream
                var invocation = new Invocation(
                        endpoint,
                        caller,
                        name -> head.header(name.equals("Accept") ? "X-Amzn-SageMaker-Accept" : name),
                        true,
                        body);
                invocations.invoke(invocation, events);
            } else {
                invocations.invoke(new Invocation(endpoint, caller, head::header, false, body), answer);
            }
            answer.end(callback);
        } catch (Exception e) { // as above, but what was begun can only be cut, or ended with an event
            if (answer.isBegun()) {
                LOG.debug("request {}: answer cut: {}", requestId, e.toString());
                if (!streamed || !ended(events, answer, e, callback)) {
                    callback.failed(e);
                }
            } else if (e instanceof EOFException eof) {
                throw eof;
            } else {
                send(new Dialect.RestJson().error(modelled(e, requestId), requestId), response, callback);
            }
        }
    }

    private static boolean ended(EventStreamAnswer events, JettyAnswer answer, Exception failure, Callback callback) {
        try {
            events.fail(failure);
            answer.end(callback);
            return true;
        } catch (IOException gone) {
            return false;
        }
    }

    private static String endpointOf(JettyHead head) {
        String path = head.path();
        int slash = path.lastIndexOf('/');
        String what = path.substring(slash);
        if (!head.method().equals("POST")
                || slash <= ENDPOINTS.length()
                || !List.of(INVOCATIONS, STREAM, ASYNC).contains(what)) {
            throw new ApiException(
                    ErrorCode.UNKNOWN_OPERATION,
                    "%s %s (expected: POST /endpoints/<name>/invocations)".formatted(head.method(), path));
        }
        String endpoint = decoded(path.substring(ENDPOINTS.length(), slash));
        if (what.equals(ASYNC)) {
            throw new ApiException(
                    ErrorCode.VALIDATION_ERROR,
                    "Endpoint %s has no AsyncInferenceConfig, and asynchronous inference is not supported here: call InvokeEndpoint, or InvokeEndpointWithResponseStream for long answers."
                            .formatted(endpoint));
        }
        return endpoint;
    }

    private static String decoded(String name) {
        if (name.indexOf('%') < 0) {
            return name;
        }
        try {
            return URLDecoder.decode(name.replace("+", "%2B"), UTF_8);
        } catch (IllegalArgumentException e) {
            throw ApiException.validation("endpoint: \"%s\" is not percent-encoded UTF-8".formatted(name));
        }
    }

    private static ApiException modelled(Exception e, String requestId) {
        if (e instanceof ApiException modelled) {
            return modelled;
        }
        LOG.error("request {} failed", requestId, e);
        if (e instanceof StoreException) {
            return new ApiException(ErrorCode.SERVICE_UNAVAILABLE, String.valueOf(e.getMessage()));
        }
        if (FullDisk.isCauseOf(e)) {
            return new ApiException(
                    ErrorCode.SERVICE_UNAVAILABLE, "No space left where the platform keeps its data: free some.");
        }
        return new ApiException(
                ErrorCode.INTERNAL_FAILURE,
                "The platform failed on this request; its log tells why under request id %s.".formatted(requestId));
    }

    private static void send(WireAnswer answer, Response response, Callback callback) {
        response.setStatus(answer.status());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, answer.body().length);
        answer.headers().forEach((name, value) -> response.getHeaders().put(name, value));
        response.write(true, ByteBuffer.wrap(answer.body()), callback);
    }
}
