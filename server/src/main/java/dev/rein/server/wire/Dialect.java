package dev.rein.server.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.awssdk.core.SdkPojo;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.cbor.CBORMapper;

/// How a service writes its answers and errors.
public sealed interface Dialect {
    /// Names the error code of a service that has left the Query protocol.
    String QUERY_ERROR = "x-amzn-query-error";

    WireAnswer answer(String operation, SdkPojo output, String requestId);

    WireAnswer error(ApiException e, String requestId);

    private static String formerly(ErrorCode code) {
        return code.queryName() + (code.fault() == ErrorCode.Fault.CALLER ? ";Sender" : ";Receiver");
    }

    /// Some services spell the message with a capital and some do not; clients look for either.
    private static Map<String, Object> members(ApiException e) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("__type", e.code().wireName());
        members.put("message", String.valueOf(e.getMessage()));
        members.put("Message", String.valueOf(e.getMessage()));
        members.putAll(e.members());
        return members;
    }

    /// AWS JSON 1.0 and 1.1: SageMaker, CloudWatch Logs.
    ///
    /// @param wasQuery whether callers look for the service's former error codes, in a header
    record Json(String contentType, boolean wasQuery) implements Dialect {
        private static final JsonMapper JSON = new JsonMapper();

        @Override
        public WireAnswer answer(String operation, SdkPojo output, String requestId) {
            return new WireAnswer(200, contentType, Map.of("x-amzn-RequestId", requestId), PojoJson.bytes(output));
        }

        @Override
        public WireAnswer error(ApiException e, String requestId) {
            Map<String, String> headers = new LinkedHashMap<>();
            headers.put("x-amzn-RequestId", requestId);
            headers.put("x-amzn-ErrorType", e.code().wireName());
            if (wasQuery) {
                headers.put(QUERY_ERROR, formerly(e.code()));
            }
            return new WireAnswer(e.code().status(), contentType, headers, JSON.writeValueAsBytes(members(e)));
        }
    }

    /// Smithy's RPC with CBOR bodies: CloudWatch, whose callers all look for its former error codes.
    record Cbor() implements Dialect {
        private static final CBORMapper CBOR = new CBORMapper();
        private static final String CONTENT_TYPE = "application/cbor";
        private static final String PROTOCOL = "smithy-protocol";
        private static final String VERSION = "rpc-v2-cbor";

        @Override
        public WireAnswer answer(String operation, SdkPojo output, String requestId) {
            return new WireAnswer(
                    200,
                    CONTENT_TYPE,
                    Map.of(PROTOCOL, VERSION, "x-amzn-RequestId", requestId),
                    PojoJson.bytes(output, CBOR));
        }

        @Override
        public WireAnswer error(ApiException e, String requestId) {
            return new WireAnswer(
                    e.code().status(),
                    CONTENT_TYPE,
                    Map.of(PROTOCOL, VERSION, "x-amzn-RequestId", requestId, QUERY_ERROR, formerly(e.code())),
                    CBOR.writeValueAsBytes(members(e)));
        }
    }

    /// REST-JSON: SageMaker Runtime, whose answers are the model's own bytes and not ours to write.
    record RestJson() implements Dialect {
        private static final Json ERRORS = new Json("application/json", false);

        @Override
        public WireAnswer answer(String operation, SdkPojo output, String requestId) {
            return ERRORS.answer(operation, output, requestId);
        }

        @Override
        public WireAnswer error(ApiException e, String requestId) {
            return ERRORS.error(e, requestId);
        }
    }

    /// Query with XML answers: STS, IAM.
    ///
    /// @param namespace of the answer's elements
    record Query(String namespace) implements Dialect {
        private static final String CONTENT_TYPE = "text/xml";

        @Override
        public WireAnswer answer(String operation, SdkPojo output, String requestId) {
            var out = new StringBuilder(512);
            out.append("<%1$sResponse xmlns=\"%2$s\"><%1$sResult>".formatted(operation, namespace));
            PojoXml.write(output, out);
            out.append("</%1$sResult><ResponseMetadata><RequestId>%2$s</RequestId></ResponseMetadata></%1$sResponse>"
                    .formatted(operation, requestId));
            return xml(200, requestId, out);
        }

        @Override
        public WireAnswer error(ApiException e, String requestId) {
            var out = new StringBuilder(512);
            out.append("<ErrorResponse xmlns=\"%s\"><Error><Type>%s</Type><Code>%s</Code><Message>"
                    .formatted(
                            namespace,
                            e.code().fault() == ErrorCode.Fault.CALLER ? "Sender" : "Receiver",
                            e.code().queryName()));
            PojoXml.text(String.valueOf(e.getMessage()), out);
            out.append("</Message></Error><RequestId>%s</RequestId></ErrorResponse>".formatted(requestId));
            return xml(e.code().status(), requestId, out);
        }

        private static WireAnswer xml(int status, String requestId, StringBuilder out) {
            return new WireAnswer(
                    status,
                    CONTENT_TYPE,
                    Map.of("x-amzn-RequestId", requestId),
                    out.toString().getBytes(UTF_8));
        }
    }
}
