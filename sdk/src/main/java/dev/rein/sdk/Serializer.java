package dev.rein.sdk;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;

/// How a request becomes bytes.
///
/// @param <T> what a request is
public interface Serializer<T> {
    /// The MIME type that the bytes are sent with.
    String contentType();

    byte[] serialize(T request);

    /// Any JSON: maps, lists, arrays, numbers and text are written as they are.
    static Serializer<Object> json() {
        return of("application/json", Json::bytes);
    }

    /// One row a line, numbers parted by commas.
    static Serializer<float[][]> csv() {
        return of(
                "text/csv",
                rows -> Arrays.stream(rows)
                        .map(Serializer::line)
                        .collect(Collectors.joining("\n"))
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static String line(float[] row) {
        var line = new StringBuilder();
        for (int i = 0; i < row.length; i++) {
            line.append(i == 0 ? "" : ",").append(row[i]);
        }
        return line.toString();
    }

    /// NumPy's `.npy`, 32-bit.
    static Serializer<NumericArray> npy() {
        return of("application/x-npy", NumericArray::toNpy);
    }

    static Serializer<byte[]> bytes() {
        return of("application/octet-stream", bytes -> bytes);
    }

    /// In UTF-8.
    static Serializer<String> text() {
        return of("text/plain", text -> text.getBytes(StandardCharsets.UTF_8));
    }

    /// One of one's own.
    static <T> Serializer<T> of(String contentType, Function<? super T, byte[]> serialize) {
        return new Serializer<>() {
            @Override
            public String contentType() {
                return contentType;
            }

            @Override
            public byte[] serialize(T request) {
                return serialize.apply(request);
            }
        };
    }
}
