package dev.rein.toolkit.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.rein.toolkit.a2c.A2c;
import dev.rein.toolkit.a2c.A2cHyperParameters;
import dev.rein.toolkit.ars.Ars;
import dev.rein.toolkit.ars.ArsHyperParameters;
import dev.rein.toolkit.ddpg.Ddpg;
import dev.rein.toolkit.ddpg.DdpgHyperParameters;
import dev.rein.toolkit.dqn.Dqn;
import dev.rein.toolkit.dqn.DqnHyperParameters;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.environment.classic.Pendulum;
import dev.rein.toolkit.environment.registry.Environments;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.ppo.PpoHyperParameters;
import dev.rein.toolkit.probe.ManyParts;
import dev.rein.toolkit.qlearning.QLearning;
import dev.rein.toolkit.qlearning.QLearningHyperParameters;
import dev.rein.toolkit.qrdqn.QrDqn;
import dev.rein.toolkit.qrdqn.QrDqnHyperParameters;
import dev.rein.toolkit.reinforce.Reinforce;
import dev.rein.toolkit.reinforce.ReinforceHyperParameters;
import dev.rein.toolkit.sac.Sac;
import dev.rein.toolkit.sac.SacHyperParameters;
import dev.rein.toolkit.sarsa.Sarsa;
import dev.rein.toolkit.sarsa.SarsaHyperParameters;
import dev.rein.toolkit.td3.Td3;
import dev.rein.toolkit.td3.Td3HyperParameters;
import dev.rein.toolkit.tqc.Tqc;
import dev.rein.toolkit.tqc.TqcHyperParameters;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What the JVM itself counts: acting and learning allocate nothing once they run.
class AllocationTest {
    private static final int CHUNK = 4_096;
    private static final int MOST_CHUNKS = 40;
    private static final boolean[] ALL = new boolean[0];
    private static final Map<String, String> REPLAY =
            Map.of("learning_starts", "100", "buffer_size", "2000", "batch_size", "16", "net_arch", "24,24");

    static Stream<Named<Supplier<Algorithm>>> algorithms() {
        var onPolicy = Map.of("n_steps", "64", "n_envs", "4", "net_arch", "24,24");
        return Stream.of(
                Named.of("ppo", () -> new Ppo(PpoHyperParameters.defaults().with(onPolicy), CartPole::v1, 1)),
                Named.of(
                        "ppo of many parts",
                        () -> new Ppo(PpoHyperParameters.defaults().with(onPolicy), ManyParts::new, 1)),
                Named.of("a2c", () -> new A2c(A2cHyperParameters.defaults().with(onPolicy), CartPole::v1, 1)),
                Named.of("dqn", () -> new Dqn(DqnHyperParameters.defaults().with(REPLAY), CartPole::v1, 1)),
                Named.of("rainbow", () -> new Dqn(DqnHyperParameters.rainbow().with(REPLAY), CartPole::v1, 1)),
                Named.of(
                        "qrdqn", () -> new QrDqn(QrDqnHyperParameters.defaults().with(REPLAY), CartPole::v1, 1)),
                Named.of("sac", () -> new Sac(SacHyperParameters.defaults().with(REPLAY), Pendulum::v1, 1)),
                Named.of(
                        "reinforce",
                        () -> new Reinforce(
                                ReinforceHyperParameters.defaults().with("net_arch", "24"), CartPole::v1, 1)),
                Named.of(
                        "ars",
                        () -> new Ars(
                                ArsHyperParameters.defaults().with("normalize_observations", true), Pendulum::v1, 1)),
                Named.of(
                        "qlearning",
                        () -> new QLearning(QLearningHyperParameters.defaults(), Environments.maker("Taxi-v3"), 1)),
                Named.of("sarsa", () -> new Sarsa(SarsaHyperParameters.defaults(), Environments.maker("Taxi-v3"), 1)),
                Named.of("ddpg", () -> new Ddpg(DdpgHyperParameters.defaults().with(REPLAY), Pendulum::v1, 1)),
                Named.of("td3", () -> new Td3(Td3HyperParameters.defaults().with(REPLAY), Pendulum::v1, 1)),
                Named.of("tqc", () -> new Tqc(TqcHyperParameters.defaults().with(REPLAY), Pendulum::v1, 1)));
    }

    private static void rounds(Algorithm algorithm, long steps) {
        long end = algorithm.steps() + steps;
        while (algorithm.steps() < end) {
            algorithm.round(0.5);
        }
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    /// Code that is not compiled yet keeps vectors in objects, and episodes learn how long they get: so until the
    /// JVM has warmed up, within the steps a short run takes anyway, it may allocate.
    @ParameterizedTest
    @MethodSource("algorithms")
    void aStepOfTrainingAllocatesNothing(Supplier<Algorithm> maker) {
        try (Algorithm algorithm = maker.get()) {
            long least = Long.MAX_VALUE;
            for (int chunk = 0; chunk < MOST_CHUNKS && least >= CHUNK; chunk++) {
                long before = allocated();
                rounds(algorithm, CHUNK);
                least = Math.min(least, allocated() - before);
            }
            assertThat(least).as("bytes that %d steps allocated at best", CHUNK).isLessThan(CHUNK);
        }
    }

    @Test
    void aCallOfAPolicyAllocatesNothing() {
        Policy policy;
        try (Algorithm algorithm =
                new Ppo(PpoHyperParameters.defaults().with(Map.of("net_arch", "32,32")), ManyParts::new, 1)) {
            policy = algorithm.policy();
        }
        float[] observation = {1, 0, 1, 1, 0, 0.5f};
        float[] action = new float[policy.actionSpace().size()];
        var random = new EpisodeRandom(1, 0, 0);
        long least = Long.MAX_VALUE;
        for (int chunk = 0; chunk < MOST_CHUNKS && least >= CHUNK; chunk++) {
            long before = allocated();
            for (int i = 0; i < CHUNK; i++) {
                policy.act(observation, ALL, 1, i % 2 == 0 ? random : null, action);
            }
            least = Math.min(least, allocated() - before);
        }
        assertThat(least).as("bytes that %d calls allocated at best", CHUNK).isLessThan(CHUNK);
    }
}
