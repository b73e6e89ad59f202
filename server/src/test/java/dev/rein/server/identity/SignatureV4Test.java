package dev.rein.server.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.Caller;
import dev.rein.server.wire.ErrorCode;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/// The AWS SDK's own signer is the oracle: what it signs we accept, and nothing that was changed afterwards.
final class SignatureV4Test {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    private final Credentials credentials = Credentials.random(new SecureRandom());
    private final SignatureV4 signatures = at(NOW);

    private SignatureV4 at(Instant now) {
        return new SignatureV4(
                Account.local(),
                id -> Optional.of(credentials)
                        .filter(known -> known.accessKeyId().equals(id)),
                Clock.fixed(now, ZoneOffset.UTC));
    }

    /// A request that can be changed after it was signed.
    @SuppressWarnings("ArrayRecordComponent") // nobody compares these
    private record Request(
            String method, String path, @Nullable String query, Map<String, List<String>> fields, byte[] body)
            implements RequestHead {
        static Request of(SdkHttpRequest signed, byte[] body) {
            Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            fields.putAll(signed.headers());
            return new Request(
                    signed.method().name(),
                    signed.encodedPath(),
                    signed.encodedQueryParameters().orElse(null),
                    fields,
                    body);
        }

        Request with(String name, String value) {
            Map<String, List<String>> changed = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            changed.putAll(fields);
            changed.put(name, List.of(value));
            return new Request(method, path, query, changed, body);
        }

        Request without(String name) {
            Map<String, List<String>> changed = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            changed.putAll(fields);
            changed.remove(name);
            return new Request(method, path, query, changed, body);
        }

        Request withBody(String text) {
            return new Request(method, path, query, fields, text.getBytes(UTF_8));
        }

        Request withPath(String other) {
            return new Request(method, other, query, fields, body);
        }

        Request withQuery(@Nullable String other) {
            return new Request(method, path, other, fields, body);
        }

        @Override
        public @Nullable String header(String name) {
            return headers(name).isEmpty() ? null : headers(name).getFirst();
        }

        @Override
        public List<String> headers(String name) {
            return fields.getOrDefault(name, List.of());
        }

        @Override
        public Iterable<String> headerNames() {
            return fields.keySet();
        }
    }

