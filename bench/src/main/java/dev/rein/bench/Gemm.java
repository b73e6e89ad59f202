package dev.rein.bench;

import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.kernel.Kernels;

/// Our side of `gemm.sh`: `Gemm <m> <n> <k>` prints `gflops=…`, the best of ten rounds of about 0.2 s of `C += A·B`
/// in float32 after as many to warm up.
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
        double flops = 2.0 * m * n * k;
        int times = (int) Math.max(1, ROUND_FLOPS / flops);
        Kernels kernels = Kernels.active();
        double best = 0;
        for (int round = 0; round < 2 * ROUNDS; round++) {
            long began = System.nanoTime();
            for (int i = 0; i < times; i++) {
                kernels.multiply(a, 0, k, 1, b, 0, b, 0, c, 0, m, n, k, true);
            }
            double rate = times * flops / (System.nanoTime() - began);
            best = round < ROUNDS ? 0 : Math.max(best, rate);
        }
        System.out.printf("gflops=%.1f%n", best);
    }

    private static float[] gaussian(EpisodeRandom random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
