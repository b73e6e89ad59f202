package dev.rein.toolkit.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.EpisodeRandom;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Both twins, on sizes that straddle every number of lanes.
class KernelsTest {
    private static final int[] SIZES = {1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65};

    private final RandomGenerator random = new EpisodeRandom(7, 0, 0);
    private final Kernels scalar = new ScalarKernels();
    private final Kernels vector = new VectorKernels();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void productIsTheTwinsBitForBit(boolean accumulate) {
        for (int m : new int[] {1, 3, 4, 5, 9, 15, 16, 17, 31, 207}) {
            for (int n : SIZES) {
                for (int k : new int[] {1, 2, 17, 64, 127, 128, 129, 300}) {
                    float[] a = gaussian(m * k);
                    float[] b = gaussian(k * n);
                    float[] bias = gaussian(n);
                    float[] expected = gaussian(m * n);
                    float[] actual = expected.clone();
                    scalar.multiply(a, 0, k, 1, b, 0, bias, 0, expected, 0, m, n, k, accumulate);
                    vector.multiply(a, 0, k, 1, b, 0, bias, 0, actual, 0, m, n, k, accumulate);
                    assertThat(actual).as("%d x %d x %d", m, n, k).containsExactly(expected);
                }
            }
        }
    }

    @Test
    void aRowsResultIsTheSameInEveryBatch() {
        int m = 37;
        int k = 70;
        for (int n : SIZES) {
            float[] a = gaussian(m * k);
            float[] b = gaussian(k * n);
            float[] bias = gaussian(n);
            float[] batch = new float[m * n];
            float[] row = new float[n];
            vector.multiply(a, 0, k, 1, b, 0, bias, 0, batch, 0, m, n, k, false);
            for (int i = 0; i < m; i++) {
                vector.multiply(a, i * k, k, 1, b, 0, bias, 0, row, 0, 1, n, k, false);
                assertThat(row).containsExactly(Arrays.copyOfRange(batch, i * n, (i + 1) * n));
            }
        }
    }

    @Test
    void productTouchesOnlyWhatItNames() {
        int m = 33;
        int n = 207;
        int k = 130;
        float[] a = gaussian(3 + m * k);
        float[] b = gaussian(5 + k * n);
        float[] bias = gaussian(7 + n);
        float[] expected = gaussian(11 + m * n + 13);
        float[] actual = expected.clone();
        scalar.multiply(a, 3, k, 1, b, 5, bias, 7, expected, 11, m, n, k, false);
        vector.multiply(a, 3, k, 1, b, 5, bias, 7, actual, 11, m, n, k, false);
        assertThat(actual).containsExactly(expected);
    }

    @Test
    void transposedTwiceIsTheSame() {
        for (int rows : SIZES) {
            for (int columns : SIZES) {
                float[] x = gaussian(2 + rows * columns);
                for (Kernels kernels : new Kernels[] {scalar, vector}) {
                    float[] once = new float[rows * columns];
                    float[] twice = new float[rows * columns];
                    kernels.transpose(x, 2, rows, columns, once);
                    kernels.transpose(once, 0, columns, rows, twice);
                    assertThat(once[once.length - 1]).isEqualTo(x[x.length - 1]);
                    assertThat(once[columns > 1 ? rows : 0]).isEqualTo(x[columns > 1 ? 3 : 2]);
                    assertThat(twice).containsExactly(Arrays.copyOfRange(x, 2, x.length));
                }
            }
        }
    }

    @Test
    void tanhNeverLeavesItsRange() {
        for (float x : new float[] {8.9f, 9.02f, 50, Float.POSITIVE_INFINITY}) {
            float[] both = {x, -x};
            scalar.tanh(both, 0, 2);
            assertThat(both[0]).isLessThanOrEqualTo(1);
            assertThat(both[1]).isEqualTo(-both[0]);
        }
    }

