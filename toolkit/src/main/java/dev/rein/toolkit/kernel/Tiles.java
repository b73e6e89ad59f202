package dev.rein.toolkit.kernel;

import java.util.List;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// The innermost loops of a product: as many elements of C as there are registers for, over a stretch of A's columns.
///
/// In all of them, A is read from `a0`, a row every `aRow` and a column every `aColumn` floats; B from `b0`, a row
/// every `bRow`; C is written from `c0`, a row every `n`; `k` is the length of the stretch. `start` is what the sums
/// begin with, from `start0`, a row every `startRow`: C itself, or the bias.
final class Tiles {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    /// The first 0, 1, … lanes: kept, because a mask that is handed on to a method costs an object each time.
    static final List<VectorMask<Float>> FIRST = IntStream.rangeClosed(0, LANES)
            .mapToObj(lanes -> SPECIES.indexInRange(0, lanes))
            .toList();

    private Tiles() {}

    /// 8 rows × 2 vectors: 16 sums in flight.
    static void tile8x2(
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

    static void tile4x2(
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

    /// 8 rows × 1 vector of a packed panel, added to the rows of the tile behind it ([PanelProduct#edge]).
    static void tile8x1(float[] a, int a0, int aRow, int aColumn, float[] panel, int tile, int k) {
        FloatVector s0 = FloatVector.fromArray(SPECIES, panel, tile);
        FloatVector s1 = FloatVector.fromArray(SPECIES, panel, tile + PanelProduct.WIDTH);
        FloatVector s2 = FloatVector.fromArray(SPECIES, panel, tile + 2 * PanelProduct.WIDTH);
        FloatVector s3 = FloatVector.fromArray(SPECIES, panel, tile + 3 * PanelProduct.WIDTH);
        FloatVector s4 = FloatVector.fromArray(SPECIES, panel, tile + 4 * PanelProduct.WIDTH);
        FloatVector s5 = FloatVector.fromArray(SPECIES, panel, tile + 5 * PanelProduct.WIDTH);
        FloatVector s6 = FloatVector.fromArray(SPECIES, panel, tile + 6 * PanelProduct.WIDTH);
        FloatVector s7 = FloatVector.fromArray(SPECIES, panel, tile + 7 * PanelProduct.WIDTH);
        for (int p = 0, ap = a0, bp = 0; p < k; p++, ap += aColumn, bp += PanelProduct.WIDTH) {
            FloatVector v = FloatVector.fromArray(SPECIES, panel, bp);
            s0 = FloatVector.broadcast(SPECIES, a[ap]).fma(v, s0);
            s1 = FloatVector.broadcast(SPECIES, a[ap + aRow]).fma(v, s1);
            s2 = FloatVector.broadcast(SPECIES, a[ap + 2 * aRow]).fma(v, s2);
            s3 = FloatVector.broadcast(SPECIES, a[ap + 3 * aRow]).fma(v, s3);
            s4 = FloatVector.broadcast(SPECIES, a[ap + 4 * aRow]).fma(v, s4);
            s5 = FloatVector.broadcast(SPECIES, a[ap + 5 * aRow]).fma(v, s5);
            s6 = FloatVector.broadcast(SPECIES, a[ap + 6 * aRow]).fma(v, s6);
            s7 = FloatVector.broadcast(SPECIES, a[ap + 7 * aRow]).fma(v, s7);
        }
        s0.intoArray(panel, tile);
        s1.intoArray(panel, tile + PanelProduct.WIDTH);
        s2.intoArray(panel, tile + 2 * PanelProduct.WIDTH);
        s3.intoArray(panel, tile + 3 * PanelProduct.WIDTH);
        s4.intoArray(panel, tile + 4 * PanelProduct.WIDTH);
        s5.intoArray(panel, tile + 5 * PanelProduct.WIDTH);
        s6.intoArray(panel, tile + 6 * PanelProduct.WIDTH);
        s7.intoArray(panel, tile + 7 * PanelProduct.WIDTH);
    }

    static void tile1x2(
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

    static void tail4(
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

    static void tail1(
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
}
