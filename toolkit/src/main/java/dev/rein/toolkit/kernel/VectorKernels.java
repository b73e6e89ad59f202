package dev.rein.toolkit.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The kernels on the widest vectors of the CPU. Accumulators are local variables, never arrays: that is what keeps
/// them in registers. Nor are vectors handed to methods of ours, however small: the JVM may have compiled such a method
/// by itself before and then call it, with its vectors in objects.
final class VectorKernels implements Kernels {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private final ScalarKernels scalar = new ScalarKernels();
    /// Scratch for each thread that multiplies.
    private final ThreadLocal<float[]> scratch =
            ThreadLocal.withInitial(() -> new float[Math.max(PanelProduct.SCRATCH, NarrowProduct.SCRATCH)]);

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
            NarrowProduct.multiply(scratch.get(), a, a0, aRow, b, b0, bias, bias0, c, c0, m, n, k, accumulate);
        } else {
            PanelProduct.multiply(scratch.get(), a, a0, aRow, aColumn, b, b0, bias, bias0, c, c0, m, n, k, accumulate);
        }
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
            FloatVector v = FloatVector.fromArray(SPECIES, x, i);
            // by comparisons: a machine's minimum is not Java's, which takes six instructions
            v = v.blend(Tanh.LIMIT, v.compare(VectorOperators.GT, Tanh.LIMIT));
            v = v.blend(-Tanh.LIMIT, v.compare(VectorOperators.LT, -Tanh.LIMIT));
            FloatVector square = v.mul(v);
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
            v = v.mul(p).div(q);
            v = v.blend(1f, v.compare(VectorOperators.GT, 1f));
            v.blend(-1f, v.compare(VectorOperators.LT, -1f)).intoArray(x, i);
        }
        for (; i < end; i++) {
            x[i] = ScalarKernels.tanh(x[i]);
        }
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
            FloatVector value = FloatVector.fromArray(SPECIES, x, i);
            value.blend(0f, value.compare(VectorOperators.LE, 0f)).intoArray(x, i);
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
        // four sums in flight hide an addition's latency
        for (; j + 4 * LANES <= columns; j += 4 * LANES) {
            FloatVector s0 = FloatVector.fromArray(SPECIES, sum, sum0 + j);
            FloatVector s1 = FloatVector.fromArray(SPECIES, sum, sum0 + j + LANES);
            FloatVector s2 = FloatVector.fromArray(SPECIES, sum, sum0 + j + 2 * LANES);
            FloatVector s3 = FloatVector.fromArray(SPECIES, sum, sum0 + j + 3 * LANES);
            for (int i = 0, at = x0 + j; i < rows; i++, at += columns) {
                s0 = s0.add(FloatVector.fromArray(SPECIES, x, at));
                s1 = s1.add(FloatVector.fromArray(SPECIES, x, at + LANES));
                s2 = s2.add(FloatVector.fromArray(SPECIES, x, at + 2 * LANES));
                s3 = s3.add(FloatVector.fromArray(SPECIES, x, at + 3 * LANES));
            }
            s0.intoArray(sum, sum0 + j);
            s1.intoArray(sum, sum0 + j + LANES);
            s2.intoArray(sum, sum0 + j + 2 * LANES);
            s3.intoArray(sum, sum0 + j + 3 * LANES);
        }
        for (; j < columns; j += LANES) {
            VectorMask<Float> mask = Tiles.FIRST.get(Math.min(LANES, columns - j));
            FloatVector s = FloatVector.fromArray(SPECIES, sum, sum0 + j, mask);
            for (int i = 0, at = x0 + j; i < rows; i++, at += columns) {
                s = s.add(FloatVector.fromArray(SPECIES, x, at, mask));
            }
            s.intoArray(sum, sum0 + j, mask);
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
            // as ScalarKernels.flush
            m = m.blend(0f, m.lanewise(VectorOperators.ABS).compare(VectorOperators.LT, Float.MIN_NORMAL));
            v = v.blend(0f, v.compare(VectorOperators.LT, Float.MIN_NORMAL));
            m.intoArray(mean, i);
            v.intoArray(square, i);
            FloatVector.fromArray(SPECIES, parameter, i)
                    .sub(m.mul(stepSize).div(v.sqrt().add(epsilon)))
                    .intoArray(parameter, i);
        }
        ScalarKernels.adam(parameter, gradient, scale, mean, square, beta1, beta2, stepSize, epsilon, i);
    }

    /// A lane for each quantile, which adds its targets in the scalar's order.
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
        for (int i = 0; i < count; i += LANES) {
            int lanes = Math.min(LANES, count - i);
            VectorMask<Float> mask = Tiles.FIRST.get(lanes);
            FloatVector said = FloatVector.fromArray(SPECIES, quantile, q0 + i, mask);
            FloatVector level =
                    FloatVector.zero(SPECIES).addIndex(1).add(i + 0.5f).div(count);
            FloatVector above = FloatVector.broadcast(SPECIES, 1f).sub(level);
            FloatVector sum = FloatVector.zero(SPECIES);
            FloatVector slope = FloatVector.zero(SPECIES);
            for (int j = t0; j < t0 + targets; j++) {
                FloatVector error = FloatVector.broadcast(SPECIES, shift + scale * target[j])
                        .sub(said);
                FloatVector side = level.blend(above, error.compare(VectorOperators.LT, 0f));
                FloatVector clipped = error.blend(1f, error.compare(VectorOperators.GT, 1f));
                clipped = clipped.blend(-1f, error.compare(VectorOperators.LT, -1f));
                sum = sum.add(side.mul(clipped.mul(error.sub(clipped.mul(0.5f)))));
                slope = slope.sub(side.mul(clipped));
            }
            sum.intoArray(gradient, g0 + i, mask); // to be read lane by lane
            for (int lane = 0; lane < lanes; lane++) {
                loss += gradient[g0 + i + lane];
            }
            slope.intoArray(gradient, g0 + i, mask);
        }
        return loss;
    }
}
