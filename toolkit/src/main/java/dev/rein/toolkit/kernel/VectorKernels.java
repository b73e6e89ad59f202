package dev.rein.toolkit.kernel;

import java.util.List;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The kernels on the widest vectors of the CPU. Accumulators are local variables, never arrays: that is what keeps
/// them in registers. Columns that do not fill a vector are handled by a mask, so narrow heads run here too.
///
/// A product goes through B panel by panel ("Anatomy of high-performance matrix multiplication", Goto & van de
/// Geijn 2008): a panel is packed, then meets all of A. However it is cut, each element of C is the twin's chain of
/// fused multiply-adds in the twin's order, so the results are equal bit for bit.
final class VectorKernels implements Kernels {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    /// Whether there are 32 registers, for 16 sums in flight; otherwise 16, for 8 sums.
    private static final boolean WIDE = LANES >= 16;
    /// Columns of a panel of B.
    private static final int WIDTH = 2 * LANES;
    /// Rows of a packed panel: 16 KB, half the first cache, where vectors are widest.
    private static final int DEPTH = 128;
    /// With fewer rows of A, packing costs more than it saves.
    private static final int PACKING_ROWS = 16;

    /// The first 0, 1, … lanes: kept, because a mask that is handed on to a method costs an object each time.
    private static final List<VectorMask<Float>> FIRST = IntStream.rangeClosed(0, LANES)
            .mapToObj(lanes -> SPECIES.indexInRange(0, lanes))
            .toList();

    private final ScalarKernels scalar = new ScalarKernels();
    /// A panel of B for each thread that multiplies.
    private final ThreadLocal<float[]> panels =
            ThreadLocal.withInitial(() -> new float[Math.max(DEPTH * WIDTH, NarrowProduct.SCRATCH)]);

    int lanes() {
        return LANES;
    }

    @Override
    public void multiply(
            float[] a,
            int a0,
            int aRow,
            int aColumn,
            float[] b,
            int b0,
            float[] bias,
            int bias0,
            float[] c,
            int c0,
            int m,
            int n,
            int k,
            boolean accumulate) {
        if (LANES <= ScalarKernels.STRANDS && ScalarKernels.isNarrow(aColumn, n, k)) {
            NarrowProduct.multiply(panels.get(), a, a0, aRow, b, b0, bias, bias0, c, c0, m, n, k, accumulate);
            return;
        }
        if (m < PACKING_ROWS || n <= WIDTH) {
            unpacked(a, a0, aRow, aColumn, b, b0, bias, bias0, c, c0, m, n, k, accumulate);
            return;
        }
        float[] panel = panels.get();
        for (int j = 0; j < n; j += WIDTH) {
            int columns = Math.min(WIDTH, n - j);
            for (int p = 0; p < k; p += DEPTH) {
                int depth = Math.min(DEPTH, k - p);
                pack(b, b0 + p * n + j, n, depth, columns, panel);
                boolean go = accumulate || p > 0;
                stripe(
                        a,
                        a0 + p * aColumn,
                        aRow,
                        aColumn,
                        panel,
                        0,
                        WIDTH,
                        bias,
                        bias0 + j,
                        c,
                        c0 + j,
                        m,
                        n,
                        columns,
                        depth,
                        go);
            }
        }
    }

    /// Too few rows to pay for packing, or a matrix that is one panel already.
    private static void unpacked(
            float[] a,
            int a0,
            int aRow,
            int aColumn,
            float[] b,
            int b0,
            float[] bias,
            int bias0,
            float[] c,
            int c0,
            int m,
            int n,
            int k,
            boolean accumulate) {
        for (int j = 0; j < n; j += WIDTH) {
            int columns = Math.min(WIDTH, n - j);
            stripe(a, a0, aRow, aColumn, b, b0 + j, n, bias, bias0 + j, c, c0 + j, m, n, columns, k, accumulate);
        }
    }

    /// Copies `depth × columns` of a matrix next to each other, so that a product reads them in order and out of
    /// the first cache.
    private static void pack(float[] b, int b0, int n, int depth, int columns, float[] panel) {
        if (columns < WIDTH) {
            for (int p = 0; p < depth; p++) {
                System.arraycopy(b, b0 + p * n, panel, p * WIDTH, columns);
            }
            return;
        }
        for (int p = 0, from = b0, to = 0; p < depth; p++, from += n, to += WIDTH) {
            FloatVector.fromArray(SPECIES, b, from).intoArray(panel, to);
            FloatVector.fromArray(SPECIES, b, from + LANES).intoArray(panel, to + LANES);
        }
    }

