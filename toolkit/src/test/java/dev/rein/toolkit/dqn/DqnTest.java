package dev.rein.toolkit.dqn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.probe.ValueLearner;
import dev.rein.toolkit.probe.World;
import dev.rein.toolkit.training.Algorithm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DqnTest extends ValueLearner<DqnHyperParameters> {
    DqnTest() {
        super(DqnHyperParameters.defaults(), Map.of());
    }

    @Override
    protected Algorithm make(DqnHyperParameters hp, Supplier<? extends Environment> maker, long seed) {
        return new Dqn(hp, maker, seed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"n_atoms=21 v_min=-2 v_max=2", "n_atoms=21 v_min=-2 v_max=2 dueling=true"})
    void distributionsLearnWhatToDoToo(String options) {
        assertFollowsTheSign(trained(small.with(named(options)), 4_000));
    }

    @Test
    void distributionsHaveTheSameMeans() {
        var hp = small.with(named("gamma=0.5 n_atoms=51 v_min=0 v_max=4"));
        try (var cut = make(hp, World.EndlessButCut::new);
                var uneven = make(hp, World.UnevenTime::new)) {
            cut.train(4_000, _ -> {});
            assertThat(cut.metrics().get("value_mean")).isBetween(1.9, 2.1);
            uneven.train(4_000, _ -> {});
            assertThat(uneven.metrics().get("value_mean")).isBetween(0.42, 0.70);
        }
    }

    @Test
    void distributionsHopeForNothingForbiddenEither() {
        assertNothingIsHopedForAfterTheCut(small.with(named("n_atoms=21 v_min=-2 v_max=2")));
    }

    @Test
    void randomActionsBecomeRarerWithEveryStep() {
        var hp = small.with(
                named("exploration_fraction=1 exploration_final_eps=0 learning_rate=lin_0.001 train_freq=1"));
        try (var learner = make(hp, World.FollowTheSign::new)) {
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
    void returnsWithoutAnOrderAreNamed() {
        assertThatThrownBy(() -> DqnHyperParameters.defaults().with(Map.of("n_atoms", "51", "v_min", "10")))
                .hasMessageContaining("DqnHyperParameters.v_max: 10.0 (expected: above v_min, 10.0");
    }

    @Nested
    class GivenRainbow {
        private final DqnHyperParameters rainbow = DqnHyperParameters.rainbow()
                .with(named("net_arch=32,32 learning_rate=0.003 buffer_size=5000 learning_starts=100"
                        + " target_update_interval=100 v_min=-2 v_max=2"));

        @Test
        void itLearnsWhatToDoFromWhatItSees() {
            assertFollowsTheSign(trained(rainbow, 4_000));
        }

        @Test
        void sameSeedGivesTheSamePolicyBitForBitAndAnotherSeedDoesNot() {
            assertSeedDecides(rainbow);
        }

        @Test
        void savedPolicyActsTheSame(@TempDir Path folder) throws IOException {
            assertSavedActsTheSame(rainbow, folder);
        }

        @Test
        void aRestoredRunGoesOnBitForBit(@TempDir Path folder) throws IOException {
            assertGoesOnBitForBit(rainbow.with(named("v_min=0 v_max=100")), folder);
        }

        @Test
        void itHasPresetsOfItsOwn() {
            assertThat(DqnHyperParameters.rainbow("CartPole-v1")
                            .hyperParameters()
                            .noisy())
                    .isTrue();
            assertThatThrownBy(() -> DqnHyperParameters.rainbow("Chess-v1"))
                    .hasMessageContaining("(expected: one of [CartPole-v1");
        }
    }
}
