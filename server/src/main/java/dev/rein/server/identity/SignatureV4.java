package dev.rein.server.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.Caller;
import dev.rein.server.wire.ErrorCode;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// AWS Signature Version 4, checked: in the Authorization header, or in the query of a presigned URL. For all but
/// S3, which differs in encoding and payloads and is S3Proxy's.
///
/// Checking goes in two steps, so that nobody can make us read a body without a known key and a fresh date:
/// [#claim] looks at the head, [Claim#verify] at the signature. Safe for any number of threads. See "Create a
/// signed AWS API request" in the IAM User Guide.
public final class SignatureV4 {
    /// How far the caller's clock may be from ours, either way.
    public static final Duration SKEW = Duration.ofMinutes(15);

    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final int CACHED_KEYS = 256;
    private static final HexFormat HEX = HexFormat.of();

    private final Account account;
    private final Function<String, Optional<Credentials>> credentials;
    private final Clock clock;
    private final Map<String, SecretKeySpec> signingKeys = new ConcurrentHashMap<>();

    /// @param credentials by access key id
    public SignatureV4(Account account, Function<String, Optional<Credentials>> credentials, Clock clock) {
        this.account = requireNonNull(account, "account");
        this.credentials = requireNonNull(credentials, "credentials");
        this.clock = requireNonNull(clock, "clock");
    }

    /// The service that a request says it is signed for: good enough to choose a dialect for refusing it.
    public static Optional<String> scopeService(RequestHead head) {
        try {
            return Optional.of(new Scope(parameters(head).require("Credential")).service);
        } catch (ApiException e) {
            return Optional.empty();
        }
    }

