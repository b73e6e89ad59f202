package dev.rein.toolkit.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.environment.classic.Pendulum;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.training.Algorithm;
import dev.rein.toolkit.training.HyperParameters;
import dev.rein.toolkit.training.Preset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What holds for every algorithm that learns values of choices from a replay buffer.
public abstract class ValueLearner<H extends Record & HyperParameters<H>> {
    private final H defaults;

    /// Learns small worlds in a second.
    protected final H small;

    /// @param own what else is set, by name
    protected ValueLearner(H defaults, Map<String, String> own) {
        this.defaults = defaults;
        small = defaults.with(Map.of(
                        "net_arch", "32,32",
                        "batch_size", "64",
                        "learning_rate", "0.003",
                        "buffer_size", "5000",
                        "target_update_interval", "100",
                        "exploration_final_eps", "0.1"))
                .with(own);
    }

    protected abstract Algorithm make(H hp, Supplier<? extends Environment> maker, long seed);

    protected final Algorithm make(H hp, Supplier<? extends Environment> maker) {
        return make(hp, maker, 5);
    }

    /// `n_steps=3 dueling=true`
    protected static Map<String, String> named(String options) {
        return Arrays.stream(options.split(" ", -1))
                .map(option -> option.split("=", 2))
                .collect(Collectors.toMap(words -> words[0], words -> words[1]));
    }

    protected final Policy trained(H hp, int steps) {
        try (var learner = make(hp, World.FollowTheSign::new)) {
            learner.train(steps, _ -> {});
            return learner.policy();
        }
    }

    protected static void assertFollowsTheSign(Policy policy) {
        assertThat(policy.act(1)[0]).isEqualTo(1);
        assertThat(policy.act(-1)[0]).isEqualTo(0);
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
                "noisy=true exploration_initial_eps=0 exploration_final_eps=0"
            })
    void learnsWhatToDoFromWhatItSees(String options) {
        Policy policy = trained(small.with(named(options)), 4_000);
        assertFollowsTheSign(policy);
        assertThat(policy.network().describe()).doesNotContain("noisy");
    }

    /// A cut episode goes on: each state is worth 1 / (1 - γ), were a cut an end it would be less.
    @Test
    void cutEpisodesAreValuedAsIfTheyWentOn() {
        try (var learner = make(small.with("gamma", 0.5f), World.EndlessButCut::new)) {
            learner.train(4_000, _ -> {});
            assertThat(learner.metrics().get("value_mean")).isBetween(1.95, 2.05);
        }
    }

    /// V(1) = 1 whatever the last step takes, V(0) = γ³ = 1/8, and both are seen as often.
    @Test
    void timeThatAStepTookIsDiscounted() {
        try (var learner = make(small.with("gamma", 0.5f), World.UnevenTime::new)) {
            learner.train(4_000, _ -> {});
            assertThat(learner.metrics().get("value_mean")).isBetween(0.42, 0.70);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"double_dqn=false", "double_dqn=true", "n_steps=3"})
    void whatIsForbiddenAfterACutIsNotHopedFor(String options) {
        assertNothingIsHopedForAfterTheCut(small.with(named(options)));
    }

    /// Action 1 earns 1 and ends; action 0 is cut where only action 0 is allowed, so nothing can be hoped for there.
    protected final void assertNothingIsHopedForAfterTheCut(H hp) {
        try (var learner = make(hp.with("gamma", 0.5f), World.NothingAfterTheCut::new)) {
            learner.train(4_000, _ -> {});
            float[] values = new float[2];
            learner.policy().network().forward(new float[1], 0, 1, values, 0);
            assertThat(values[1]).isCloseTo(1, within(0.05f));
            assertThat(values[0]).isCloseTo(0, within(0.1f));
        }
    }

    @Test
    void maskedActionsAreNeverTaken() {
        try (var learner = make(small, World.OnlyTheLast::new)) {
            learner.train(2_000, _ -> {});
        }
    }

    @Test
    void sameSeedGivesTheSamePolicyBitForBitAndAnotherSeedDoesNot() {
        assertSeedDecides(small.with(Map.of("dueling", "true", "prioritized", "true")));
    }

    protected final void assertSeedDecides(H hp) {
        float[][] parameters = new float[3][];
        for (int run = 0; run < 3; run++) {
            try (var learner = make(hp, CartPole::v1, run == 2 ? 6 : 5)) {
                learner.train(1_500, _ -> {});
                parameters[run] = learner.policy().network().parameters();
            }
        }
        assertThat(parameters[1]).containsExactly(parameters[0]);
        assertThat(parameters[2]).isNotEqualTo(parameters[0]);
    }

    @Test
    void savedPolicyActsTheSame(@TempDir Path folder) throws IOException {
        assertSavedActsTheSame(small.with("dueling", true), folder);
    }

    protected final void assertSavedActsTheSame(H hp, Path folder) throws IOException {
        Policy policy = trained(hp, 1_000);
        policy.save(folder.resolve("policy.rein"));
        Policy read = Policy.load(folder.resolve("policy.rein"));
        for (float x = -1; x <= 1; x += 0.25f) {
            assertThat(read.act(x)).containsExactly(policy.act(x));
        }
    }

    @Test
    void numbersAsActionsAreRefused() {
        assertThatThrownBy(() -> make(small, Pendulum::v1))
                .hasMessageContaining("(expected: Discrete; for a Box take SAC");
    }

    @Test
    void aRestoredRunGoesOnBitForBit(@TempDir Path folder) throws IOException {
        assertGoesOnBitForBit(small.with(Map.of("n_steps", "3", "prioritized", "true")), folder);
    }

    protected final void assertGoesOnBitForBit(H hp, Path folder) throws IOException {
        Resumed.goesOnBitForBit(() -> make(hp, CartPole::v1), 750, 1_500, folder);
    }

    @Test
    void everyPresetIsReadable() {
        assertThat(Preset.all(defaults)).containsKeys("CartPole-v1", "Acrobot-v1", "MountainCar-v0", "LunarLander-v3");
    }

    @Test
    void everyBadHyperparameterIsNamedAtOnce() {
        String record = defaults.getClass().getSimpleName();
        assertThatThrownBy(() -> defaults.with(Map.of("gradient_steps", "0", "priority_beta", "2", "gama", "0.9")))
                .hasMessageContaining(record + ".gradient_steps: 0 (expected: at least 1, or -1")
                .hasMessageContaining(record + ".priority_beta: 2.0 (expected: 0..1)")
                .hasMessageContaining(record + ".gama: unknown");
    }
}
