package dev.rein.toolkit.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Products of few columns on vectors: each strand of the twin is a lane.
final class NarrowProduct {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int STRANDS = ScalarKernels.STRANDS;
    /// Rows of A whose sums are in flight together.
    private static final int ROWS = 4;

    /// Floats of scratch that [#multiply] asks for: strands of four rows, then B by columns.
    static final int SCRATCH = ROWS * STRANDS + ScalarKernels.NARROW_FLOATS;

    private NarrowProduct() {}

    /// As [Kernels#multiply], where [ScalarKernels#isNarrow].
    static void multiply(
            float[] scratch,
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
        for (int p = 0; p < k; p++) {
            for (int j = 0; j < n; j++) {
                scratch[ROWS * STRANDS + j * k + p] = b[b0 + p * n + j];
            }
        }
        for (int i = 0; i < m; i += ROWS) {
            int rows = Math.min(ROWS, m - i);
            for (int j = 0; j < n; j++) {
                if (rows == ROWS) {
                    four(scratch, ROWS * STRANDS + j * k, a, a0 + i * aRow, aRow, k);
                } else {
                    for (int r = 0; r < rows; r++) {
                        one(scratch, ROWS * STRANDS + j * k, r * STRANDS, a, a0 + (i + r) * aRow, k);
                    }
                }
                for (int r = 0; r < rows; r++) {
                    int at = c0 + (i + r) * n + j;
                    float start = accumulate ? c[at] : bias[bias0 + j];
                    c[at] = start + ScalarKernels.sumOfStrands(scratch, r * STRANDS);
                }
            }
        }
    }

    private static void four(float[] scratch, int column, float[] a, int a0, int aRow, int k) {
        int whole = k - k % STRANDS;
        for (int part = 0; part < STRANDS; part += LANES) {
            FloatVector s0 = FloatVector.zero(SPECIES);
            FloatVector s1 = s0;
            FloatVector s2 = s0;
            FloatVector s3 = s0;
            for (int p = part; p < whole; p += STRANDS) {
                FloatVector factor = FloatVector.fromArray(SPECIES, scratch, column + p);
                s0 = FloatVector.fromArray(SPECIES, a, a0 + p).fma(factor, s0);
                s1 = FloatVector.fromArray(SPECIES, a, a0 + aRow + p).fma(factor, s1);
                s2 = FloatVector.fromArray(SPECIES, a, a0 + 2 * aRow + p).fma(factor, s2);
                s3 = FloatVector.fromArray(SPECIES, a, a0 + 3 * aRow + p).fma(factor, s3);
            }
            s0.intoArray(scratch, part);
            s1.intoArray(scratch, STRANDS + part);
            s2.intoArray(scratch, 2 * STRANDS + part);
            s3.intoArray(scratch, 3 * STRANDS + part);
        }
        for (int r = 0; r < ROWS; r++) {
            rest(scratch, column, r * STRANDS, a, a0 + r * aRow, whole, k);
        }
    }

    private static void one(float[] scratch, int column, int strands, float[] a, int a0, int k) {
        int whole = k - k % STRANDS;
        for (int part = 0; part < STRANDS; part += LANES) {
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int p = part; p < whole; p += STRANDS) {
                FloatVector factor = FloatVector.fromArray(SPECIES, scratch, column + p);
                sum = FloatVector.fromArray(SPECIES, a, a0 + p).fma(factor, sum);
            }
            sum.intoArray(scratch, strands + part);
        }
        rest(scratch, column, strands, a, a0, whole, k);
    }

    private static void rest(float[] scratch, int column, int strands, float[] a, int a0, int whole, int k) {
        for (int p = whole; p < k; p++) {
            int s = strands + p - whole;
            scratch[s] = Math.fma(a[a0 + p], scratch[column + p], scratch[s]);
        }
    }
}
