package dev.rein.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SerializationTest {
    /// `numpy.save` of an array whose header ends in a number of spaces.
    private static byte[] saved(String header, int spaces, String numbers) {
        byte[] mark = HexFormat.of().parseHex("934e554d505901007600");
        byte[] text = (header + " ".repeat(spaces) + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] data = HexFormat.of().parseHex(numbers);
        byte[] whole = Arrays.copyOf(mark, mark.length + text.length + data.length);
        System.arraycopy(text, 0, whole, mark.length, text.length);
        System.arraycopy(data, 0, whole, mark.length + text.length, data.length);
        return whole;
    }

    @Nested
    class GivenArraysThatNumpySaved {
        private static final byte[] MATRIX = saved(
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", 58, "0000c03f000000c00000404000008040");

        @Test
        void theBytesOfAFloatMatrixAreNumpysOwn() {
            NumericArray matrix = NumericArray.of(new float[][] {{1.5f, -2}, {3, 4}});

            assertThat(Serializer.npy().serialize(matrix)).isEqualTo(MATRIX);
            assertThat(Deserializer.npy().deserialize(MATRIX)).isEqualTo(matrix);
        }

        @Test
        void otherTypesOrdersAndShapesAreRead() {
            byte[] big = saved(
                    "{'descr': '>i8', 'fortran_order': False, 'shape': (2,), }",
                    60,
                    "00000000000000010000000000000000");
            byte[] scalar = saved("{'descr': '<f8', 'fortran_order': False, 'shape': (), }", 62, "0000000000000440");
            byte[] flags = saved("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", 60, "0100");

            assertThat(NumericArray.ofNpy(big)).isEqualTo(NumericArray.of(new double[] {1, 0}, 2));
            assertThat(NumericArray.ofNpy(scalar)).isEqualTo(NumericArray.of(new double[] {2.5}));
            assertThat(NumericArray.ofNpy(flags)).isEqualTo(NumericArray.of(new double[] {1, 0}, 2));
        }

        @Test
        void whatIsNoArrayOfNumbersIsRefused() {
            assertThatThrownBy(() -> NumericArray.ofNpy(new byte[0])).hasMessageContaining("no .npy");
            assertThatThrownBy(() -> NumericArray.ofNpy(Arrays.copyOf(MATRIX, MATRIX.length - 1)))
                    .hasMessageContaining("15 bytes of numbers (expected: 16)");
            assertThatThrownBy(() -> NumericArray.ofNpy(Arrays.copyOf(MATRIX, 20)))
                    .hasMessageContaining("cut off");
            assertThatThrownBy(() -> NumericArray.of(new double[3], 2, 2)).hasMessageContaining("[2, 2] holds 4");
            assertThatThrownBy(() -> NumericArray.of(new float[][] {{1}, {1, 2}}))
                    .hasMessageContaining("row 1");
        }
    }

    @Nested
    class GivenAnEndpoint {
        @Test
        void eachFormIsSentAndAskedForByItsType() throws IOException {
            try (var platform = new RecordingPlatform();
                    Session session = platform.session()) {
                platform.on("POST /endpoints/e/invocations", "1,0.5\n2,-1\n");
                var predictor = new Predictor("e", session);

                float[][] answer =
                        predictor.predict(new float[][] {{0.25f, 3}, {1, 2}}, Serializer.csv(), Deserializer.csv());
                String text = predictor.predict("hello", Serializer.text(), Deserializer.text());

                assertThat(answer).isDeepEqualTo(new float[][] {{1, 0.5f}, {2, -1}});
                assertThat(text).isEqualTo("1,0.5\n2,-1\n");
                var calls = platform.calls("POST /endpoints/e/invocations");
                assertThat(new String(calls.getFirst().body(), StandardCharsets.UTF_8))
                        .isEqualTo("0.25,3.0\n1.0,2.0");
                assertThat(calls.getFirst().header("Content-Type")).isEqualTo("text/csv");
                assertThat(calls.getFirst().header("Accept")).isEqualTo("text/csv");
                assertThat(calls.getLast().header("Content-Type")).isEqualTo("text/plain");
            }
        }

        @Test
        void oneConnectionServesManyPredictions() throws IOException {
            try (var platform = new RecordingPlatform();
                    Session session = platform.session()) {
                platform.on("POST /endpoints/e/invocations", "{\"action\":1}");
                var predictor = new Predictor("e", session);

                for (int i = 0; i < 20; i++) {
                    predictor.predict(0f, 0f);
                }

                assertThat(platform.calls("POST /endpoints/e/invocations").stream()
                                .map(RecordingPlatform.Call::from)
                                .distinct())
                        .hasSize(1);
            }
        }
    }
}