    /// All rows of at most [#WIDTH] columns.
    ///
    /// @param bRow floats from a row of B to the next
    private static void stripe(
            float[] a,
            int a0,
            int aRow,
            int aColumn,
            float[] b,
            int b0,
            int bRow,
            float[] bias,
            int bias0,
            float[] c,
            int c0,
            int m,
            int n,
            int columns,
            int k,
            boolean accumulate) {
        float[] start = accumulate ? c : bias;
        int startRow = accumulate ? n : 0;
        if (columns == WIDTH) {
            int i = 0;
            for (; WIDE && i + 8 <= m; i += 8) {
                int s = accumulate ? c0 + i * n : bias0;
                tile8x2(a, a0 + i * aRow, aRow, aColumn, b, b0, bRow, start, s, startRow, c, c0 + i * n, n, k);
            }
            for (; i + 4 <= m; i += 4) {
                int s = accumulate ? c0 + i * n : bias0;
                tile4x2(a, a0 + i * aRow, aRow, aColumn, b, b0, bRow, start, s, startRow, c, c0 + i * n, n, k);
            }
            for (; i < m; i++) {
                tile1x2(
                        a,
                        a0 + i * aRow,
                        aColumn,
                        b,
                        b0,
                        bRow,
                        start,
                        accumulate ? c0 + i * n : bias0,
                        c,
                        c0 + i * n,
                        k);
            }
            return;
        }
        for (int j = 0; j < columns; j += LANES) {
            VectorMask<Float> mask = FIRST.get(Math.min(LANES, columns - j));
            int i = 0;
            for (; i + 4 <= m; i += 4) {
                int s = j + (accumulate ? c0 + i * n : bias0);
                tail4(
                        a,
                        a0 + i * aRow,
                        aRow,
                        aColumn,
                        b,
                        b0 + j,
                        bRow,
                        start,
                        s,
                        startRow,
                        c,
                        c0 + i * n + j,
                        n,
                        k,
                        mask);
            }
            for (; i < m; i++) {
                int s = j + (accumulate ? c0 + i * n : bias0);
                tail1(a, a0 + i * aRow, aColumn, b, b0 + j, bRow, start, s, c, c0 + i * n + j, k, mask);
            }
        }
    }