    @Test
    void transposedOperandIsReadThroughItsStrides() {
        for (int m : new int[] {5, 37}) {
            int n = 33;
            int k = 9;
            float[] a = gaussian(k * m); // stored k × m
            float[] b = gaussian(k * n);
            float[] actual = new float[m * n];
            vector.multiply(a, 0, 1, m, b, 0, b, 0, actual, 0, m, n, k, true);
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    float sum = 0;
                    for (int p = 0; p < k; p++) {
                        sum += a[p * m + i] * b[p * n + j];
                    }
                    assertThat(actual[i * n + j]).isCloseTo(sum, within(1e-4f));
                }
            }
        }
    }

    @Test
    void tanhIsWithinAFewUlpOfTheExactEverywhere() {
        for (float x = -12; x <= 12; x += 0.001f) {
            float[] both = {x};
            scalar.tanh(both, 0, 1);
            float exact = (float) Math.tanh(x);
            assertThat(Math.abs(both[0] - exact)).isLessThanOrEqualTo(8 * Math.ulp(exact));
        }
    }

    @Test
    void momentsOfAUnitThatIsNeverOnFadeToZero() {
        for (Kernels kernels : new Kernels[] {scalar, vector}) {
            float[] mean = gaussian(19);
            float[] square = gaussian(19);
            for (int step = 0; step < 1_000; step++) {
                kernels.adam(new float[19], new float[19], 1, mean, square, 0.9f, 0.9f, 0.01f, 1e-8f);
            }
            assertThat(mean).containsOnly(0);
            assertThat(square).containsOnly(0);
        }
    }

    @Test
    void elementwiseKernelsAreTheTwins() {
        for (int size : SIZES) {
            float[] x = gaussian(size);
            float[] y = gaussian(size);
            assertThat(applied(vector, x, y)).containsExactly(applied(scalar, x, y), within(1e-5f));
        }
    }

    @Test
    void floatsAtTheEndsAreTheTwinsBitForBit() {
        float inf = Float.POSITIVE_INFINITY;
        float[] ends = {Float.NaN, inf, -inf, -0f, 0f, Float.MIN_VALUE, -Float.MIN_VALUE, 9.5f, -9.5f};
        float[] x = new float[4 * 16 + 3];
        for (int i = 0; i < x.length; i++) {
            x[i] = ends[i % ends.length];
        }
        float[] tanh = x.clone();
        float[] relu = x.clone();
        scalar.tanh(tanh, 0, x.length);
        scalar.relu(relu, 0, x.length);
        float[] actual = x.clone();
        vector.tanh(actual, 0, x.length);
        assertThat(bits(actual)).containsExactly(bits(tanh));
        actual = x.clone();
        vector.relu(actual, 0, x.length);
        assertThat(bits(actual)).containsExactly(bits(relu));
    }

    private static int[] bits(float[] x) {
        return IntStream.range(0, x.length).map(i -> Float.floatToIntBits(x[i])).toArray();
    }

    @Test
    void columnSumsAreTheTwinsBitForBit() {
        for (int rows : new int[] {1, 5, 64}) {
            for (int columns : new int[] {1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 207}) {
                float[] x = gaussian(3 + rows * columns + 20);
                float[] expected = gaussian(2 + columns + 20);
                float[] actual = expected.clone();
                scalar.addColumnSums(x, 3, rows, columns, expected, 2);
                vector.addColumnSums(x, 3, rows, columns, actual, 2);
                assertThat(actual).as("%d rows of %d", rows, columns).containsExactly(expected);
            }
        }
    }

    @Test
    void quantileLossesAreTheTwinsBitForBit() {
        for (int count : SIZES) {
            for (int targets : new int[] {1, 5, 46, 170}) {
                float[] quantile = gaussian(3 + count);
                float[] target = gaussian(2 + targets);
                quantile[3] = targets == 5 ? Float.NaN : target[2]; // an error of 0, or none
                float[] expected = gaussian(1 + count + 20);
                float[] actual = expected.clone();
                Double loss = scalar.quantileHuber(quantile, 3, count, target, 2, targets, 0.5f, 3, expected, 1);
                assertThat(vector.quantileHuber(quantile, 3, count, target, 2, targets, 0.5f, 3, actual, 1))
                        .isEqualTo(loss); // boxed: NaN is NaN
                assertThat(bits(actual)).as("%d against %d", count, targets).containsExactly(bits(expected));
            }
        }
    }

    /// The paper's own form, by the error's size.
    @Test
    void aQuantileLossIsHubersWeighedByLevelAndSide() {
        for (Kernels kernels : new Kernels[] {scalar, vector}) {
            float[] slope = new float[2];
            // errors -3 and 0.5 of the quantile at 1/4, -4 and -0.5 of that at 3/4
            double loss = kernels.quantileHuber(new float[] {1, 2}, 0, 2, new float[] {-2, 1.5f}, 0, 2, 0, 1, slope, 0);
            assertThat(loss).isEqualTo(0.75 * 2.5 + 0.25 * 0.125 + 0.25 * 3.5 + 0.25 * 0.125);
            assertThat(slope).containsExactly(0.75f - 0.25f * 0.5f, 0.25f + 0.25f * 0.5f);
        }
    }

    private static float[] applied(Kernels kernels, float[] x, float[] y) {
        int size = x.length;
        float[] all = new float[7 * size + 2];
        float[] work = x.clone();
        kernels.tanh(work, 0, size);
        System.arraycopy(work, 0, all, 0, size);
        float[] gradient = y.clone();
        kernels.tanhBackward(work, 0, gradient, 0, size);
        System.arraycopy(gradient, 0, all, size, size);
        work = x.clone();
        kernels.relu(work, 0, size);
        System.arraycopy(work, 0, all, 2 * size, size);
        gradient = y.clone();
        kernels.reluBackward(work, 0, gradient, 0, size);
        System.arraycopy(gradient, 0, all, 3 * size, size);
        float[] parameter = x.clone();
        float[] mean = y.clone();
        float[] square = x.clone();
        for (int i = 0; i < size; i++) {
            square[i] *= square[i];
        }
        kernels.adam(parameter, y, 0.5f, mean, square, 0.9f, 0.999f, 0.01f, 1e-5f);
        System.arraycopy(parameter, 0, all, 4 * size, size);
        System.arraycopy(mean, 0, all, 5 * size, size);
        float[] sums = new float[size];
        kernels.addColumnSums(x, 0, 1, size, sums, 0);
        System.arraycopy(sums, 0, all, 6 * size, size);
        all[7 * size] = (float) kernels.sumOfSquares(x, 0, size);
        return all;
    }

    private float[] gaussian(int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