    /// Checks who the request says it is from, and when it was signed.
    ///
    /// @param service what it must be signed for; empty if any service will do
    /// @throws ApiException AWS's own error for what is missing, unknown or stale
    public Claim claim(RequestHead head, Optional<String> service) {
        Parameters given = parameters(head);
        given.requireAll();
        var scope = new Scope(given.require("Credential"));
        Credentials known = credentials
                .apply(scope.accessKeyId)
                .orElseThrow(() -> new ApiException(
                        ErrorCode.UNRECOGNIZED_CLIENT, "The security token included in the request is invalid."));
        String date = given.require("Date");
        checkDate(date, given.expires());
        if (!date.startsWith(scope.date)) {
            throw mismatch("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                    + "'%s' != '%s', from '%s'.".formatted(scope.date, date.substring(0, 8), date));
        }
        if (service.isPresent() && !service.get().equals(scope.service)) {
            throw mismatch("Credential should be scoped to correct service: '%s'.".formatted(service.get()));
        }
        List<String> signedHeaders = List.of(given.require("SignedHeaders").split(";"));
        checkSignedHeaders(head, signedHeaders);
        return new Claim(head, scope, known, date, signedHeaders, given.require("Signature"), given.presigned);
    }

    /// A request whose key is known and whose date is fresh; its signature is not yet checked.
    public final class Claim {
        private final RequestHead head;
        private final Scope scope;
        private final Credentials credentials;
        private final String date;
        private final List<String> signedHeaders;
        private final String signature;
        private final boolean presigned;

        private Claim(
                RequestHead head,
                Scope scope,
                Credentials credentials,
                String date,
                List<String> signedHeaders,
                String signature,
                boolean presigned) {
            this.head = head;
            this.scope = scope;
            this.credentials = credentials;
            this.date = date;
            this.signedHeaders = signedHeaders;
            this.signature = signature;
            this.presigned = presigned;
        }

        /// @param body the whole body: its hash is part of what was signed
        /// @throws ApiException if the body or anything that was signed is not what it was
        public Caller verify(byte[] body) {
            String bodyHash = HEX.formatHex(sha256(body));
            String declared = head.header("x-amz-content-sha256");
            if (declared != null && !declared.equals(bodyHash)) {
                throw mismatch("The value passed in as x-amz-content-SHA256 does not match a SHA-256 of the body: '%s' "
                                .formatted(declared)
                        + "(expected: '%s'). Only S3 takes unsigned payloads.".formatted(bodyHash));
            }
            String toSign = ALGORITHM
                    + '\n'
                    + date
                    + '\n'
                    + scope.text()
                    + '\n'
                    + HEX.formatHex(sha256(canonicalRequest(bodyHash).getBytes(UTF_8)));
            byte[] expected = HEX.formatHex(hmac(signingKey(), toSign)).getBytes(UTF_8);
            if (!MessageDigest.isEqual(expected, signature.getBytes(UTF_8))) {
                throw mismatch("The request signature we calculated does not match the signature you provided. "
                        + "Check your AWS Secret Access Key and signing method. "
                        + "Consult the service documentation for details.");
            }
            return new Caller(scope.accessKeyId, account.id(), scope.region, account.callerArn());
        }

        private String canonicalRequest(String bodyHash) {
            var out = new StringBuilder(512);
            out.append(head.method()).append('\n');
            CanonicalUri.appendPath(head.path(), out);
            out.append('\n');
            CanonicalUri.appendQuery(head.query(), presigned ? "X-Amz-Signature" : null, out);
            out.append('\n');
            for (String name : signedHeaders) {
                out.append(name).append(':');
                List<String> values = head.headers(name);
                for (int i = 0; i < values.size(); i++) {
                    appendTrimmed(values.get(i), i == 0 ? out : out.append(','));
                }
                out.append('\n');
            }
            out.append('\n').append(String.join(";", signedHeaders));
            return out.append('\n').append(bodyHash).toString();
        }

        private SecretKeySpec signingKey() {
            String text = scope.accessKeyId + "/" + scope.text();
            SecretKeySpec cached = signingKeys.get(text);
            if (cached != null) {
                return cached;
            }
            byte[] key = ("AWS4" + credentials.secretAccessKey()).getBytes(UTF_8);
            for (String part : List.of(scope.date, scope.region, scope.service, "aws4_request")) {
                key = hmac(new SecretKeySpec(key, "HmacSHA256"), part);
            }
            if (signingKeys.size() >= CACHED_KEYS) {
                signingKeys.clear();
            }
            var made = new SecretKeySpec(key, "HmacSHA256");
            signingKeys.put(text, made);
            return made;
        }
    }

    /// `<key id>/<date>/<region>/<service>/aws4_request`.
    private static final class Scope {
        final String accessKeyId;
        final String date;
        final String region;
        final String service;

        Scope(String credential) {
            String[] parts = credential.split("/", -1);
            if (parts.length != 5 || !parts[4].equals("aws4_request")) {
                throw new ApiException(
                        ErrorCode.INCOMPLETE_SIGNATURE,
                        "Credential must have exactly 5 slash-delimited elements, e.g. "
                                + "keyid/date/region/service/aws4_request, got '%s'".formatted(credential));
            }
            accessKeyId = parts[0];
            date = parts[1];
            region = parts[2];
            service = parts[3];
            if (date.length() != 8 || !isRegion(region)) {
                throw new ApiException(
                        ErrorCode.INCOMPLETE_SIGNATURE,
                        "Credential should be scoped to a date and a valid region, got '%s'".formatted(credential));
            }
        }

        String text() {
            return date + '/' + region + '/' + service + "/aws4_request";
        }

        /// The region becomes part of names, so it holds nothing that has a meaning there.
        private static boolean isRegion(String text) {
            return !text.isEmpty()
                    && text.length() <= 32
                    && text.chars().allMatch(c -> c == '-' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
        }
    }

    /// The four parts of a signature, from the header or from the query.
    private record Parameters(Map<String, String> values, boolean presigned) {
        String require(String name) {
            String value = values.get(name);
            if (value == null) {
                throw incomplete(List.of(name));
            }
            return value;
        }

        void requireAll() {
            List<String> missing = new ArrayList<>();
            for (String name : List.of("Credential", "SignedHeaders", "Signature", "Date")) {
                if (!values.containsKey(name)) {
                    missing.add(name);
                }
            }
            if (presigned && !values.containsKey("Expires")) {
                missing.add("Expires");
            }
            if (!missing.isEmpty()) {
                throw incomplete(missing);
            }
        }

        /// How long a presigned request is good, beyond the usual skew.
        Duration expires() {
            if (!presigned) {
                return SKEW;
            }
            String text = require("Expires");
            try {
                long seconds = Long.parseLong(text);
                if (seconds >= 1 && seconds <= 604_800) {
                    return Duration.ofSeconds(seconds);
                }
            } catch (NumberFormatException e) {
                // said below
            }
            throw new ApiException(
                    ErrorCode.INCOMPLETE_SIGNATURE,
                    "X-Amz-Expires: '%s' (expected: 1..604800 seconds)".formatted(text));
        }

        private ApiException incomplete(List<String> missing) {
            return new ApiException(
                    ErrorCode.INCOMPLETE_SIGNATURE,
                    String.join(" ", missing.stream().map(this::lack).toList()));
        }

        private String lack(String name) {
            if (presigned) {
                return "AWS query-string parameters must include 'X-Amz-%s'.".formatted(name);
            }
            return name.equals("Date")
                    ? "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
                    : "Authorization header requires '%s' parameter.".formatted(name);
        }
    }

    private static Parameters parameters(RequestHead head) {
        String authorization = head.header("Authorization");
        if (authorization != null && authorization.startsWith(ALGORITHM)) {
            Map<String, String> values = new HashMap<>();
            for (String part : authorization.substring(ALGORITHM.length()).split(",")) {
                int equal = part.indexOf('=');
                if (equal > 0) {
                    values.put(
                            part.substring(0, equal).strip(),
                            part.substring(equal + 1).strip());
                }
            }
            String date = head.header("X-Amz-Date");
            if (date == null) {
                date = head.header("Date");
            }
            values.remove("Date");
            if (date != null) {
                values.put("Date", date);
            }
            return new Parameters(values, false);
        }
        String query = head.query();
        if (query != null && query.contains("X-Amz-Algorithm=" + ALGORITHM)) {
            return new Parameters(CanonicalUri.signatureParameters(query), true);
        }
        throw new ApiException(ErrorCode.MISSING_AUTHENTICATION_TOKEN, "Missing Authentication Token");
    }

    private void checkDate(String date, Duration expires) {
        Instant signed = AmzDate.parse(date)
                .orElseThrow(() -> new ApiException(
                        ErrorCode.INCOMPLETE_SIGNATURE,
                        "Date must be in ISO-8601 'basic format'. Got '%s'. See http://en.wikipedia.org/wiki/ISO_8601"
                                .formatted(date)));
        Instant now = clock.instant();
        if (signed.isBefore(now.minus(expires))) {
            throw mismatch("Signature expired: %s is now earlier than %s (%s - %d min.)"
                    .formatted(date, AmzDate.format(now.minus(expires)), AmzDate.format(now), expires.toMinutes()));
        }
        if (signed.isAfter(now.plus(SKEW))) {
            throw mismatch("Signature not yet current: %s is still later than %s (%s + %d min.)"
                    .formatted(date, AmzDate.format(now.plus(SKEW)), AmzDate.format(now), SKEW.toMinutes()));
        }
    }

    /// Whatever we act on must be signed, or somebody between could change it.
    private static void checkSignedHeaders(RequestHead head, List<String> signedHeaders) {
        if (!signedHeaders.contains("host")) {
            throw mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
        }
        for (String name : head.headerNames()) {
            if (name.regionMatches(true, 0, "x-amz-", 0, 6)
                    && signedHeaders.stream().noneMatch(name::equalsIgnoreCase)) {
                throw mismatch("'%s' must be a 'SignedHeader' in the AWS Authorization.".formatted(name));
            }
        }
    }

    /// Without spaces around, and with single ones inside.
    private static void appendTrimmed(String value, StringBuilder out) {
        boolean space = false;
        int start = out.length();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == ' ' || c == '\t') {
                space = true;
            } else {
                if (space && out.length() > start) {
                    out.append(' ');
                }
                space = false;
                out.append(c);
            }
        }
    }

    private static ApiException mismatch(String message) {
        return new ApiException(ErrorCode.INVALID_SIGNATURE, message);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 is in every Java", e);
        }
    }

    private static byte[] hmac(SecretKeySpec key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(text.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is in every Java", e);
        }
    }
}
