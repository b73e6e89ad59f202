package dev.rein.toolkit.kernel;

import java.util.Arrays;

/// The definition of every kernel, in plain Java.
final class ScalarKernels implements Kernels {
    /// A product of few columns, as a head's, is a dot product for each element, whose terms are summed in this many
    /// strands: enough for the widest vectors.
    static final int STRANDS = 16;

    private static final int NARROW_COLUMNS = 4;
    static final int NARROW_FLOATS = 2048;

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
        if (isNarrow(aColumn, n, k)) {
            narrow(a, a0, aRow, b, b0, bias, bias0, c, c0, m, n, k, accumulate);
            return;
        }
        for (int i = 0; i < m; i++) {
            int row = c0 + i * n;
            if (!accumulate) {
                System.arraycopy(bias, bias0, c, row, n);
            }
            for (int p = 0; p < k; p++) {
                float factor = a[a0 + i * aRow + p * aColumn];
                int from = b0 + p * n;
                for (int j = 0; j < n; j++) {
                    c[row + j] = Math.fma(factor, b[from + j], c[row + j]);
                }
            }
        }
    }

    /// Whether a product is summed in strands. That depends on neither the rows nor the machine: a row's result is
    /// the same in every batch.
    static boolean isNarrow(int aColumn, int n, int k) {
        return aColumn == 1 && n <= NARROW_COLUMNS && n * k <= NARROW_FLOATS;
    }

    private static void narrow(
            float[] a,
            int a0,
            int aRow,
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
        float[] strands = new float[STRANDS];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                Arrays.fill(strands, 0);
                for (int p = 0; p < k; p++) {
                    int s = p % STRANDS;
                    strands[s] = Math.fma(a[a0 + i * aRow + p], b[b0 + p * n + j], strands[s]);
                }
                float start = accumulate ? c[c0 + i * n + j] : bias[bias0 + j];
                c[c0 + i * n + j] = start + sumOfStrands(strands, 0);
            }
        }
    }

    /// Pairwise, written out: as a loop it took a fifteenth of PPO's time.
    static float sumOfStrands(float[] strands, int from) {
        float s0 = strands[from] + strands[from + 8];
        float s1 = strands[from + 1] + strands[from + 9];
        float s2 = strands[from + 2] + strands[from + 10];
        float s3 = strands[from + 3] + strands[from + 11];
        float s4 = strands[from + 4] + strands[from + 12];
        float s5 = strands[from + 5] + strands[from + 13];
        float s6 = strands[from + 6] + strands[from + 14];
        float s7 = strands[from + 7] + strands[from + 15];
        return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
    }

    @Override
    public void transpose(float[] x, int x0, int rows, int columns, float[] y) {
        // 16 rows at a time: the lines they are read from stay in the first cache until they are used up
        for (int top = 0; top < rows; top += 16) {
            int bottom = Math.min(top + 16, rows);
            for (int j = 0; j < columns; j++) {
                for (int i = top, from = x0 + top * columns + j; i < bottom; i++, from += columns) {
                    y[j * rows + i] = x[from];
                }
            }
        }
    }

    @Override
    public void tanh(float[] x, int from, int length) {
        for (int i = from; i < from + length; i++) {
            x[i] = tanh(x[i]);
        }
    }

    /// x · p(x²) / q(x²) on the range where float tanh is not yet ±1: see [Tanh].
    static float tanh(float value) {
        float x = Math.clamp(value, -Tanh.LIMIT, Tanh.LIMIT);
        float square = x * x;
        float p = Math.fma(square, Tanh.P5, Tanh.P4);
        p = Math.fma(square, p, Tanh.P3);
        p = Math.fma(square, p, Tanh.P2);
        p = Math.fma(square, p, Tanh.P1);
        p = Math.fma(square, p, Tanh.P0);
        float q = Math.fma(square, Tanh.Q3, Tanh.Q2);
        q = Math.fma(square, q, Tanh.Q1);
        q = Math.fma(square, q, 1f);
        return Math.clamp(x * p / q, -1f, 1f);
    }

    @Override
    public void tanhBackward(float[] y, int y0, float[] gradient, int g0, int length) {
        for (int i = 0; i < length; i++) {
            gradient[g0 + i] *= 1 - y[y0 + i] * y[y0 + i];
        }
    }

    @Override
    public void relu(float[] x, int from, int length) {
        for (int i = from; i < from + length; i++) {
            x[i] = Math.max(x[i], 0);
        }
    }

    @Override
    public void reluBackward(float[] y, int y0, float[] gradient, int g0, int length) {
        for (int i = 0; i < length; i++) {
            if (y[y0 + i] <= 0) {
                gradient[g0 + i] = 0;
            }
        }
    }

    @Override
    public void addColumnSums(float[] x, int x0, int rows, int columns, float[] sum, int sum0) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                sum[sum0 + j] += x[x0 + i * columns + j];
            }
        }
    }

    @Override
    public double sumOfSquares(float[] x, int from, int length) {
        double sum = 0;
        for (int i = from; i < from + length; i++) {
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
        adam(parameter, gradient, scale, mean, square, beta1, beta2, stepSize, epsilon, 0);
    }

    static void adam(
            float[] parameter,
            float[] gradient,
            float scale,
            float[] mean,
            float[] square,
            float beta1,
            float beta2,
            float stepSize,
            float epsilon,
            int from) {
        for (int i = from; i < parameter.length; i++) {
            float g = gradient[i] * scale;
            mean[i] = flush(beta1 * mean[i] + (1 - beta1) * g);
            square[i] = flush(beta2 * square[i] + (1 - beta2) * g * g);
            parameter[i] -= stepSize * mean[i] / ((float) Math.sqrt(square[i]) + epsilon);
        }
    }

    @Override
    public double quantileHuber(
            float[] quantile,
            int q0,
            int count,
            float[] target,
            int t0,
            int targets,
            float shift,
            float scale,
            float[] gradient,
            int g0) {
        double loss = 0;
        for (int i = 0; i < count; i++) {
            float level = (i + 0.5f) / count;
            float slope = 0;
            float sum = 0;
            for (int j = t0; j < t0 + targets; j++) {
                float error = shift + scale * target[j] - quantile[q0 + i];
                float side = error < 0 ? 1 - level : level;
                float clipped = Math.clamp(error, -1f, 1f);
                sum += side * (clipped * (error - 0.5f * clipped)); // ½ error² within 1, |error| - ½ outside
                slope -= side * clipped;
            }
            loss += sum;
            gradient[g0 + i] = slope;
        }
        return loss;
    }

    /// 0 for floats too small for their full precision. The moments of a unit that is never on decay into them and,
    /// by rounding, never out of them; processors compute with them many times slower.
    private static float flush(float x) {
        return Math.abs(x) < Float.MIN_NORMAL ? 0 : x;
    }
}
