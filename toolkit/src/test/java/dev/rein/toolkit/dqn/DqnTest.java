package dev.rein.toolkit.dqn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.environment.classic.Pendulum;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.probe.Resumed;
import dev.rein.toolkit.probe.World;
import dev.rein.toolkit.training.Preset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DqnTest {
    private static final DqnHyperParameters SMALL = DqnHyperParameters.defaults()
            .with(Map.of(
                    "net_arch", "32,32",
                    "batch_size", "64",
                    "learning_rate", "0.003",
                    "buffer_size", "5000",
                    "target_update_interval", "100",
                    "exploration_final_eps", "0.1"));

    private static final DqnHyperParameters RAINBOW = DqnHyperParameters.rainbow()
            .with(named("net_arch=32,32 learning_rate=0.003 buffer_size=5000 learning_starts=100"
                    + " target_update_interval=100 v_min=-2 v_max=2"));

    private static Map<String, String> named(String options) {
        return Arrays.stream(options.split(" ", -1))
                .map(option -> option.split("=", 2))
                .collect(Collectors.toMap(words -> words[0], words -> words[1]));
    }

    private static Policy trained(DqnHyperParameters hp, int steps) {
        try (var learner = new Dqn(hp, World.FollowTheSign::new, 5)) {
            learner.train(steps, _ -> {});
            return learner.policy();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gamma=0.99",
                "double_dqn=true",
                "dueling=true",
                "n_steps=3",
                "prioritized=true",
                "n_envs=4",
                "noisy=true exploration_initial_eps=0 exploration_final_eps=0",
                "n_atoms=21 v_min=-2 v_max=2",
                "n_atoms=21 v_min=-2 v_max=2 dueling=true"
            })
    void learnsWhatToDoFromWhatItSees(String options) {
        Policy policy = trained(SMALL.with(named(options)), 4_000);
        assertThat(policy.act(1)[0]).isEqualTo(1);
        assertThat(policy.act(-1)[0]).isEqualTo(0);
    }

    @Test
    void rainbowLearnsWhatToDoFromWhatItSees() {
        Policy policy = trained(RAINBOW, 4_000);
        assertThat(policy.act(1)[0]).isEqualTo(1);
        assertThat(policy.act(-1)[0]).isEqualTo(0);
    }

    /// A cut episode goes on: each state is worth 1 / (1 - γ), were a cut an end it would be less.
    @Test
    void cutEpisodesAreValuedAsIfTheyWentOn() {
        try (var learner = new Dqn(SMALL.with("gamma", 0.5f), World.EndlessButCut::new, 5)) {
            learner.train(4_000, _ -> {});
            assertThat(learner.metrics().get("value_mean")).isBetween(1.95, 2.05);
        }
    }

    /// V(1) = 1 whatever the last step takes, V(0) = γ³ = 1/8, and both are seen as often.
    @Test
    void timeThatAStepTookIsDiscounted() {
        try (var learner = new Dqn(SMALL.with("gamma", 0.5f), World.UnevenTime::new, 5)) {
            learner.train(4_000, _ -> {});
            assertThat(learner.metrics().get("value_mean")).isBetween(0.42, 0.70);
        }
    }

    @Test
    void distributionsHaveTheSameMeans() {
        var hp = SMALL.with(named("gamma=0.5 n_atoms=51 v_min=0 v_max=4"));
        try (var cut = new Dqn(hp, World.EndlessButCut::new, 5);
                var uneven = new Dqn(hp, World.UnevenTime::new, 5)) {
            cut.train(4_000, _ -> {});
            assertThat(cut.metrics().get("value_mean")).isBetween(1.9, 2.1);
            uneven.train(4_000, _ -> {});
            assertThat(uneven.metrics().get("value_mean")).isBetween(0.42, 0.70);
        }
    }

    /// Action 1 earns 1 and ends; action 0 is cut where only action 0 is allowed, so nothing can be hoped for there.
    @ParameterizedTest
    @ValueSource(strings = {"double_dqn=false", "double_dqn=true", "n_steps=3", "n_atoms=21 v_min=-2 v_max=2"})
    void whatIsForbiddenAfterACutIsNotHopedFor(String options) {
        var hp = SMALL.with(named(options)).with("gamma", 0.5f);
        try (var learner = new Dqn(hp, World.NothingAfterTheCut::new, 5)) {
            learner.train(4_000, _ -> {});
            float[] values = new float[2];
            learner.policy().network().forward(new float[1], 0, 1, values, 0);
            assertThat(values[1]).isCloseTo(1, within(0.05f));
            assertThat(values[0]).isCloseTo(0, within(0.1f));
        }
    }

    @Test
    void randomActionsBecomeRarerWithEveryStep() {
        var hp = SMALL.with(
                named("exploration_fraction=1 exploration_final_eps=0 learning_rate=lin_0.001 train_freq=1"));
        try (var learner = new Dqn(hp, World.FollowTheSign::new, 5)) {
            learner.round(0);
            assertThat(learner.steps()).isEqualTo(1);
            learner.round(learner.steps() / 1_000.0);
            assertThat(learner.steps()).isEqualTo(251);
            // as of the 250th step, the last that chose an action
            assertThat(learner.metrics().get("exploration_rate")).isCloseTo(1 - 0.250, within(1e-6));
            assertThat(learner.metrics().get("learning_rate")).isCloseTo(0.001 * (1 - 0.251), within(1e-8));
        }
    }

    @Test
    void maskedActionsAreNeverTaken() {
        try (var learner = new Dqn(SMALL, World.OnlyTheLast::new, 5)) {
            learner.train(2_000, _ -> {});
        }
    }

    @Test
    void sameSeedGivesTheSamePolicyBitForBitAndAnotherSeedDoesNot() {
        float[][] parameters = new float[3][];
        for (int run = 0; run < 3; run++) {
            try (var learner = new Dqn(RAINBOW, CartPole::v1, run == 2 ? 6 : 5)) {
                learner.train(1_500, _ -> {});
                parameters[run] = learner.policy().network().parameters();
            }
        }
        assertThat(parameters[1]).containsExactly(parameters[0]);
        assertThat(parameters[2]).isNotEqualTo(parameters[0]);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void savedPolicyActsTheSame(boolean rainbow, @TempDir Path folder) throws IOException {
        Policy policy = trained(rainbow ? RAINBOW : SMALL.with("dueling", true), 1_000);
        policy.save(folder.resolve("policy.rein"));
        Policy read = Policy.load(folder.resolve("policy.rein"));
        for (float x = -1; x <= 1; x += 0.25f) {
            assertThat(read.act(x)).containsExactly(policy.act(x));
        }
    }

    @Test
    void numbersAsActionsAreRefused() {
        assertThatThrownBy(() -> new Dqn(SMALL, Pendulum::v1, 1))
                .hasMessageContaining("(expected: Discrete; for a Box take SAC");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRestoredRunGoesOnBitForBit(boolean rainbow, @TempDir Path folder) throws IOException {
        var hp = rainbow ? RAINBOW.with(named("v_min=0 v_max=100")) : SMALL.with(named("n_steps=3 prioritized=true"));
        Resumed.goesOnBitForBit(() -> new Dqn(hp, CartPole::v1, 5), 750, 1_500, folder);
    }

    @Test
    void everyPresetIsReadable() {
        assertThat(Preset.all(DqnHyperParameters.defaults()))
                .containsKeys("CartPole-v1", "Acrobot-v1", "MountainCar-v0", "LunarLander-v3");
        assertThat(DqnHyperParameters.rainbow("CartPole-v1").hyperParameters().noisy())
                .isTrue();
        assertThatThrownBy(() -> DqnHyperParameters.rainbow("Chess-v1"))
                .hasMessageContaining("(expected: one of [CartPole-v1");
    }

    @Test
    void everyBadHyperparameterIsNamedAtOnce() {
        assertThatThrownBy(() -> DqnHyperParameters.defaults()
                        .with(Map.of(
                                "gradient_steps",
                                "0",
                                "priority_beta",
                                "2",
                                "gama",
                                "0.9",
                                "n_atoms",
                                "51",
                                "v_min",
                                "10")))
                .hasMessageContaining("DqnHyperParameters.gradient_steps: 0 (expected: at least 1, or -1")
                .hasMessageContaining("DqnHyperParameters.priority_beta: 2.0 (expected: 0..1)")
                .hasMessageContaining("DqnHyperParameters.v_max: 10.0 (expected: above v_min, 10.0")
                .hasMessageContaining("DqnHyperParameters.gama: unknown");
    }
}
