package dev.rein.toolkit.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// A product goes through B panel by panel ("Anatomy of high-performance matrix multiplication", Goto & van de
/// Geijn 2008): a panel is packed, then meets all of A. However it is cut, each element of C is the twin's chain of
/// fused multiply-adds in the twin's order, so the results are equal bit for bit.
final class PanelProduct {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    /// Whether there are 32 registers, for 16 sums in flight; otherwise 16, for 8 sums.
    private static final boolean WIDE = LANES >= 16;
    /// Columns of a panel of B.
    static final int WIDTH = 2 * LANES;
    /// Rows of a packed panel: 16 KB, half the first cache, where vectors are widest.
    private static final int DEPTH = 128;
    /// With fewer rows of A, packing costs more than it saves.
    private static final int PACKING_ROWS = 16;

    /// Rows of the tile in which columns that do not fill a panel are computed.
    private static final int EDGE_ROWS = 8;

    /// Floats of scratch that [#multiply] asks for: a panel of B, and the tile of its edge behind it.
    static final int SCRATCH = (DEPTH + EDGE_ROWS) * WIDTH;

    private PanelProduct() {}

    /// As [Kernels#multiply].
    ///
    /// @param panel scratch of [#SCRATCH] floats
    static void multiply(
            float[] panel,
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
        if (m < PACKING_ROWS || n == WIDTH) {
            unpacked(a, a0, aRow, aColumn, b, b0, bias, bias0, c, c0, m, n, k, accumulate);
            return;
        }
        for (int j = 0; j < n; j += WIDTH) {
            int columns = Math.min(WIDTH, n - j);
            for (int p = 0; p < k; p += DEPTH) {
                int depth = Math.min(DEPTH, k - p);
                int ap = a0 + p * aColumn;
                boolean go = accumulate || p > 0;
                pack(b, b0 + p * n + j, n, depth, columns, panel);
                // at the edge, full tiles of rows first
                int done = columns == WIDTH ? 0 : m - m % EDGE_ROWS;
                if (done > 0) {
                    edge(panel, a, ap, aRow, aColumn, bias, bias0 + j, c, c0 + j, done, n, columns, depth, go);
                }
                stripe(
                        a,
                        ap + done * aRow,
                        aRow,
                        aColumn,
                        panel,
                        0,
                        WIDTH,
                        bias,
                        bias0 + j,
                        c,
                        c0 + j + done * n,
                        m - done,
                        n,
                        columns,
                        depth,
                        go);
            }
        }
    }

    /// Columns that do not fill the panel, by tiles of as many rows as elsewhere: computed in whole vectors behind the
    /// panel, whose surplus is dropped. Through masks, this took a third of the time of a layer of 300.
    ///
    /// @param m a multiple of [#EDGE_ROWS]
    private static void edge(
            float[] panel,
            float[] a,
            int a0,
            int aRow,
            int aColumn,
            float[] bias,
            int bias0,
            float[] c,
            int c0,
            int m,
            int n,
            int columns,
            int k,
            boolean accumulate) {
        int tile = DEPTH * WIDTH;
        Arrays.fill(panel, tile, SCRATCH, 0);
        for (int i = 0; i < m; i += EDGE_ROWS) {
            for (int r = 0, to = tile; r < EDGE_ROWS; r++, to += WIDTH) {
                if (accumulate) {
                    System.arraycopy(c, c0 + (i + r) * n, panel, to, columns);
                } else {
                    System.arraycopy(bias, bias0, panel, to, columns);
                }
            }
            int ai = a0 + i * aRow;
            if (columns <= LANES) {
                Tiles.tile8x1(a, ai, aRow, aColumn, panel, tile, k);
            } else if (WIDE) {
                Tiles.tile8x2(a, ai, aRow, aColumn, panel, 0, WIDTH, panel, tile, WIDTH, panel, tile, WIDTH, k);
            } else {
                int lower = tile + 4 * WIDTH;
                Tiles.tile4x2(a, ai, aRow, aColumn, panel, 0, WIDTH, panel, tile, WIDTH, panel, tile, WIDTH, k);
                Tiles.tile4x2(
                        a, ai + 4 * aRow, aRow, aColumn, panel, 0, WIDTH, panel, lower, WIDTH, panel, lower, WIDTH, k);
            }
            for (int r = 0, from = tile; r < EDGE_ROWS; r++, from += WIDTH) {
                System.arraycopy(panel, from, c, c0 + (i + r) * n, columns);
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
            for (int p = 0, to = 0; p < depth; p++, to += WIDTH) {
                System.arraycopy(b, b0 + p * n, panel, to, columns);
                // what an earlier panel left could be slow to compute with: a NaN, or a float near 0
                Arrays.fill(panel, to + columns, to + WIDTH, 0);
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
                Tiles.tile8x2(a, a0 + i * aRow, aRow, aColumn, b, b0, bRow, start, s, startRow, c, c0 + i * n, n, k);
            }
            for (; i + 4 <= m; i += 4) {
                int s = accumulate ? c0 + i * n : bias0;
                Tiles.tile4x2(a, a0 + i * aRow, aRow, aColumn, b, b0, bRow, start, s, startRow, c, c0 + i * n, n, k);
            }
            for (; i < m; i++) {
                Tiles.tile1x2(
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
            VectorMask<Float> mask = Tiles.FIRST.get(Math.min(LANES, columns - j));
            int i = 0;
            for (; i + 4 <= m; i += 4) {
                int s = j + (accumulate ? c0 + i * n : bias0);
                Tiles.tail4(
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
                Tiles.tail1(a, a0 + i * aRow, aColumn, b, b0 + j, bRow, start, s, c, c0 + i * n + j, k, mask);
            }
        }
    }
}
