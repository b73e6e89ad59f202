package dev.rein.server.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Paths and queries as they are signed.
final class CanonicalUri {
    private CanonicalUri() {}

    /// The path as it came, without dot segments and double slashes, each segment encoded again (S3 alone does
    /// not).
    static void appendPath(String path, StringBuilder out) {
        String normal = path.contains("//") || path.contains("/.") ? normalized(path) : path;
        if (normal.isEmpty()) {
            out.append('/');
        }
        appendEncoded(normal.getBytes(UTF_8), true, out);
    }

    /// @param left a parameter that is left out, or null
    static void appendQuery(@Nullable String query, @Nullable String left, StringBuilder out) {
        if (query == null || query.isEmpty()) {
            return;
        }
        List<String> pairs = new ArrayList<>();
        for (String pair : query.split("&")) {
            int equal = pair.indexOf('=');
            byte[] name = decoded(equal < 0 ? pair : pair.substring(0, equal));
            byte[] value = decoded(equal < 0 ? "" : pair.substring(equal + 1));
            if (!pair.isEmpty() && !new String(name, UTF_8).equals(left)) {
                var encoded = new StringBuilder();
                appendEncoded(name, false, encoded);
                appendEncoded(value, false, encoded.append('='));
                pairs.add(encoded.toString());
            }
        }
        // '=' sorts behind the digits and '-', '.', so that names that begin alike need a look at the name alone.
        pairs.sort((a, b) -> {
            int byName = name(a).compareTo(name(b));
            return byName != 0 ? byName : a.compareTo(b);
        });
        out.append(String.join("&", pairs));
    }

    /// The parts of a presigned query by their short names: `X-Amz-Credential` as `Credential`.
    static Map<String, String> signatureParameters(String query) {
        Map<String, String> values = new HashMap<>();
        for (String pair : query.split("&")) {
            int equal = pair.indexOf('=');
            if (pair.startsWith("X-Amz-") && equal > 0) {
                values.put(pair.substring(6, equal), new String(decoded(pair.substring(equal + 1)), UTF_8));
            }
        }
        return values;
    }

    private static String name(String pair) {
        return pair.substring(0, pair.indexOf('='));
    }

    private static String normalized(String path) {
        Deque<String> segments = new ArrayDeque<>();
        for (String segment : path.split("/")) {
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.addLast(segment);
            }
        }
        String joined = "/" + String.join("/", segments);
        return path.endsWith("/") && joined.length() > 1 ? joined + "/" : joined;
    }

    private static void appendEncoded(byte[] bytes, boolean slashStays, StringBuilder out) {
        for (byte b : bytes) {
            int c = b & 0xFF;
            if (isUnreserved(c) || (slashStays && c == '/')) {
                out.append((char) c);
            } else {
                out.append('%')
                        .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
                        .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
    }

    private static boolean isUnreserved(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '_'
                || c == '.'
                || c == '~';
    }

    /// A broken escape stands for itself: the signature will not match, and that is answer enough.
    private static byte[] decoded(String text) {
        var out = new ByteArrayOutputStream(text.length());
        byte[] bytes = text.getBytes(UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
            if (bytes[i] == '%' && high >= 0 && low >= 0) {
                out.write(high << 4 | low);
                i += 2;
            } else {
                out.write(bytes[i]);
            }
        }
        return out.toByteArray();
    }
}
