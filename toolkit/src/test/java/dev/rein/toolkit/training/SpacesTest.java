package dev.rein.toolkit.training;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import dev.rein.toolkit.a2c.A2c;
import dev.rein.toolkit.a2c.A2cHyperParameters;
import dev.rein.toolkit.ars.Ars;
import dev.rein.toolkit.ars.ArsHyperParameters;
import dev.rein.toolkit.ddpg.Ddpg;
import dev.rein.toolkit.ddpg.DdpgHyperParameters;
import dev.rein.toolkit.dqn.Dqn;
import dev.rein.toolkit.dqn.DqnHyperParameters;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.MultiDiscrete;
import dev.rein.toolkit.environment.Part;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.policy.OnnxRuns;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.ppo.PpoHyperParameters;
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
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which algorithm takes which actions, and that each takes every observation.
class SpacesTest {
    private static final Map<String, String> SEEN = Map.of("net_arch", "8", "normalize_observations", "true");

    static final Map<String, Function<Supplier<Environment>, Algorithm>> ALGORITHMS = Map.of(
            "ppo",
            maker -> new Ppo(
                    PpoHyperParameters.defaults()
                            .with(Map.of("n_steps", "16", "n_envs", "2", "batch_size", "16"))
                            .with(SEEN),
                    maker,
                    1),
            "a2c",
            maker -> new A2c(A2cHyperParameters.defaults().with("n_envs", 2).with(SEEN), maker, 1),
            "reinforce",
            maker -> new Reinforce(
                    ReinforceHyperParameters.defaults().with("n_episodes", 4).with(SEEN), maker, 1),
            "ars",
            maker -> new Ars(
                    ArsHyperParameters.defaults().with("zero_policy", false).with(SEEN), maker, 1),
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
        var small = new HashMap<>(SEEN);
        small.putAll(Map.of("learning_starts", "20", "buffer_size", "100", "batch_size", "8"));
        return small;
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

    /// Shows which one of three is barred next, of every choice, and fails if it is taken.
    private static final class Barred implements Environment {
        private final Space actions;
        private int barred;
        private int steps;

        Barred(Space actions) {
            this.actions = actions;
        }

        @Override
        public Space observationSpace() {
            return new Discrete(3);
        }

        @Override
        public Space actionSpace() {
            return actions;
        }

        @Override
        public boolean masksActions() {
            return true;
        }

        @Override
        public void reset(RandomGenerator random, Step step) {
            steps = 0;
            say(step);
        }

        @Override
        public void step(Row action, Step step) {
            for (int i = 0; i < action.size(); i++) {
                assertThat(action.index(i)).isNotEqualTo(barred);
            }
            if (++steps == 5) {
                step.terminate();
            }
            say(step);
        }

        private void say(Step step) {
            barred = (barred + 1 + steps) % 3;
            step.observation().put(barred);
            for (int i = 0; i < actions.size(); i++) {
                step.allow(i, barred, false);
            }
        }
    }

    @Test
    void everyAlgorithmTakesOnlyWhatIsAllowed() {
        var choosers = new HashMap<>(ALGORITHMS);
        choosers.keySet().retainAll(CHOOSERS);
        choosers.put("rainbow", maker -> new Dqn(DqnHyperParameters.rainbow().with(offPolicy()), maker, 1));
        choosers.put("qlearning", maker -> new QLearning(QLearningHyperParameters.defaults(), maker, 1));
        choosers.put("sarsa", maker -> new Sarsa(SarsaHyperParameters.defaults(), maker, 1));
        choosers.forEach((name, algorithm) -> {
            for (Space actions : List.of(new Discrete(3), new MultiDiscrete(3, 4))) {
                if (actions instanceof Discrete || ANYTHING.contains(name)) {
                    Supplier<Environment> maker = () -> new Barred(actions);
                    try (Algorithm made = algorithm.apply(maker)) {
                        made.train(200, _ -> {});
                        Evaluation.of(made.policy(), maker, 3, 1);
                    }
                }
            }
        });
    }

    /// A number around 50, another around 0, and a choice.
    private static void draw(RandomGenerator random, float[] to) {
        to[0] = 50 + 7 * (float) random.nextGaussian();
        to[1] = 0.1f * (float) random.nextGaussian();
        to[2] = random.nextInt(3);
    }

    private static final class Far implements Environment {
        private static final Space DIALS = Space.parse("dict 2 dials box 2 -100.0 100.0 gear discrete 3");

        private final Space actions;
        private final float[] now = new float[3];
        private RandomGenerator random = RandomGenerator.getDefault();

        Far(Space actions) {
            this.actions = actions;
        }

        @Override
        public Space observationSpace() {
            return DIALS;
        }

        @Override
        public Space actionSpace() {
            return actions;
        }

        @Override
        public void reset(RandomGenerator newRandom, Step step) {
            random = newRandom;
            draw(random, now);
            step.observation().putAll(now);
        }

        @Override
        public void step(Row action, Step step) {
            step.reward(now[2] - action.get(0));
            draw(random, now);
            step.observation().putAll(now);
            step.terminate();
        }
    }

    /// Through ONNX Runtime: what training normalised by, and what is done to outputs and numbers, is in the model.
    @Test
    void everyPolicyIsExportedWithItsNormaliserAndWhatBecomesOfItsOutputs(@TempDir Path folder) {
        TAKE.forEach((text, takers) -> takers.forEach(name -> {
            Space actions = Space.parse(text.replace("-1.0 1.0", "-0.5 3.0"));
            Supplier<Environment> maker = () -> new Far(actions);
            try (Algorithm made = requireNonNull(ALGORITHMS.get(name)).apply(maker)) {
                made.train(60, _ -> {});
                Policy policy = made.policy();
                assertThat(policy.isNormalised()).isTrue();
                int rows = 40;
                float[] observations = new float[rows * 3];
                float[] row = new float[3];
                var random = new EpisodeRandom(2, 0, 0);
                for (int i = 0; i < rows; i++) {
                    draw(random, row);
                    System.arraycopy(row, 0, observations, i * 3, 3);
                }
                float[] acted = new float[rows * actions.size()];
                policy.act(observations, rows, acted);
                policy.exportOnnx(folder.resolve("policy.onnx"));
                assertThat(OnnxRuns.actions(folder.resolve("policy.onnx"), rows, observations))
                        .as("%s with %s", name, text)
                        .containsExactly(acted, within(1e-4f));
            } catch (IOException | OrtException e) {
                throw new AssertionError(name, e);
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
