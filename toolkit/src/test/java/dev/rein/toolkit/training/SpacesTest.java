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
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Part;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.ppo.PpoHyperParameters;
import dev.rein.toolkit.qrdqn.QrDqn;
import dev.rein.toolkit.qrdqn.QrDqnHyperParameters;
import dev.rein.toolkit.reinforce.Reinforce;
import dev.rein.toolkit.reinforce.ReinforceHyperParameters;
import dev.rein.toolkit.sac.Sac;
import dev.rein.toolkit.sac.SacHyperParameters;
import dev.rein.toolkit.td3.Td3;
import dev.rein.toolkit.td3.Td3HyperParameters;
import dev.rein.toolkit.tqc.Tqc;
import dev.rein.toolkit.tqc.TqcHyperParameters;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which algorithm takes which actions, and that each takes every observation.
class SpacesTest {
    static final Map<String, Function<Supplier<Environment>, Algorithm>> ALGORITHMS = Map.of(
            "ppo",
            maker -> new Ppo(
                    PpoHyperParameters.defaults()
                            .with(Map.of("n_steps", "16", "n_envs", "2", "batch_size", "16", "net_arch", "8")),
                    maker,
                    1),
            "a2c",
            maker -> new A2c(A2cHyperParameters.defaults().with(Map.of("n_envs", "2", "net_arch", "8")), maker, 1),
            "reinforce",
            maker -> new Reinforce(
                    ReinforceHyperParameters.defaults().with(Map.of("n_episodes", "4", "net_arch", "8")), maker, 1),
            "ars",
            maker -> new Ars(
                    ArsHyperParameters.defaults().with(Map.of("net_arch", "8", "zero_policy", "false")), maker, 1),
            "dqn",
            maker -> new Dqn(DqnHyperParameters.defaults().with(offPolicy()), maker, 1),
            "qrdqn",
            maker -> new QrDqn(QrDqnHyperParameters.defaults().with(offPolicy()), maker, 1),
            "sac",
            maker -> new Sac(SacHyperParameters.defaults().with(offPolicy()), maker, 1),
            "td3",
            maker -> new Td3(Td3HyperParameters.defaults().with(offPolicy()), maker, 1),
            "ddpg",
            maker -> new Ddpg(DdpgHyperParameters.defaults().with(offPolicy()), maker, 1),
            "tqc",
            maker -> new Tqc(TqcHyperParameters.defaults().with(offPolicy()), maker, 1));

    private static Map<String, String> offPolicy() {
        return Map.of("learning_starts", "20", "buffer_size", "100", "batch_size", "8", "net_arch", "8");
    }

    /// Ten steps an episode of anything: what it shows and takes is drawn or looked at, and means nothing.
    private record Anything(Space observationSpace, Space actionSpace) implements Environment {
        @Override
        public void reset(RandomGenerator random, Step step) {
            show(step);
        }

        @Override
        public void step(Row action, Step step) {
            float[] taken = new float[action.size()];
            for (int i = 0; i < taken.length; i++) {
                taken[i] = action.get(i);
            }
            assertThat(actionSpace.problem(taken, 0)).isEmpty();
            step.reward(1);
            step.terminate();
            show(step);
        }

        private void show(Step step) {
            for (Part leaf : observationSpace.leaves()) {
                for (int i = 0; i < leaf.size(); i++) {
                    step.observation().set(leaf.offset() + i, i % 2);
                }
            }
        }
    }

    static final Set<String> CHOOSERS = Set.of("ppo", "a2c", "reinforce", "ars", "dqn", "qrdqn");

    private static final Set<String> ANYTHING = Set.of("ppo", "a2c", "reinforce", "ars");

    private static final Map<String, Set<String>> TAKE = Map.of(
            "discrete 3", CHOOSERS,
            "box 2 -1.0 1.0", Set.of("ppo", "a2c", "reinforce", "ars", "sac", "td3", "ddpg", "tqc"),
            "multidiscrete 2,3", ANYTHING,
            "multibinary 2", ANYTHING,
            "dict 2 gear discrete 3 aim box 1 -1.0 1.0", ANYTHING);

    @Test
    void everyAlgorithmTakesItsActionsAndNamesWhoTakesTheOthers() {
        Space seen = Space.parse("box 2 -1.0 1.0");
        TAKE.forEach((actions, takers) -> ALGORITHMS.forEach((name, algorithm) -> {
            Supplier<Environment> maker = () -> new Anything(seen, Space.parse(actions));
            if (takers.contains(name)) {
                try (Algorithm made = algorithm.apply(maker)) {
                    made.train(40, _ -> {});
                }
            } else {
                assertThatThrownBy(() -> algorithm.apply(maker))
                        .as("%s with %s", name, actions)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("actions: ")
                        .hasMessageContaining("(expected: ")
                        .hasMessageContaining("PPO");
            }
        }));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "discrete 3",
                "multidiscrete 2,3",
                "multibinary 4",
                "tuple 2 discrete 3 box 2 -1.0 1.0",
                "dict 2 gear discrete 5 inside tuple 2 multibinary 2 multidiscrete 3,3"
            })
    void everyAlgorithmSeesEveryObservation(String text) {
        Space seen = Space.parse(text);
        ALGORITHMS.forEach((name, algorithm) -> {
            String actions = CHOOSERS.contains(name) ? "discrete 3" : "box 2 -1.0 1.0";
            Supplier<Environment> maker = () -> new Anything(seen, Space.parse(actions));
            try (Algorithm made = algorithm.apply(maker)) {
                made.train(60, _ -> {});
                Policy policy = made.policy();
                assertThat(policy.network().inputSize()).as(name).isEqualTo(seen.features());
                assertThat(Evaluation.of(policy, maker, 3, 1).returnMean()).isEqualTo(1);
            }
        });
    }
}
