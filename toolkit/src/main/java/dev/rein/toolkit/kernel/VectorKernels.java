package dev.rein.toolkit.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The kernels on the widest vectors of the CPU. Accumulators are local variables, never arrays: that is what
/// keeps
/// them
/// in registers. Columns that do not fill a vector are handled by a mask, so narrow heads run here too.
final class VectorKernels implements Kernels {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

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
        if (j < n) {
            columns(a, a0, aRow, aColumn, b, b0, bias, bias0, c, c0, m, n, k, j, accumulate);
        }
    }

    /// The columns that fill no tile, one dot product each.
    private static void columns(
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
            int from,
            boolean accumulate) {
        for (int i = 0; i < m; i++) {
            for (int j = from; j < n; j++) {
                float sum = accumulate ? c[c0 + i * n + j] : bias[bias0 + j];
                for (int p = 0; p < k; p++) {
                    sum = Math.fma(a[a0 + i * aRow + p * aColumn], b[b0 + p * n + j], sum);
                }
                c[c0 + i * n + j] = sum;
            }
        }
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
        FloatVector s00;
        FloatVector s01;
        FloatVector s10;
        FloatVector s11;
        FloatVector s20;
        FloatVector s21;
        FloatVector s30;
        FloatVector s31;
        if (accumulate) {
            s00 = FloatVector.fromArray(SPECIES, c, c0);
            s01 = FloatVector.fromArray(SPECIES, c, c0 + LANES);
            s10 = FloatVector.fromArray(SPECIES, c, c0 + n);
            s11 = FloatVector.fromArray(SPECIES, c, c0 + n + LANES);
            s20 = FloatVector.fromArray(SPECIES, c, c0 + 2 * n);
            s21 = FloatVector.fromArray(SPECIES, c, c0 + 2 * n + LANES);
            s30 = FloatVector.fromArray(SPECIES, c, c0 + 3 * n);
            s31 = FloatVector.fromArray(SPECIES, c, c0 + 3 * n + LANES);
        } else {
            s00 = FloatVector.fromArray(SPECIES, bias, bias0);
            s01 = FloatVector.fromArray(SPECIES, bias, bias0 + LANES);
            s10 = s00;
            s11 = s01;
            s20 = s00;
            s21 = s01;
            s30 = s00;
            s31 = s01;
        }
        for (int p = 0, ap = a0, bp = b0; p < k; p++, ap += aColumn, bp += n) {
            FloatVector b0v = FloatVector.fromArray(SPECIES, b, bp);
            FloatVector b1v = FloatVector.fromArray(SPECIES, b, bp + LANES);
            FloatVector f0 = FloatVector.broadcast(SPECIES, a[ap]);
            FloatVector f1 = FloatVector.broadcast(SPECIES, a[ap + aRow]);
            FloatVector f2 = FloatVector.broadcast(SPECIES, a[ap + 2 * aRow]);
            FloatVector f3 = FloatVector.broadcast(SPECIES, a[ap + 3 * aRow]);
            s00 = f0.fma(b0v, s00);
            s01 = f0.fma(b1v, s01);
            s10 = f1.fma(b0v, s10);
            s11 = f1.fma(b1v, s11);
            s20 = f2.fma(b0v, s20);
            s21 = f2.fma(b1v, s21);
            s30 = f3.fma(b0v, s30);
            s31 = f3.fma(b1v, s31);
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
            float[] bias,
            int bias0,
            float[] c,
            int c0,
            int n,
            int k,
            boolean accumulate) {
        FloatVector s0 = FloatVector.fromArray(SPECIES, accumulate ? c : bias, accumulate ? c0 : bias0);
        FloatVector s1 = FloatVector.fromArray(SPECIES, accumulate ? c : bias, (accumulate ? c0 : bias0) + LANES);
        for (int p = 0, ap = a0, bp = b0; p < k; p++, ap += aColumn, bp += n) {
            FloatVector f = FloatVector.broadcast(SPECIES, a[ap]);
            s0 = f.fma(FloatVector.fromArray(SPECIES, b, bp), s0);
            s1 = f.fma(FloatVector.fromArray(SPECIES, b, bp + LANES), s1);
        }
        s0.intoArray(c, c0);
        s1.intoArray(c, c0 + LANES);
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
        FloatVector p = FloatVector.broadcast(SPECIES, Tanh.P13);
        p = square.fma(p, FloatVector.broadcast(SPECIES, Tanh.P11));
        p = square.fma(p, FloatVector.broadcast(SPECIES, Tanh.P9));
        p = square.fma(p, FloatVector.broadcast(SPECIES, Tanh.P7));
        p = square.fma(p, FloatVector.broadcast(SPECIES, Tanh.P5));
        p = square.fma(p, FloatVector.broadcast(SPECIES, Tanh.P3));
        p = square.fma(p, FloatVector.broadcast(SPECIES, Tanh.P1));
        FloatVector q = FloatVector.broadcast(SPECIES, Tanh.Q6);
        q = square.fma(q, FloatVector.broadcast(SPECIES, Tanh.Q4));
        q = square.fma(q, FloatVector.broadcast(SPECIES, Tanh.Q2));
        q = square.fma(q, FloatVector.broadcast(SPECIES, Tanh.Q0));
        return x.mul(p).div(q);
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
        // Lane by lane: reduceLanes may add in another order once it is compiled, and a seed must mean the same run.
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
