package dev.rein.server.wire;

import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;

/// The AWS SDK's own types as the XML that Query services answer with.
final class PojoXml {
    private PojoXml() {}

    static void write(SdkPojo pojo, StringBuilder out) {
        for (SdkField<?> field : pojo.sdkFields()) {
            Object value = field.getValueOrDefault(pojo);
            if (PojoJson.isPresent(value)) {
                element(field.locationName(), value, out);
            }
        }
    }

    private static void element(String name, Object value, StringBuilder out) {
        out.append('<').append(name).append('>');
        switch (value) {
            case SdkPojo pojo -> write(pojo, out);
            case List<?> items -> items.forEach(item -> element("member", item, out));
            case Map<?, ?> entries ->
                entries.forEach((key, item) -> {
                    out.append("<entry>");
                    element("key", key, out);
                    element("value", item, out);
                    out.append("</entry>");
                });
            case Instant time -> out.append(time);
            case SdkBytes bytes -> out.append(Base64.getEncoder().encodeToString(bytes.asByteArrayUnsafe()));
            default -> text(value.toString(), out);
        }
        out.append("</").append(name).append('>');
    }

    /// Escapes; characters XML cannot hold become U+FFFD.
    static StringBuilder text(String text, StringBuilder out) {
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '\r' -> out.append("&#13;");
                default -> out.appendCodePoint(isXml(c) ? c : 0xFFFD);
            }
        });
        return out;
    }

    private static boolean isXml(int c) {
        return c == '\t' || c == '\n' || (c >= 0x20 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) || c >= 0x10000;
    }
}
