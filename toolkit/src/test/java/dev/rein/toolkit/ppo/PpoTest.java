package dev.rein.toolkit.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Step;
import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.probe.ManyParts;
import dev.rein.toolkit.probe.World;
import dev.rein.toolkit.training.Evaluation;
import dev.rein.toolkit.training.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class PpoTest {
    private static final PpoHyperParameters SMALL =
            PpoHyperParameters.defaults().with(Map.of("n_steps", "32", "batch_size", "64", "net_arch", "16,16"));

    private static Policy trained(PpoHyperParameters hp, Supplier<Environment> maker, long steps) {
        try (var ppo = new Ppo(hp, maker, 5)) {
            ppo.train(steps, _ -> {});
            return ppo.policy();
        }
    }

    @Test
    void learnsWhatToDoFromWhatItSees() {
        Policy policy = trained(SMALL, World.FollowTheSign::new, 10_000);
        assertThat(policy.act(1)[0]).isEqualTo(1);
        assertThat(policy.act(-1)[0]).isEqualTo(0);
    }

    @Test
    void learnsNumbersToo() {
        Policy policy =
                trained(SMALL.with(Map.of("ent_coef", "0", "learning_rate", "0.005")), World.AimAbove::new, 60_000);
        assertThat(policy.act(0.25f)[0]).isCloseTo(0.75f, within(0.2f));
        assertThat(policy.act(-0.25f)[0]).isCloseTo(0.25f, within(0.2f));
    }

    @Test
    void maskedActionsAreNeverTaken() {
        trained(SMALL, World.OnlyTheLast::new, 2_000);
    }

    @Test
    void learnsEveryPartOfAnActionFromEveryPartOfAnObservation() {
        Policy policy = trained(SMALL.with(Map.of("learning_rate", "0.003")), ManyParts::new, 40_000);
        assertThat(Evaluation.of(policy, ManyParts::new, 200, 1).returnMean()).isGreaterThan(5.5);
    }

    @Test
    void cutEpisodesAreValuedAsIfTheyWentOn() {
        List<Progress> updates = new ArrayList<>();
        var hp = SMALL.with(Map.of("gamma", "0.9", "learning_rate", "0.0025", "clip_range", "0.2", "gae_lambda", "1"));
        try (var ppo = new Ppo(hp, World.EndlessButCut::new, 5)) {
            ppo.train(40_000, updates::add);
        }
        // 1 / (1 − 0.9) = 10 everywhere; were cuts taken for ends, states would be worth 1 to 6.5 and look the
        // same
        assertThat(updates.getLast().metric("value_loss")).isLessThan(0.01);
    }

    @Test
    void timeThatAStepTookIsDiscounted() {
        List<Progress> updates = new ArrayList<>();
        var hp = SMALL.with(Map.of("gamma", "0.5", "learning_rate", "0.0025", "gae_lambda", "0.9"));
        try (var ppo = new Ppo(hp, World.UnevenTime::new, 5)) {
            ppo.train(20_000, updates::add);
        }
        // V(1) = 1 whatever the last step takes, V(0) = γ³: were time ignored, V(0) would be γ
        assertThat(updates.getLast().metric("value_loss")).isLessThan(1e-3);
        assertThat(updates.getLast().metric("explained_variance")).isGreaterThan(0.99);
    }

    @Test
    void firstRatioIsExactlyOne() {
        List<Progress> updates = new ArrayList<>();
        var onePass = SMALL.with(Map.of("n_epochs", "1", "batch_size", "256"));
        try (var ppo = new Ppo(onePass, CartPole::v1, 5)) {
            ppo.train(256, updates::add);
        }
        assertThat(updates.getFirst().metric("approx_kl")).isEqualTo(0);
        assertThat(updates.getFirst().metric("clip_fraction")).isEqualTo(0);
    }

    /// By the ratio, of which log π makes itself: `∂ ratio / ∂ log π = ratio`.
    @Test
    void theObjectivesSlopeIsThatOfFiniteDifferences() {
        double h = 1e-6;
        for (double advantage : new double[] {-2, 0.5}) {
            for (double ratio : new double[] {0.5, 0.79, 0.81, 1, 1.19, 1.21, 2}) {
                double slope = (Ppo.objective(ratio + h, advantage, 0.2f) - Ppo.objective(ratio - h, advantage, 0.2f))
                        / (2 * h);
                double told = Ppo.isHeld(ratio, advantage, 0.2f) ? 0 : advantage;
                assertThat(told).as("ratio %s, advantage %s", ratio, advantage).isCloseTo(slope, within(1e-6));
            }
        }
    }

    @Test
    void sameSeedGivesTheSamePolicyBitForBitAndAnotherSeedDoesNot() {
        float[][] parameters = new float[3][];
        for (int run = 0; run < 3; run++) {
            try (var ppo = new Ppo(SMALL, CartPole::v1, run == 2 ? 6 : 5)) {
                ppo.train(4_000, _ -> {});
                parameters[run] = ppo.policy().network().parameters();
            }
        }
        assertThat(parameters[1]).containsExactly(parameters[0]);
        assertThat(parameters[2]).isNotEqualTo(parameters[0]);
    }

    @Test
    void solvesCartPole() {
        Policy policy = trained(PpoHyperParameters.defaults(), CartPole::v1, 100_000);
        assertThat(Evaluation.of(policy, CartPole::v1, 100, 5).returnMean()).isGreaterThanOrEqualTo(475);
    }

    @Test
    void everyBadHyperparameterIsNamedAtOnce() {
        assertThatThrownBy(() -> PpoHyperParameters.defaults()
                        .with(Map.of("clip_range", "1.7", "gama", "0.9", "n_epochs", "many", "gamma", "2")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PpoHyperParameters.clip_range: 1.7 (expected: > 0 and < 1")
                .hasMessageContaining("PpoHyperParameters.gama: unknown")
                .hasMessageContaining("PpoHyperParameters.n_epochs: \"many\"")
                .hasMessageContaining("PpoHyperParameters.gamma: 2.0 (expected: 0..1)");
    }

    @Test
    void simulatorThatSaysNoNumberIsNamed() {
        Supplier<Environment> broken = () -> new World() {
            @Override
            public void step(Row action, Step step) {
                step.observation().put(Float.NaN);
            }
        };
        try (var ppo = new Ppo(SMALL, broken, 5)) {
            assertThatThrownBy(() -> ppo.train(1_000, _ -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("environment 0, episode 0, step 1 with action [")
                    .hasMessageContaining("observation element 0 is NaN");
        }
    }
}
