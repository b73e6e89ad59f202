package dev.rein.toolkit.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The kernels on the widest vectors of the CPU. Accumulators are local variables, never arrays: that is what keeps
/// them in registers. Columns that do not fill a vector are handled by a mask, so narrow heads run here too.
final class VectorKernels implements Kernels {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    /// Vectors across a tile: 16 sums in flight where there are 32 wide registers, 8 where there are 16.
    private static final int TILE = LANES >= 16 ? 4 : 2;

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
        int j = 0;
        for (; TILE == 4 && j + 4 * LANES <= n; j += 4 * LANES) {
            int i = 0;
            for (; i + 4 <= m; i += 4) {
                tile4x4(
                        a,
                        a0 + i * aRow,
                        aRow,
                        aColumn,
                        b,
                        b0 + j,
                        bias,
                        bias0 + j,
                        c,
                        c0 + i * n + j,
                        n,
                        k,
                        accumulate);
            }
            for (; i < m; i++) {
                tile1x4(a, a0 + i * aRow, aColumn, b, b0 + j, bias, bias0 + j, c, c0 + i * n + j, n, k, accumulate);
            }
        }
        for (; j + 2 * LANES <= n; j += 2 * LANES) {
            int i = 0;
            for (; i + 4 <= m; i += 4) {
                tile4x2(
                        a,
                        a0 + i * aRow,
                        aRow,
                        aColumn,
                        b,
                        b0 + j,
                        bias,
                        bias0 + j,
                        c,
                        c0 + i * n + j,
                        n,
                        k,
                        accumulate);
            }
            for (; i < m; i++) {
                tile1x2(a, a0 + i * aRow, aColumn, b, b0 + j, bias, bias0 + j, c, c0 + i * n + j, n, k, accumulate);
            }
        }
        for (; j < n; j += LANES) {
            VectorMask<Float> mask = SPECIES.indexInRange(j, n);
            int i = 0;
            for (; i + 4 <= m; i += 4) {
                tail4(
                        a,
                        a0 + i * aRow,
                        aRow,
                        aColumn,
                        b,
                        b0 + j,
                        bias,
                        bias0 + j,
                        c,
                        c0 + i * n + j,
                        n,
                        k,
                        accumulate,
                        mask);
            }
            for (; i < m; i++) {
                tail1(a, a0 + i * aRow, aColumn, b, b0 + j, bias, bias0 + j, c, c0 + i * n + j, n, k, accumulate, mask);
            }
        }
    }

    private static void tile4x4(
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
            int n,
            int k,
            boolean accumulate) {
        float[] start = accumulate ? c : bias;
        int start0 = accumulate ? c0 : bias0;
        int startRow = accumulate ? n : 0;
        FloatVector s00 = FloatVector.fromArray(SPECIES, start, start0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, start, start0 + LANES);
        FloatVector s02 = FloatVector.fromArray(SPECIES, start, start0 + 2 * LANES);
        FloatVector s03 = FloatVector.fromArray(SPECIES, start, start0 + 3 * LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, start, start0 + startRow);
        FloatVector s11 = FloatVector.fromArray(SPECIES, start, start0 + startRow + LANES);
        FloatVector s12 = FloatVector.fromArray(SPECIES, start, start0 + startRow + 2 * LANES);
        FloatVector s13 = FloatVector.fromArray(SPECIES, start, start0 + startRow + 3 * LANES);
        FloatVector s20 = FloatVector.fromArray(SPECIES, start, start0 + 2 * startRow);
        FloatVector s21 = FloatVector.fromArray(SPECIES, start, start0 + 2 * startRow + LANES);
        FloatVector s22 = FloatVector.fromArray(SPECIES, start, start0 + 2 * startRow + 2 * LANES);
        FloatVector s23 = FloatVector.fromArray(SPECIES, start, start0 + 2 * startRow + 3 * LANES);
        FloatVector s30 = FloatVector.fromArray(SPECIES, start, start0 + 3 * startRow);
        FloatVector s31 = FloatVector.fromArray(SPECIES, start, start0 + 3 * startRow + LANES);
        FloatVector s32 = FloatVector.fromArray(SPECIES, start, start0 + 3 * startRow + 2 * LANES);
        FloatVector s33 = FloatVector.fromArray(SPECIES, start, start0 + 3 * startRow + 3 * LANES);
        for (int p = 0, ap = a0, bp = b0; p < k; p++, ap += aColumn, bp += n) {
            FloatVector v0 = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector v1 = FloatVector.fromArray(SPECIES, b, bp + LANES);
            FloatVector v2 = FloatVector.fromArray(SPECIES, b, bp + 2 * LANES);
            FloatVector v3 = FloatVector.fromArray(SPECIES, b, bp + 3 * LANES);
            FloatVector f0 = FloatVector.broadcast(SPECIES, a[ap]);
            s00 = f0.fma(v0, s00);
            s01 = f0.fma(v1, s01);
            s02 = f0.fma(v2, s02);
            s03 = f0.fma(v3, s03);
            FloatVector f1 = FloatVector.broadcast(SPECIES, a[ap + aRow]);
            s10 = f1.fma(v0, s10);
            s11 = f1.fma(v1, s11);
            s12 = f1.fma(v2, s12);
            s13 = f1.fma(v3, s13);
            FloatVector f2 = FloatVector.broadcast(SPECIES, a[ap + 2 * aRow]);
            s20 = f2.fma(v0, s20);
            s21 = f2.fma(v1, s21);
            s22 = f2.fma(v2, s22);
            s23 = f2.fma(v3, s23);
            FloatVector f3 = FloatVector.broadcast(SPECIES, a[ap + 3 * aRow]);
            s30 = f3.fma(v0, s30);
            s31 = f3.fma(v1, s31);
            s32 = f3.fma(v2, s32);
            s33 = f3.fma(v3, s33);
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s02.intoArray(c, c0 + 2 * LANES);
        s03.intoArray(c, c0 + 3 * LANES);
        s10.intoArray(c, c0 + n);
        s11.intoArray(c, c0 + n + LANES);
        s12.intoArray(c, c0 + n + 2 * LANES);
        s13.intoArray(c, c0 + n + 3 * LANES);
        s20.intoArray(c, c0 + 2 * n);
        s21.intoArray(c, c0 + 2 * n + LANES);
        s22.intoArray(c, c0 + 2 * n + 2 * LANES);
        s23.intoArray(c, c0 + 2 * n + 3 * LANES);
        s30.intoArray(c, c0 + 3 * n);
        s31.intoArray(c, c0 + 3 * n + LANES);
        s32.intoArray(c, c0 + 3 * n + 2 * LANES);
        s33.intoArray(c, c0 + 3 * n + 3 * LANES);
    }

    private static void tile4x2(
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
            int n,
            int k,
            boolean accumulate) {
        float[] start = accumulate ? c : bias;
        int start0 = accumulate ? c0 : bias0;
        int startRow = accumulate ? n : 0;
        FloatVector s00 = FloatVector.fromArray(SPECIES, start, start0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, start, start0 + LANES);
        FloatVector s10 = FloatVector.fromArray(SPECIES, start, start0 + startRow);
        FloatVector s11 = FloatVector.fromArray(SPECIES, start, start0 + startRow + LANES);
        FloatVector s20 = FloatVector.fromArray(SPECIES, start, start0 + 2 * startRow);
        FloatVector s21 = FloatVector.fromArray(SPECIES, start, start0 + 2 * startRow + LANES);
        FloatVector s30 = FloatVector.fromArray(SPECIES, start, start0 + 3 * startRow);
        FloatVector s31 = FloatVector.fromArray(SPECIES, start, start0 + 3 * startRow + LANES);
        for (int p = 0, ap = a0, bp = b0; p < k; p++, ap += aColumn, bp += n) {
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

    private static void tile1x4(
            float[] a,
            int a0,
            int aColumn,
            float[] b,
            int b0,
            float[] bias,
            int bias0,
            float[] c,
            int c0,
            int n,
            int k,
            boolean accumulate) {
        float[] start = accumulate ? c : bias;
        int start0 = accumulate ? c0 : bias0;
        FloatVector s00 = FloatVector.fromArray(SPECIES, start, start0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, start, start0 + LANES);
        FloatVector s02 = FloatVector.fromArray(SPECIES, start, start0 + 2 * LANES);
        FloatVector s03 = FloatVector.fromArray(SPECIES, start, start0 + 3 * LANES);
        for (int p = 0, ap = a0, bp = b0; p < k; p++, ap += aColumn, bp += n) {
            FloatVector v0 = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector v1 = FloatVector.fromArray(SPECIES, b, bp + LANES);
            FloatVector v2 = FloatVector.fromArray(SPECIES, b, bp + 2 * LANES);
            FloatVector v3 = FloatVector.fromArray(SPECIES, b, bp + 3 * LANES);
            FloatVector f0 = FloatVector.broadcast(SPECIES, a[ap]);
            s00 = f0.fma(v0, s00);
            s01 = f0.fma(v1, s01);
            s02 = f0.fma(v2, s02);
            s03 = f0.fma(v3, s03);
        }
        s00.intoArray(c, c0);
        s01.intoArray(c, c0 + LANES);
        s02.intoArray(c, c0 + 2 * LANES);
        s03.intoArray(c, c0 + 3 * LANES);
    }

    private static void tile1x2(
            float[] a,
            int a0,
            int aColumn,
            float[] b,
            int b0,
            float[] bias,
            int bias0,
            float[] c,
            int c0,
            int n,
            int k,
            boolean accumulate) {
        float[] start = accumulate ? c : bias;
        int start0 = accumulate ? c0 : bias0;
        FloatVector s00 = FloatVector.fromArray(SPECIES, start, start0);
        FloatVector s01 = FloatVector.fromArray(SPECIES, start, start0 + LANES);
        for (int p = 0, ap = a0, bp = b0; p < k; p++, ap += aColumn, bp += n) {
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
            float[] bias,
            int bias0,
            float[] c,
            int c0,
            int n,
            int k,
            boolean accumulate,
            VectorMask<Float> mask) {
        float[] start = accumulate ? c : bias;
        int start0 = accumulate ? c0 : bias0;
        int startRow = accumulate ? n : 0;
        FloatVector s00 = FloatVector.fromArray(SPECIES, start, start0, mask);
        FloatVector s10 = FloatVector.fromArray(SPECIES, start, start0 + startRow, mask);
        FloatVector s20 = FloatVector.fromArray(SPECIES, start, start0 + 2 * startRow, mask);
        FloatVector s30 = FloatVector.fromArray(SPECIES, start, start0 + 3 * startRow, mask);
        for (int p = 0, ap = a0, bp = b0; p < k; p++, ap += aColumn, bp += n) {
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
            float[] bias,
            int bias0,
            float[] c,
            int c0,
            int n,
            int k,
            boolean accumulate,
            VectorMask<Float> mask) {
        float[] start = accumulate ? c : bias;
        int start0 = accumulate ? c0 : bias0;
        FloatVector s00 = FloatVector.fromArray(SPECIES, start, start0, mask);
        for (int p = 0, ap = a0, bp = b0; p < k; p++, ap += aColumn, bp += n) {
            FloatVector v0 = FloatVector.fromArray(SPECIES, b, bp, mask);
            FloatVector f0 = FloatVector.broadcast(SPECIES, a[ap]);
            s00 = f0.fma(v0, s00);
        }
        s00.intoArray(c, c0, mask);
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
