package dev.rein.toolkit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.toolkit.a2c.A2c;
import dev.rein.toolkit.a2c.A2cHyperParameters;
import dev.rein.toolkit.ars.Ars;
import dev.rein.toolkit.ars.ArsHyperParameters;
import dev.rein.toolkit.ddpg.Ddpg;
import dev.rein.toolkit.ddpg.DdpgHyperParameters;
import dev.rein.toolkit.dqn.Dqn;
import dev.rein.toolkit.dqn.DqnHyperParameters;
import dev.rein.toolkit.environment.Autoreset;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EnvironmentException;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.VectorOptions;
import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.environment.classic.Pendulum;
import dev.rein.toolkit.environment.registry.Environments;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.ppo.PpoHyperParameters;
import dev.rein.toolkit.probe.World;
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
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How a learner's environments are stepped: by threads, and watched.
class SteppingTest {
    private static final Map<String, String> REPLAY =
            Map.of("learning_starts", "50", "buffer_size", "500", "batch_size", "16");
    private static final Set<String> CONTINUOUS = Set.of("sac", "td3", "ddpg", "tqc");

    private static Algorithm made(String name, Supplier<? extends Environment> maker, VectorOptions options) {
        Map<String, String> small = Map.of("n_envs", "5", "net_arch", "8");
        return switch (name) {
            case "ppo" ->
                new Ppo(
                        PpoHyperParameters.defaults().with(small).with(Map.of("n_steps", "32", "batch_size", "40")),
                        maker,
                        3,
                        options);
            case "a2c" -> new A2c(A2cHyperParameters.defaults().with(small), maker, 3, options);
            case "dqn" -> new Dqn(DqnHyperParameters.defaults().with(small).with(REPLAY), maker, 3, options);
            case "qrdqn" ->
                new QrDqn(QrDqnHyperParameters.defaults().with(small).with(REPLAY), maker, 3, options);
            case "sac" -> new Sac(SacHyperParameters.defaults().with(small).with(REPLAY), maker, 3, 2, options);
            case "td3" -> new Td3(Td3HyperParameters.defaults().with(small).with(REPLAY), maker, 3, 2, options);
            case "ddpg" -> new Ddpg(DdpgHyperParameters.defaults().with(small).with(REPLAY), maker, 3, 2, options);
            case "reinforce" ->
                new Reinforce(ReinforceHyperParameters.defaults().with("net_arch", "8"), maker, 3, options);
            case "ars" -> new Ars(ArsHyperParameters.defaults(), maker, 3, 1, options);
            case "qlearning" ->
                new QLearning(QLearningHyperParameters.defaults().with("n_envs", 5), maker, 3, options);
            case "sarsa" -> new Sarsa(SarsaHyperParameters.defaults(), maker, 3, options);
            default -> new Tqc(TqcHyperParameters.defaults().with(small).with(REPLAY), maker, 3, 2, options);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"ppo", "a2c", "dqn", "qrdqn", "sac", "td3", "ddpg", "tqc", "qlearning"})
    void thePolicyIsTheSameBitForBitForAnyNumberOfThreads(String name) {
        float[][] parameters = new float[2][];
        for (int run = 0; run < 2; run++) {
            var options = VectorOptions.defaults().withThreads(run == 0 ? 1 : 3);
            Supplier<? extends Environment> maker = CONTINUOUS.contains(name)
                    ? Pendulum::v1
                    : name.equals("qlearning") ? Environments.maker("Taxi-v3") : CartPole::v1;
            try (Algorithm algorithm = made(name, maker, options)) {
                algorithm.train(800, _ -> {});
                parameters[run] = algorithm.policy().network().parameters();
            }
        }
        assertThat(parameters[1]).containsExactly(parameters[0]);
    }

    /// Shows one of two choices, and never answers an action until it is let go.
    private static final class Hanging extends World {
        private final CountDownLatch never;

        Hanging(CountDownLatch never) {
            this.never = never;
        }

        @Override
        public Space observationSpace() {
            return new Discrete(2);
        }

        @Override
        public void step(Row action, Step step) {
            step.observation().put(0);
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final VectorOptions WATCHED = VectorOptions.defaults().withStepLimit(Duration.ofMillis(500));

    @ParameterizedTest
    @ValueSource(strings = {"ppo", "a2c", "dqn", "qrdqn", "reinforce", "ars", "qlearning", "sarsa"})
    void anEnvironmentThatHangsInTrainingIsNamed(String name) {
        var never = new CountDownLatch(1);
        Algorithm algorithm = made(name, () -> new Hanging(never), WATCHED);
        assertThatThrownBy(() -> algorithm.train(100, _ -> {}))
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("environment 0, episode 0, step 1");
        never.countDown();
    }

    @Test
    void anEnvironmentThatHangsInAnEvaluationIsNamed() {
        var never = new CountDownLatch(1);
        Policy policy;
        try (Algorithm sarsa = made("sarsa", () -> new Hanging(never), VectorOptions.defaults())) {
            policy = sarsa.policy();
        }
        assertThatThrownBy(() -> Evaluation.of(policy, () -> new Hanging(never), 3, 1, WATCHED))
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("environment 0, episode 0, step 1");
        never.countDown();
    }

    @Test
    void threadsDoNotChangeAnEvaluation() {
        try (Algorithm ppo = made("ppo", CartPole::v1, VectorOptions.defaults())) {
            double[] alone = Evaluation.of(ppo.policy(), CartPole::v1, 20, 1).returns();
            double[] shared = Evaluation.of(
                            ppo.policy(),
                            CartPole::v1,
                            20,
                            1,
                            VectorOptions.defaults().withThreads(3))
                    .returns();
            assertThat(shared).containsExactly(alone);
        }
    }

    @Test
    void anEnvironmentThatThrowsInTrainingIsNamedWithItsCause() {
        Supplier<Environment> maker = () -> new World() {
            @Override
            public void step(Row action, Step step) {
                throw new IllegalStateException("the queue is negative");
            }
        };
        try (Algorithm a2c = made("a2c", maker, VectorOptions.defaults())) {
            assertThatThrownBy(() -> a2c.train(100, _ -> {}))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageContaining("environment 0, episode 0, step 1 with action [")
                    .hasMessageContaining("it threw java.lang.IllegalStateException: the queue is negative")
                    .hasRootCauseMessage("the queue is negative");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ppo",
                "a2c",
                "dqn",
                "qrdqn",
                "sac",
                "td3",
                "ddpg",
                "tqc",
                "reinforce",
                "ars",
                "qlearning",
                "sarsa"
            })
    void aLearnerRefusesAnotherAutoreset(String name) {
        var options = VectorOptions.defaults().withAutoreset(Autoreset.NEXT_STEP);
        assertThatThrownBy(() -> made(name, CartPole::v1, options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("autoreset: NEXT_STEP (expected: SAME_STEP to train with)");
    }
}
