package dev.rein.bench.kernel;

import dev.rein.toolkit.distribution.Categorical;
import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.kernel.Kernels;
import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Adam;
import dev.rein.toolkit.nn.Initialisation;
import dev.rein.toolkit.nn.Sequential;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.replay.Batch;
import dev.rein.toolkit.replay.ReplayBuffer;
import dev.rein.toolkit.rollout.Rollout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What one call costs, in microseconds, at sizes that show how the cost grows. With `-prof gc` also what it
/// allocates: nothing once it is compiled, which takes longer than the warm-up on a machine that does other things.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-XX:+UseSerialGC"})
public class Pieces {
    private static final float GAMMA = 0.99f;
    private static final float LAMBDA = 0.95f;

    private static float[] gaussian(int length) {
        var random = new EpisodeRandom(1, 0, 0);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static Sequential network(int... sizes) {
        return Sequential.mlp(Activation.TANH, Activation.IDENTITY, sizes)
                .initialise(new EpisodeRandom(1, 0, 0), Initialisation.ORTHOGONAL, 1);
    }

    /// Generalised advantage estimation over a rollout.
    @State(Scope.Thread)
    public static class Advantages {
        @Param({"512", "1024", "2048", "4096", "8192"})
        public int steps;

        private Rollout rollout = rollout(1);

        private static Rollout rollout(int steps) {
            var environments = VectorEnvironment.of(CartPole::v1, 1, 1);
            environments.reset();
            var rollout = new Rollout(environments, steps, GAMMA, 2, null, false);
            var head = new Categorical(2);
            rollout.collect(network(4, 8, 2), head, network(4, 8, 1), new EpisodeRandom(1, 0, 0));
            return rollout;
        }

        @Setup
        public void collect() {
            rollout = rollout(steps);
        }
    }

    @Benchmark
    public void advantages(Advantages state) {
        state.rollout.advantages(LAMBDA);
    }

    /// A buffer of CartPole's transitions, full.
    @State(Scope.Thread)
    public static class Buffer {
        private static final int CAPACITY = 100_000;

        @Param({"32", "64", "128", "256", "512"})
        public int rows;

        private final ReplayBuffer buffer = new ReplayBuffer(Box.of(-5, 5, 4), 1, 0, CAPACITY);
        private final EpisodeRandom random = new EpisodeRandom(1, 0, 0);
        private final float[] seen = gaussian(4);
        private Batch batch = buffer.batch(1);

        @Setup
        public void fill() {
            batch = buffer.batch(rows);
            for (int i = 0; i < CAPACITY; i++) {
                buffer.add(seen, 0, seen, 0, 1, GAMMA, seen, 0, null, 0);
            }
        }
    }

    @Benchmark
    public void replaySample(Buffer state) {
        state.buffer.sample(state.random, 0, state.batch);
    }

    @Benchmark
    public void replayPush(Buffer state) {
        state.buffer.add(state.seen, 0, state.seen, 0, 1, GAMMA, state.seen, 0, null, 0);
    }

    /// A policy of CartPole's shape, as it is served.
    @State(Scope.Thread)
    public static class Served {
        @Param({"64", "128", "256"})
        public int width;

        private final float[] observation = {0.01f, 0.2f, 0.03f, -0.4f};
        private final float[] action = new float[1];
        private Policy policy = policy(1);

        private static Policy policy(int width) {
            return new Policy(Box.of(-5, 5, 4), new Discrete(2), network(4, width, width, 2));
        }

        @Setup
        public void make() {
            policy = policy(width);
        }
    }

    @Benchmark
    public void policyOfOneObservation(Served state) {
        state.policy.act(state.observation, 1, state.action);
    }

    /// CartPole-v1 as one batch.
    @State(Scope.Thread)
    public static class Poles {
        @Param({"1", "16", "256", "1024", "4096"})
        public int count;

        private float[] actions = new float[1];
        private VectorEnvironment environments = VectorEnvironment.of(CartPole::v1, 1, 1);

        @Setup
        public void begin() {
            environments = VectorEnvironment.of(CartPole::v1, count, 1);
            environments.reset();
            actions = gaussian(count);
            for (int i = 0; i < count; i++) {
                actions[i] = actions[i] > 0 ? 1 : 0;
            }
        }
    }

    @Benchmark
    public void cartPoleStep(Poles state) {
        state.environments.step(state.actions);
    }

    /// An optimiser's step and an activation over so many numbers.
    @State(Scope.Thread)
    public static class Parameters {
        @Param({"4096", "16384", "65536", "262144"})
        public int size;

        private final Kernels kernels = Kernels.active();
        private Adam adam = new Adam(1, 1e-8f);
        private float[] parameters = new float[1];
        private float[] gradient = new float[1];
        private float[] values = new float[1];

        @Setup
        public void make() {
            adam = new Adam(size, 1e-8f);
            parameters = gaussian(size);
            gradient = gaussian(size);
            values = gaussian(size);
        }
    }

    @Benchmark
    public void adamStep(Parameters state) {
        state.adam.step(state.parameters, state.gradient, 1, 1e-3f);
    }

    @Benchmark
    public void tanh(Parameters state) {
        state.kernels.tanh(state.values, 0, state.size);
    }

    /// So many quantiles of one transition against as many of what came next.
    @State(Scope.Thread)
    public static class Quantiles {
        @Param({"25", "50", "100", "200"})
        public int count;

        private final Kernels kernels = Kernels.active();
        private float[] quantile = new float[1];
        private float[] target = new float[1];
        private float[] gradient = new float[1];

        @Setup
        public void make() {
            quantile = gaussian(count);
            target = gaussian(count);
            gradient = new float[count];
        }
    }

    @Benchmark
    public double quantileHuber(Quantiles state) {
        return state.kernels.quantileHuber(
                state.quantile, 0, state.count, state.target, 0, state.count, 0.1f, 0.99f, state.gradient, 0);
    }
}
