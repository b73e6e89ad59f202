package dev.rein.bench.speed;

import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.environment.VectorOptions;
import dev.rein.toolkit.environment.classic.CartPole;

/// Steps a second of CartPole-v1 as one batch: `Stepping <environments> <threads>`. Random actions, drawn beforehand;
/// everything that training uses is on: checks, episode statistics, what checkpoints need.
final class Stepping {
    private static final int ROUNDS = 10;
    private static final int ROUND_STEPS = 4_000_000;
    private static final int DRAWN = 64;

    private Stepping() {}

    static void main(String[] arguments) {
        int count = Integer.parseInt(arguments[0]);
        var options = VectorOptions.defaults().withThreads(Integer.parseInt(arguments[1]));
        float[][] actions = new float[DRAWN][count];
        var random = new EpisodeRandom(1, 0, 0);
        for (float[] batch : actions) {
            for (int i = 0; i < count; i++) {
                batch[i] = random.nextInt(2);
            }
        }
        try (var environments = VectorEnvironment.of(CartPole::v1, count, 1, options)) {
            environments.reset();
            step(environments, actions); // warm-up
            Rate best = new Rate(0, 0);
            for (int round = 0; round < ROUNDS; round++) {
                Rate rate = Rate.of(() -> step(environments, actions));
                if (rate.perCpuSecond() > best.perCpuSecond()) {
                    best = rate;
                }
            }
            System.out.println(best);
        }
    }

    private static double step(VectorEnvironment environments, float[][] actions) {
        int times = Math.max(1, ROUND_STEPS / environments.count());
        for (int i = 0; i < times; i++) {
            environments.step(actions[i % DRAWN]);
        }
        return (double) times * environments.count();
    }
}