    /// 8 rows × 2 vectors: 16 sums in flight.
    ///
    /// @param start what the sums begin with, from `start0`, a row every `startRow` floats: C itself, or the bias
    private static void tile8x2(
            float[] a,
            int a0,
            int aRow,
            int aColumn,
            float[] b,
            int b0,
            int bRow,
            float[] start,
            int start0,
            int startRow,
            float[] c,
            int c0,
            int n,
            int k) {
        FloatVector s00 = FloatVector.fromArray(SPECIES, start, start0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, start, start0 + LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, start, start0 + startRow);
        FloatVector s11 = FloatVector.fromArray(SPECIES, start, start0 + startRow + LANES);
        FloatVector s20 = FloatVector.fromArray(SPECIES, start, start0 + 2 * startRow);
        FloatVector s21 = FloatVector.fromArray(SPECIES, start, start0 + 2 * startRow + LANES);
        FloatVector s30 = FloatVector.fromArray(SPECIES, start, start0 + 3 * startRow);
        FloatVector s31 = FloatVector.fromArray(SPECIES, start, start0 + 3 * startRow + LANES);
        FloatVector s40 = FloatVector.fromArray(SPECIES, start, start0 + 4 * startRow);
        FloatVector s41 = FloatVector.fromArray(SPECIES, start, start0 + 4 * startRow + LANES);
        FloatVector s50 = FloatVector.fromArray(SPECIES, start, start0 + 5 * startRow);
        FloatVector s51 = FloatVector.fromArray(SPECIES, start, start0 + 5 * startRow + LANES);
        FloatVector s60 = FloatVector.fromArray(SPECIES, start, start0 + 6 * startRow);
        FloatVector s61 = FloatVector.fromArray(SPECIES, start, start0 + 6 * startRow + LANES);
        FloatVector s70 = FloatVector.fromArray(SPECIES, start, start0 + 7 * startRow);
        FloatVector s71 = FloatVector.fromArray(SPECIES, start, start0 + 7 * startRow + LANES);
        for (int p = 0, ap = a0, bp = b0; p < k; p++, ap += aColumn, bp += bRow) {
            FloatVector v0 = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector v1 = FloatVector.fromArray(SPECIES, b, bp + LANES);
            FloatVector f0 = FloatVector.broadcast(SPECIES, a[ap]);
            s00 = f0.fma(v0, s00);
            s01 = f0.fma(v1, s01);
            FloatVector f1 = FloatVector.broadcast(SPECIES, a[ap + aRow]);
            s10 = f1.fma(v0, s10);
            s11 = f1.fma(v1, s11);
            FloatVector f2 = FloatVector.broadcast(SPECIES, a[ap + 2 * aRow]);
            s20 = f2.fma(v0, s20);
            s21 = f2.fma(v1, s21);
            FloatVector f3 = FloatVector.broadcast(SPECIES, a[ap + 3 * aRow]);
            s30 = f3.fma(v0, s30);
            s31 = f3.fma(v1, s31);
            FloatVector f4 = FloatVector.broadcast(SPECIES, a[ap + 4 * aRow]);
            s40 = f4.fma(v0, s40);
            s41 = f4.fma(v1, s41);
            FloatVector f5 = FloatVector.broadcast(SPECIES, a[ap + 5 * aRow]);
            s50 = f5.fma(v0, s50);
            s51 = f5.fma(v1, s51);
            FloatVector f6 = FloatVector.broadcast(SPECIES, a[ap + 6 * aRow]);
            s60 = f6.fma(v0, s60);
            s61 = f6.fma(v1, s61);
            FloatVector f7 = FloatVector.broadcast(SPECIES, a[ap + 7 * aRow]);
            s70 = f7.fma(v0, s70);
            s71 = f7.fma(v1, s71);
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s10.intoArray(c, c0 + n);
        s11.intoArray(c, c0 + n + LANES);
        s20.intoArray(c, c0 + 2 * n);
        s21.intoArray(c, c0 + 2 * n + LANES);
        s30.intoArray(c, c0 + 3 * n);
        s31.intoArray(c, c0 + 3 * n + LANES);
        s40.intoArray(c, c0 + 4 * n);
        s41.intoArray(c, c0 + 4 * n + LANES);
        s50.intoArray(c, c0 + 5 * n);
        s51.intoArray(c, c0 + 5 * n + LANES);
        s60.intoArray(c, c0 + 6 * n);
        s61.intoArray(c, c0 + 6 * n + LANES);
        s70.intoArray(c, c0 + 7 * n);
        s71.intoArray(c, c0 + 7 * n + LANES);
    }

    private static void tile4x2(
            float[] a,
            int a0,
            int aRow,
            int aColumn,
            float[] b,
            int b0,
            int bRow,
            float[] start,
            int start0,
            int startRow,
            float[] c,
            int c0,
            int n,
            int k) {
        FloatVector s00 = FloatVector.fromArray(SPECIES, start, start0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, start, start0 + LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, start, start0 + startRow);
        FloatVector s11 = FloatVector.fromArray(SPECIES, start, start0 + startRow + LANES);
        FloatVector s20 = FloatVector.fromArray(SPECIES, start, start0 + 2 * startRow);
        FloatVector s21 = FloatVector.fromArray(SPECIES, start, start0 + 2 * startRow + LANES);
        FloatVector s30 = FloatVector.fromArray(SPECIES, start, start0 + 3 * startRow);
        FloatVector s31 = FloatVector.fromArray(SPECIES, start, start0 + 3 * startRow + LANES);
        for (int p = 0, ap = a0, bp = b0; p < k; p++, ap += aColumn, bp += bRow) {
            FloatVector v0 = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector v1 = FloatVector.fromArray(SPECIES, b, bp + LANES);
            FloatVector f0 = FloatVector.broadcast(SPECIES, a[ap]);
            s00 = f0.fma(v0, s00);
            s01 = f0.fma(v1, s01);
            FloatVector f1 = FloatVector.broadcast(SPECIES, a[ap + aRow]);
            s10 = f1.fma(v0, s10);
            s11 = f1.fma(v1, s11);
            FloatVector f2 = FloatVector.broadcast(SPECIES, a[ap + 2 * aRow]);
            s20 = f2.fma(v0, s20);
            s21 = f2.fma(v1, s21);
            FloatVector f3 = FloatVector.broadcast(SPECIES, a[ap + 3 * aRow]);
            s30 = f3.fma(v0, s30);
            s31 = f3.fma(v1, s31);
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s10.intoArray(c, c0 + n);
        s11.intoArray(c, c0 + n + LANES);
        s20.intoArray(c, c0 + 2 * n);
        s21.intoArray(c, c0 + 2 * n + LANES);
        s30.intoArray(c, c0 + 3 * n);
        s31.intoArray(c, c0 + 3 * n + LANES);
    }

    private static void tile1x2(
            float[] a,
            int a0,
            int aColumn,
            float[] b,
            int b0,
            int bRow,
            float[] start,
            int start0,
            float[] c,
            int c0,
            int k) {
        FloatVector s00 = FloatVector.fromArray(SPECIES, start, start0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, start, start0 + LANES);
        for (int p = 0, ap = a0, bp = b0; p < k; p++, ap += aColumn, bp += bRow) {
            FloatVector v0 = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector v1 = FloatVector.fromArray(SPECIES, b, bp + LANES);
            FloatVector f0 = FloatVector.broadcast(SPECIES, a[ap]);
            s00 = f0.fma(v0, s00);
            s01 = f0.fma(v1, s01);
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
    }

    private static void tail4(
            float[] a,
            int a0,
            int aRow,
            int aColumn,
            float[] b,
            int b0,
            int bRow,
            float[] start,
            int start0,
            int startRow,
            float[] c,
            int c0,
            int n,
            int k,
            VectorMask<Float> mask) {
        FloatVector s00 = FloatVector.fromArray(SPECIES, start, start0, mask);
        FloatVector s10 = FloatVector.fromArray(SPECIES, start, start0 + startRow, mask);
        FloatVector s20 = FloatVector.fromArray(SPECIES, start, start0 + 2 * startRow, mask);
        FloatVector s30 = FloatVector.fromArray(SPECIES, start, start0 + 3 * startRow, mask);
        for (int p = 0, ap = a0, bp = b0; p < k; p++, ap += aColumn, bp += bRow) {
            FloatVector v0 = FloatVector.fromArray(SPECIES, b, bp, mask);
            FloatVector f0 = FloatVector.broadcast(SPECIES, a[ap]);
            s00 = f0.fma(v0, s00);
            FloatVector f1 = FloatVector.broadcast(SPECIES, a[ap + aRow]);
            s10 = f1.fma(v0, s10);
            FloatVector f2 = FloatVector.broadcast(SPECIES, a[ap + 2 * aRow]);
            s20 = f2.fma(v0, s20);
            FloatVector f3 = FloatVector.broadcast(SPECIES, a[ap + 3 * aRow]);
            s30 = f3.fma(v0, s30);
        }
        s00.intoArray(c, c0, mask);
        s10.intoArray(c, c0 + n, mask);
        s20.intoArray(c, c0 + 2 * n, mask);
        s30.intoArray(c, c0 + 3 * n, mask);
    }

    private static void tail1(
            float[] a,
            int a0,
            int aColumn,
            float[] b,
            int b0,
            int bRow,
            float[] start,
            int start0,
            float[] c,
            int c0,
            int k,
            VectorMask<Float> mask) {
        FloatVector s00 = FloatVector.fromArray(SPECIES, start, start0, mask);
        for (int p = 0, ap = a0, bp = b0; p < k; p++, ap += aColumn, bp += bRow) {
            FloatVector v0 = FloatVector.fromArray(SPECIES, b, bp, mask);
            FloatVector f0 = FloatVector.broadcast(SPECIES, a[ap]);
            s00 = f0.fma(v0, s00);
        }
        s00.intoArray(c, c0, mask);
    }

    /// The twin's: it moves floats and computes nothing.
    @Override
    public void transpose(float[] x, int x0, int rows, int columns, float[] y) {
        scalar.transpose(x, x0, rows, columns, y);
    }

    @Override
    public void tanh(float[] x, int from, int length) {
        int end = from + length;
        int i = from;
        for (; i + LANES <= end; i += LANES) {
            tanh(FloatVector.fromArray(SPECIES, x, i)).intoArray(x, i);
        }
        for (; i < end; i++) {
            x[i] = ScalarKernels.tanh(x[i]);
        }
    }

    private static FloatVector tanh(FloatVector value) {
        FloatVector x = value.max(-Tanh.LIMIT).min(Tanh.LIMIT);
        FloatVector square = x.mul(x);
        FloatVector p = FloatVector.broadcast(SPECIES, Tanh.P5);
        p = square.fma(p, FloatVector.broadcast(SPECIES, Tanh.P4));
        p = square.fma(p, FloatVector.broadcast(SPECIES, Tanh.P3));
        p = square.fma(p, FloatVector.broadcast(SPECIES, Tanh.P2));
        p = square.fma(p, FloatVector.broadcast(SPECIES, Tanh.P1));
        p = square.fma(p, FloatVector.broadcast(SPECIES, Tanh.P0));
        FloatVector q = FloatVector.broadcast(SPECIES, Tanh.Q3);
        q = square.fma(q, FloatVector.broadcast(SPECIES, Tanh.Q2));
        q = square.fma(q, FloatVector.broadcast(SPECIES, Tanh.Q1));
        q = square.fma(q, FloatVector.broadcast(SPECIES, 1f));
        return x.mul(p).div(q).min(1f).max(-1f);
    }

    @Override
    public void tanhBackward(float[] y, int y0, float[] gradient, int g0, int length) {
        int i = 0;
        for (; i + LANES <= length; i += LANES) {
            FloatVector value = FloatVector.fromArray(SPECIES, y, y0 + i);
            FloatVector g = FloatVector.fromArray(SPECIES, gradient, g0 + i);
            g.mul(FloatVector.broadcast(SPECIES, 1f).sub(value.mul(value))).intoArray(gradient, g0 + i);
        }
        for (; i < length; i++) {
            gradient[g0 + i] *= 1 - y[y0 + i] * y[y0 + i];
        }
    }

    @Override
    public void relu(float[] x, int from, int length) {
        int end = from + length;
        int i = from;
        for (; i + LANES <= end; i += LANES) {
            FloatVector.fromArray(SPECIES, x, i).max(0f).intoArray(x, i);
        }
        for (; i < end; i++) {
            x[i] = Math.max(x[i], 0);
        }
    }

    @Override
    public void reluBackward(float[] y, int y0, float[] gradient, int g0, int length) {
        int i = 0;
        for (; i + LANES <= length; i += LANES) {
            VectorMask<Float> off = FloatVector.fromArray(SPECIES, y, y0 + i).compare(VectorOperators.LE, 0f);
            FloatVector.fromArray(SPECIES, gradient, g0 + i).blend(0f, off).intoArray(gradient, g0 + i);
        }
        for (; i < length; i++) {
            if (y[y0 + i] <= 0) {
                gradient[g0 + i] = 0;
            }
        }
    }

    @Override
    public void addColumnSums(float[] x, int x0, int rows, int columns, float[] sum, int sum0) {
        int j = 0;
        for (; j + LANES <= columns; j += LANES) {
            FloatVector s = FloatVector.fromArray(SPECIES, sum, sum0 + j);
            for (int i = 0, at = x0 + j; i < rows; i++, at += columns) {
                s = s.add(FloatVector.fromArray(SPECIES, x, at));
            }
            s.intoArray(sum, sum0 + j);
        }
        for (; j < columns; j++) {
            float s = sum[sum0 + j];
            for (int i = 0; i < rows; i++) {
                s += x[x0 + i * columns + j];
            }
            sum[sum0 + j] = s;
        }
    }

    @Override
    public double sumOfSquares(float[] x, int from, int length) {
        FloatVector s = FloatVector.zero(SPECIES);
        int end = from + length;
        int i = from;
        for (; i + LANES <= end; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, i);
            s = v.fma(v, s);
        }
        // Lane by lane: reduceLanes may add in another order once it is compiled, and a seed must mean the
        // same run.
        double sum = 0;
        for (int lane = 0; lane < LANES; lane++) {
            sum += s.lane(lane);
        }
        for (; i < end; i++) {
            sum += (double) x[i] * x[i];
        }
        return sum;
    }

    @Override
    public void adam(
            float[] parameter,
            float[] gradient,
            float scale,
            float[] mean,
            float[] square,
            float beta1,
            float beta2,
            float stepSize,
            float epsilon) {
        int i = 0;
        for (; i + LANES <= parameter.length; i += LANES) {
            FloatVector g = FloatVector.fromArray(SPECIES, gradient, i).mul(scale);
            FloatVector m = FloatVector.fromArray(SPECIES, mean, i).mul(beta1).add(g.mul(1 - beta1));
            FloatVector v = FloatVector.fromArray(SPECIES, square, i)
                    .mul(beta2)
                    .add(g.mul(g).mul(1 - beta2));
            m.intoArray(mean, i);
            v.intoArray(square, i);
            FloatVector.fromArray(SPECIES, parameter, i)
                    .sub(m.mul(stepSize).div(v.sqrt().add(epsilon)))
                    .intoArray(parameter, i);
        }
        ScalarKernels.adam(parameter, gradient, scale, mean, square, beta1, beta2, stepSize, epsilon, i);
    }
}
