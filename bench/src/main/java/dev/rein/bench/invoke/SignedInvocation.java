package dev.rein.bench.invoke;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// `POST /endpoints/{name}/invocations` as bytes, signed with Signature Version 4.
///
/// @param endpoint  the platform's address
/// @param name      the endpoint's
/// @param accessKey of the caller
/// @param secretKey of the caller
/// @param region    in the signature's scope
@SuppressWarnings("ArrayRecordComponent") // a payload; nobody compares these
record SignedInvocation(
        URI endpoint, String name, String contentType, String accessKey, String secretKey, String region, byte[] body) {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final String SIGNED = "content-type;host;x-amz-date";

    /// The whole request, head and body.
    byte[] at(Instant now) throws GeneralSecurityException {
        String time = TIME.format(now);
        String day = time.substring(0, 8);
        String host = endpoint.getHost() + ":" + endpoint.getPort();
        String path = "/endpoints/" + name + "/invocations";
        String canonical = "POST\n" + path + "\n\ncontent-type:" + contentType + "\nhost:" + host + "\nx-amz-date:"
                + time + "\n\n" + SIGNED + "\n" + hash(body);
        String scope = day + "/" + region + "/sagemaker/aws4_request";
        String toSign = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + hash(canonical.getBytes(UTF_8));
        byte[] key = ("AWS4" + secretKey).getBytes(UTF_8);
        for (String part : new String[] {day, region, "sagemaker", "aws4_request"}) {
            key = hmac(key, part);
        }
        String signature = HexFormat.of().formatHex(hmac(key, toSign));
        byte[] head = ("POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: " + contentType
                        + "\r\nX-Amz-Date: " + time + "\r\nAuthorization: AWS4-HMAC-SHA256 Credential=" + accessKey
                        + "/" + scope + ", SignedHeaders=" + SIGNED + ", Signature=" + signature
                        + "\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(UTF_8);
        byte[] request = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        return request;
    }

    private static String hash(byte[] bytes) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(UTF_8));
    }
}
