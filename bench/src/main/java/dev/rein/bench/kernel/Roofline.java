package dev.rein.bench.kernel;

import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.kernel.Kernels;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// How far each kernel is from what one core can do: its highest rate of fused multiply-adds out of registers, and the
/// bandwidth of its memory at the kernel's size, both measured in the same run (Williams, Waterman & Patterson 2009,
/// "Roofline"). Prints a table; a kernel's bound is the lower of what arithmetic and what memory allow.
final class Roofline {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 12;
    private static final double ROUND_SECONDS = 0.1;

    private final Kernels kernels = Kernels.active();
    private double peak;
    private float sink;

    private Roofline() {}

    static void main() {
        new Roofline().run();
    }

    private void run() {
        peak = rate(() -> sink += fusedMultiplyAdds(20_000), 20_000.0 * 16 * SPECIES.length() * 2);
        System.out.printf(
                "peak of fused multiply-adds: %.1f GFLOP/s, vectors of %d floats%n%n", peak, SPECIES.length());
        System.out.println("| kernel | GFLOP/s | FLOP a byte | bandwidth there, GB/s | bound, GFLOP/s | share of it |");
        System.out.println("|---|---|---|---|---|---|");
        for (int[] shape : new int[][] {
            {256, 64, 64},
            {256, 256, 256},
            {256, 400, 300},
            {1024, 1024, 1024},
            {8, 64, 64},
            {1, 64, 64},
            {256, 2, 64},
            {256, 1, 256}
        }) {
            product(shape[0], shape[1], shape[2]);
        }
        for (int size : new int[] {4_096, 65_536, 1_048_576}) {
            float[] x = gaussian(size);
            float[] y = gaussian(size);
            float[] mean = new float[size];
            float[] square = gaussian(size);
            for (int i = 0; i < size; i++) {
                square[i] *= square[i];
            }
            row("tanh of " + size, () -> kernels.tanh(x, 0, size), 19.0 * size, 8.0 * size, 4L * size);
            row("relu of " + size, () -> kernels.relu(x, 0, size), size, 8.0 * size, 4L * size);
            row(
                    "Adam of " + size,
                    () -> kernels.adam(x, y, 1, mean, square, 0.9f, 0.999f, 1e-6f, 1e-8f),
                    14.0 * size,
                    28.0 * size,
                    16L * size);
        }
    }

    private void product(int m, int n, int k) {
        float[] a = gaussian(m * k);
        float[] b = gaussian(k * n);
        float[] c = new float[m * n];
        double bytes = 4.0 * (m * k + k * n + 2 * m * n);
        row(
                "product %d x %d x %d".formatted(m, n, k),
                () -> kernels.multiply(a, 0, k, 1, b, 0, b, 0, c, 0, m, n, k, true),
                2.0 * m * n * k,
                bytes,
                (long) bytes);
    }

    /// @param bytes   a call reads and writes at least
    /// @param working bytes it works in: they decide which cache it lives in
    private void row(String name, Runnable kernel, double flops, double bytes, long working) {
        double reached = rate(kernel, flops);
        double bandwidth = bandwidth(working);
        double bound = Math.min(peak, flops / bytes * bandwidth);
        System.out.printf(
                "| %s | %.1f | %.2f | %.0f | %.1f | %.0f %% |%n",
                name, reached, flops / bytes, bandwidth, bound, 100 * reached / bound);
    }

    /// Best of some rounds, in 1e9 a second of this thread's processor time; the first half of them warm up.
    private static double rate(Runnable work, double amount) {
        double best = 0;
        long times = 1;
        for (int round = 0; round < ROUNDS; ) {
            long began = THREADS.getCurrentThreadCpuTime();
            for (long i = 0; i < times; i++) {
                work.run();
            }
            double seconds = (THREADS.getCurrentThreadCpuTime() - began) / 1e9;
            if (seconds < ROUND_SECONDS) {
                times *= 2;
                continue;
            }
            round++;
            best = round > ROUNDS / 2 ? Math.max(best, times * amount / seconds / 1e9) : 0;
        }
        return best;
    }

    /// Reads and writes an array in place, as element-wise kernels do, in GB/s.
    private static double bandwidth(long working) {
        float[] x = new float[(int) Math.max(1024, working / 4)];
        return rate(() -> scale(x), 8.0 * x.length);
    }

    private static void scale(float[] x) {
        for (int i = 0; i + SPECIES.length() <= x.length; i += SPECIES.length()) {
            FloatVector.fromArray(SPECIES, x, i).mul(0.5f).intoArray(x, i);
        }
    }

    /// Sixteen chains, which none waits for another.
    private static float fusedMultiplyAdds(int times) {
        FloatVector a = FloatVector.broadcast(SPECIES, 0.999f);
        FloatVector b = FloatVector.broadcast(SPECIES, 0.001f);
        FloatVector s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a;
        FloatVector s8 = a, s9 = a, s10 = a, s11 = a, s12 = a, s13 = a, s14 = a, s15 = a;
        for (int i = 0; i < times; i++) {
            s0 = s0.fma(a, b);
            s1 = s1.fma(a, b);
            s2 = s2.fma(a, b);
            s3 = s3.fma(a, b);
            s4 = s4.fma(a, b);
            s5 = s5.fma(a, b);
            s6 = s6.fma(a, b);
            s7 = s7.fma(a, b);
            s8 = s8.fma(a, b);
            s9 = s9.fma(a, b);
            s10 = s10.fma(a, b);
            s11 = s11.fma(a, b);
            s12 = s12.fma(a, b);
            s13 = s13.fma(a, b);
            s14 = s14.fma(a, b);
            s15 = s15.fma(a, b);
        }
        return s0.add(s1).add(s2).add(s3).add(s4).add(s5).add(s6).add(s7).lane(0)
                + s8.add(s9)
                        .add(s10)
                        .add(s11)
                        .add(s12)
                        .add(s13)
                        .add(s14)
                        .add(s15)
                        .lane(0);
    }

    private static float[] gaussian(int length) {
        var random = new EpisodeRandom(1, 0, 0);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