    private Request signed(
            SdkHttpFullRequest.Builder request, String body, Instant when, @Nullable Duration presigned) {
        var signed = AwsV4HttpSigner.create().sign(sign -> {
            sign.identity(AwsCredentialsIdentity.create(credentials.accessKeyId(), credentials.secretAccessKey()))
                    .request(request.build())
                    .payload(ContentStreamProvider.fromUtf8String(body))
                    .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "sagemaker")
                    .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-west-1")
                    .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(when, ZoneOffset.UTC));
            if (presigned != null) {
                sign.putProperty(AwsV4FamilyHttpSigner.AUTH_LOCATION, AwsV4FamilyHttpSigner.AuthLocation.QUERY_STRING)
                        .putProperty(AwsV4FamilyHttpSigner.EXPIRATION_DURATION, presigned);
            }
        });
        return Request.of(signed.request(), body.getBytes(UTF_8));
    }

    private static SdkHttpFullRequest.Builder post(String path) {
        return SdkHttpFullRequest.builder()
                .method(SdkHttpMethod.POST)
                .uri(URI.create("http://127.0.0.1:8750"))
                .encodedPath(path)
                .putHeader("X-Amz-Target", "SageMaker.ListModels")
                .putHeader("Content-Type", "application/x-amz-json-1.1");
    }

    private Caller verify(Request request) {
        return signatures.claim(request, Optional.of("sagemaker")).verify(request.body());
    }

    private void assertRefused(Request request, ErrorCode code, String message) {
        assertThatThrownBy(() -> verify(request))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageStartingWith(message);
    }

    @Test
    void whatTheSdkSignsIsAccepted() {
        long seed = new SecureRandom().nextLong();
        var random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            var request = post(path(random));
            for (int p = random.nextInt(4); p > 0; p--) {
                request.appendRawQueryParameter(text(random, 1 + random.nextInt(5)), text(random, random.nextInt(6)));
            }
            for (int h = random.nextInt(3); h > 0; h--) {
                request.appendHeader("X-Custom-" + random.nextInt(3), " a  b\t" + random.nextInt(100) + "  ");
            }
            boolean presigned = random.nextInt(4) == 0;
            Request signed = signed(
                    request,
                    presigned ? "" : text(random, random.nextInt(50)),
                    NOW,
                    presigned ? Duration.ofHours(1) : null);
            Caller caller = verify(signed);
            assertThat(caller.accessKeyId()).as("seed %d, request %d", seed, i).isEqualTo(credentials.accessKeyId());
            assertThat(caller.region()).isEqualTo("eu-west-1");
        }
    }

    @Nested
    final class GivenASignedRequest {
        private final Request request = signed(post("/endpoints/mine/invocations"), "{\"a\":1}", NOW, null);

        @Test
        void whateverIsChangedAfterwardsIsRefused() {
            String words = "The request signature we calculated does not match the signature you provided.";
            assertRefused(request.withPath("/endpoints/other/invocations"), ErrorCode.INVALID_SIGNATURE, words);
            assertRefused(request.withQuery("a=b"), ErrorCode.INVALID_SIGNATURE, words);
            assertRefused(request.with("X-Amz-Target", "SageMaker.DeleteModel"), ErrorCode.INVALID_SIGNATURE, words);
            assertRefused(request.with("Host", "elsewhere"), ErrorCode.INVALID_SIGNATURE, words);
            assertRefused(request.with("X-Amz-Date", "20261123T120001Z"), ErrorCode.INVALID_SIGNATURE, words);
            assertRefused(
                    request.without("x-amz-content-sha256").withBody("{\"a\":2}"), ErrorCode.INVALID_SIGNATURE, words);
            assertRefused(
                    request.withBody("{\"a\":2}"),
                    ErrorCode.INVALID_SIGNATURE,
                    "The value passed in as x-amz-content-SHA256 does not match");
            assertRefused(
                    request.with("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
                    ErrorCode.INVALID_SIGNATURE,
                    "The value passed in as x-amz-content-SHA256 does not match");
            assertRefused(
                    request.with("X-Amz-Security-Token", "smuggled"),
                    ErrorCode.INVALID_SIGNATURE,
                    "'X-Amz-Security-Token' must be a 'SignedHeader' in the AWS Authorization.");
        }

        @Test
        void aDateTooFarFromOursIsRefusedInAwsWords() {
            assertThatThrownBy(() -> at(NOW.plusSeconds(901)).claim(request, Optional.empty()))
                    .hasMessage("Signature expired: 20261123T120000Z is now earlier than 20261123T120001Z "
                            + "(20261123T121501Z - 15 min.)");
            assertThatThrownBy(() -> at(NOW.minusSeconds(901)).claim(request, Optional.empty()))
                    .hasMessageStartingWith("Signature not yet current: 20261123T120000Z is still later than");
            at(NOW.plusSeconds(900)).claim(request, Optional.empty()).verify(request.body());
            at(NOW.minusSeconds(900)).claim(request, Optional.empty()).verify(request.body());
        }

        @Test
        void anotherServiceOrDayOrKeyIsRefused() {
            assertThatThrownBy(() -> signatures.claim(request, Optional.of("iam")))
                    .hasMessage("Credential should be scoped to correct service: 'iam'.");
            String authorization = String.valueOf(request.header("Authorization"));
            assertRefused(
                    request.with("Authorization", authorization.replace("/20261123/", "/20261122/")),
                    ErrorCode.INVALID_SIGNATURE,
                    "Date in Credential scope does not match YYYYMMDD");
            assertRefused(
                    request.with("Authorization", authorization.replace(credentials.accessKeyId(), "AKIANOBODY")),
                    ErrorCode.UNRECOGNIZED_CLIENT,
                    "The security token included in the request is invalid.");
        }

        @Test
        void whatIsMissingIsToldAllAtOnce() {
            assertRefused(
                    request.without("Authorization"),
                    ErrorCode.MISSING_AUTHENTICATION_TOKEN,
                    "Missing Authentication Token");
            assertRefused(
                    request.with("Authorization", "Bearer token"),
                    ErrorCode.MISSING_AUTHENTICATION_TOKEN,
                    "Missing Authentication Token");
            assertRefused(
                    request.with("Authorization", "AWS4-HMAC-SHA256").without("X-Amz-Date"),
                    ErrorCode.INCOMPLETE_SIGNATURE,
                    "Authorization header requires 'Credential' parameter. Authorization header requires "
                            + "'SignedHeaders' parameter. Authorization header requires 'Signature' parameter. "
                            + "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
            for (String credential : List.of("", "a/b", "a/20261123/r/s/other", "a/20261123/../s/aws4_request")) {
                assertRefused(
                        request.with(
                                "Authorization",
                                "AWS4-HMAC-SHA256 Credential=" + credential + ", SignedHeaders=host, Signature=0"),
                        ErrorCode.INCOMPLETE_SIGNATURE,
                        "Credential");
            }
            for (String date : List.of("yesterday", "20261123T120000", "20261323T120000Z", "2026112xT120000Z")) {
                assertRefused(
                        request.with("X-Amz-Date", date), ErrorCode.INCOMPLETE_SIGNATURE, "Date must be in ISO-8601");
            }
        }
    }

    @Nested
    final class GivenAPresignedRequest {
        private final Request request = signed(post("/"), "", NOW, Duration.ofMinutes(60));

        @Test
        void itIsGoodUntilItExpires() {
            at(NOW.plusSeconds(3600)).claim(request, Optional.empty()).verify(new byte[0]);
            assertThatThrownBy(() -> at(NOW.plusSeconds(3601)).claim(request, Optional.empty()))
                    .hasMessageStartingWith("Signature expired: ");
        }

        @Test
        void aLongerLifeOrAnotherBodyIsRefused() {
            String query = String.valueOf(request.query());
            assertRefused(
                    request.withQuery(query.replace("X-Amz-Expires=3600", "X-Amz-Expires=7200")),
                    ErrorCode.INVALID_SIGNATURE,
                    "The request signature we calculated");
            assertRefused(request.withBody("x"), ErrorCode.INVALID_SIGNATURE, "The request signature we calculated");
            assertRefused(
                    request.withQuery(query.replace("X-Amz-Expires=3600", "X-Amz-Expires=9999999")),
                    ErrorCode.INCOMPLETE_SIGNATURE,
                    "X-Amz-Expires: '9999999' (expected: 1..604800 seconds)");
        }
    }

    private static String path(Random random) {
        var path = new StringBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            path.append('/')
                    .append(List.of("a", "b%20c", "%C3%BC", "x-y_z.~", "e%2Ff", "")
                            .get(random.nextInt(6)));
        }
        return path.toString();
    }

    private static String text(Random random, int length) {
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.appendCodePoint("aZ09-_.~ +&=%/?üä🚀".codePoints().toArray()[random.nextInt(18)]);
        }
        return text.toString();
    }
}
