package dev.rein.sdk;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/// How bytes become an answer.
///
/// @param <T> what an answer is
public interface Deserializer<T> {
    /// The MIME type that is asked for.
    String accept();

    /// @throws IllegalArgumentException if the bytes are no such answer
    T deserialize(byte[] answer);

    static Deserializer<JsonNode> json() {
        return of("application/json", Json::tree);
    }

    /// One row a line, numbers parted by commas.
    static Deserializer<float[][]> csv() {
        return of(
                "text/csv",
                bytes -> new String(bytes, StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> !line.isBlank())
                        .map(Deserializer::row)
                        .toArray(float[][]::new));
    }

    private static float[] row(String line) {
        String[] cells = line.split(",", -1);
        float[] row = new float[cells.length];
        for (int i = 0; i < row.length; i++) {
            row[i] = Float.parseFloat(cells[i].strip());
        }
        return row;
    }

    /// NumPy's `.npy`.
    static Deserializer<NumericArray> npy() {
        return of("application/x-npy", NumericArray::ofNpy);
    }

    static Deserializer<byte[]> bytes() {
        return of("*/*", bytes -> bytes);
    }

    /// In UTF-8.
    static Deserializer<String> text() {
        return of("*/*", bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    /// One of one's own.
    static <T> Deserializer<T> of(String accept, Function<byte[], ? extends T> deserialize) {
        return new Deserializer<>() {
            @Override
            public String accept() {
                return accept;
            }

            @Override
            public T deserialize(byte[] answer) {
                return deserialize.apply(answer);
            }
        };
    }
}
