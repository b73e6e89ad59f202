package dev.rein.server.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.awssdk.core.SdkPojo;
import tools.jackson.databind.json.JsonMapper;

/// How a service writes its answers and errors.
public sealed interface Dialect {
    WireAnswer answer(String operation, SdkPojo output, String requestId);

    WireAnswer error(ApiException e, String requestId);

    /// AWS JSON 1.0 and 1.1: SageMaker, CloudWatch Logs.
    record Json(String contentType) implements Dialect {
        public static final Json V1_1 = new Json("application/x-amz-json-1.1");

        private static final JsonMapper JSON = new JsonMapper();

        @Override
        public WireAnswer answer(String operation, SdkPojo output, String requestId) {
            return new WireAnswer(200, contentType, Map.of("x-amzn-RequestId", requestId), PojoJson.bytes(output));
        }

        @Override
        public WireAnswer error(ApiException e, String requestId) {
            return new WireAnswer(
                    e.code().status(),
                    contentType,
                    Map.of(
                            "x-amzn-RequestId",
                            requestId,
                            "x-amzn-ErrorType",
                            e.code().wireName()),
                    body(e));
        }

        /// Some services spell the message with a capital and some do not; clients look for either.
        private static byte[] body(ApiException e) {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("__type", e.code().wireName());
            members.put("message", String.valueOf(e.getMessage()));
            members.put("Message", String.valueOf(e.getMessage()));
            members.putAll(e.members());
            return JSON.writeValueAsBytes(members);
        }
    }

    /// REST-JSON: SageMaker Runtime, whose answers are the model's own bytes and not ours to write.
    record RestJson() implements Dialect {
        private static final Json ERRORS = new Json("application/json");

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
