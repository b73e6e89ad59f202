package dev.rein.bench.growth;

import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Adam;
import dev.rein.toolkit.nn.Initialisation;
import dev.rein.toolkit.nn.Sequential;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.ppo.PpoHyperParameters;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/// Does cost grow in proportion? Training over steps, stepping over environments, an update over parameters, each at
/// sizes that double: `Growth <svg>` prints a table and draws it. Costs are processor time of the working thread, the
/// least of some rounds, so other work on the machine moves them little.
final class Growth {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 7;
    private static final double ROUND_SECONDS = 0.02;
    private static final int ROWS = 64;
    private static final int IMAGE = 64;

    private Growth() {}

    static void main(String[] arguments) throws IOException {
        List<Series> all = List.of(
                series("training by PPO", "steps", Growth::training, 8_192, 16_384, 32_768, 65_536, 131_072, 262_144),
                series("a step of CartPole", "environments", Growth::stepping, 64, 256, 1024, 4096, 16_384, 65_536),
                series("an update of 64 rows", "parameters", Growth::update, 64, 128, 256, 512, 1024));
        System.out.println("| | size | milliseconds | nanoseconds a unit |\n|---|---|---|---|");
        for (Series series : all) {
            series.points()
                    .forEach(point -> System.out.printf(
                            "| %s | %,.0f %s | %.3f | %.2f |%n",
                            series.title(), point.size(), series.unit(), 1e3 * point.seconds(), 1e9 * point.perUnit()));
        }
        all.forEach(
                series -> System.out.printf("%s: cost ~ %s^%.2f%n", series.title(), series.unit(), series.exponent()));
        Files.writeString(Path.of(arguments[0]), Chart.draw(all));
    }

    private static Series series(String title, String unit, IntFunction<Work> at, int... sizes) {
        at.apply(sizes[0]).seconds(); // compiles
        return new Series(
                title,
                unit,
                Arrays.stream(sizes)
                        .mapToObj(at)
                        .map(work -> new Series.Point(work.size(), work.seconds()))
                        .toList());
    }

    /// Something to do over and over.
    ///
    /// @param size  of what, in units of the series
    /// @param calls that are made for one of `size`
    private record Work(int size, int calls, Runnable call) {
        /// Least processor time over the rounds.
        double seconds() {
            double best = Double.POSITIVE_INFINITY;
            int times = calls;
            for (int round = 0; round < ROUNDS; ) {
                long began = THREADS.getCurrentThreadCpuTime();
                for (int i = 0; i < times; i++) {
                    call.run();
                }
                double seconds = (THREADS.getCurrentThreadCpuTime() - began) / 1e9;
                if (seconds < ROUND_SECONDS) {
                    times *= 2;
                    continue;
                }
                best = Math.min(best, seconds * calls / times);
                round++;
            }
            return best;
        }
    }

    /// Rounds of 8 environments by 128 steps, as many as it takes.
    private static Work training(int steps) {
        var ppo = PpoHyperParameters.defaults().with("n_envs", 8).with("n_steps", 128);
        var learner = new Ppo(ppo, CartPole::v1, 1);
        return new Work(steps, steps / (ppo.nEnvs() * ppo.nSteps()), () -> learner.round(0));
    }

    private static Work stepping(int environments) {
        var poles = VectorEnvironment.of(CartPole::v1, environments, 1);
        poles.reset();
        float[] actions = new float[environments];
        return new Work(environments, 1, () -> {
            for (int i = 0; i < environments; i++) {
                actions[i] = 1 - actions[i];
            }
            poles.step(actions);
        });
    }

    /// Forward, backward and Adam.
    private static Work update(int width) {
        var random = new EpisodeRandom(1, 0, 0);
        Sequential network = Sequential.mlp(Activation.TANH, Activation.IDENTITY, IMAGE, width, width, 1)
                .initialise(random, Initialisation.ORTHOGONAL, 1);
        var adam = new Adam(network.parameters().length, 1e-8f);
        float[] input = new float[ROWS * IMAGE];
        float[] gradient = new float[ROWS];
        float[] output = new float[ROWS];
        for (int i = 0; i < input.length; i++) {
            input[i] = (float) random.nextGaussian();
        }
        Arrays.fill(gradient, 1f / ROWS);
        return new Work(network.parameters().length, 1, () -> {
            network.zeroGradient();
            network.forward(input, 0, ROWS, output, 0);
            network.backward(gradient, null);
            adam.step(network.parameters(), network.gradient(), 1, 1e-5f);
        });
    }
}
