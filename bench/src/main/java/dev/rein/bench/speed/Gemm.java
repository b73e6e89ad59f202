package dev.rein.bench.speed;

import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.kernel.Kernels;

/// GFLOP/s of `C += A·B` in float32: `Gemm <m> <n> <k>` prints the best of ten rounds of about 0.2 s, after as many
/// to warm up.
final class Gemm {
    private static final int ROUNDS = 10;
    private static final double ROUND_FLOPS = 1.5e10;

    private Gemm() {}

    static void main(String[] arguments) {
        int m = Integer.parseInt(arguments[0]);
        int n = Integer.parseInt(arguments[1]);
        int k = Integer.parseInt(arguments[2]);
        var random = new EpisodeRandom(1, 0, 0);
        float[] a = gaussian(random, m * k);
        float[] b = gaussian(random, k * n);
        float[] c = new float[m * n];
        double gflop = 2e-9 * m * n * k;
        int times = (int) Math.max(1, ROUND_FLOPS / gflop / 1e9);
        Kernels kernels = Kernels.active();
        Rate best = new Rate(0, 0);
        for (int round = 0; round < 2 * ROUNDS; round++) {
            Rate rate = Rate.of(() -> {
                for (int i = 0; i < times; i++) {
                    kernels.multiply(a, 0, k, 1, b, 0, b, 0, c, 0, m, n, k, true);
                }
                return times * gflop;
            });
            if (round >= ROUNDS && rate.perCpuSecond() > best.perCpuSecond()) {
                best = rate;
            }
        }
        System.out.println(best);
    }

    private static float[] gaussian(EpisodeRandom random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
