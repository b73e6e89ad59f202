package dev.rein.toolkit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Architecture.Filters;
import dev.rein.toolkit.ppo.PpoHyperParameters;
import dev.rein.toolkit.sac.SacHyperParameters;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HyperParametersTest {
    private final PpoHyperParameters defaults = PpoHyperParameters.defaults();

    @Test
    void whatTheySayIsWhatTheyRead() {
        var changed = defaults.with(Map.of(
                "learning_rate", "lin_0.01",
                "net_arch", "32,16",
                "filters", "16x3x1,32x3x2",
                "activation", "relu",
                "normalize_observations", "true",
                "gamma", "0.5"));
        assertThat(changed.netArch()).containsExactly(32, 16);
        assertThat(changed.filters()).containsExactly(new Filters(16, 3, 1), new Filters(32, 3, 2));
        assertThat(changed.activation()).isEqualTo(Activation.RELU);
        assertThat(changed.learningRate()).isEqualTo(Schedule.linear(0.01f));
        assertThat(defaults.with(changed.values())).isEqualTo(changed);
    }

    @Test
    void oneCanBeReplacedByItsValue() {
        assertThat(defaults.with("gamma", 0.9f).gamma()).isEqualTo(0.9f);
        assertThat(defaults.with("net_arch", List.of(8)).netArch()).containsExactly(8);
        assertThat(defaults.with("learning_rate", Schedule.linear(0.1f))
                        .learningRate()
                        .end())
                .isZero();
    }

    @Test
    void whatIsAllowedCanBeAsked() {
        assertThat(defaults.ranges())
                .containsEntry("n_envs", "1..65536")
                .containsEntry("clip_range", "> 0 and < 1")
                .containsEntry("n_epochs", "at least 1")
                .doesNotContainKey("normalize_advantage");
    }

    @Test
    void everyProblemIsNamedAtOnceWithWhatIsAllowed() {
        assertThatThrownBy(() -> defaults.with(Map.of(
                        "n_envs", "0",
                        "activation", "sigmoid",
                        "net_arch", "64,wide",
                        "learning_rate", "fast",
                        "batch_size", "1000000",
                        "normalise", "true")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PpoHyperParameters.n_envs: 0 (expected: 1..65536).")
                .hasMessageContaining(
                        "PpoHyperParameters.activation: \"sigmoid\" (expected: one of identity, tanh, relu).")
                .hasMessageContaining("PpoHyperParameters.net_arch: \"64,wide\" (expected: whole numbers with commas")
                .hasMessageContaining("PpoHyperParameters.learning_rate: \"fast\" (expected: a number, or lin_")
                .hasMessageContaining("PpoHyperParameters.batch_size: 1000000 (expected: at most 0")
                .hasMessageContaining("PpoHyperParameters.normalise: unknown (expected: one of [n_envs, ");
    }

    @Test
    void numbersThatAreNoneAreNamed() {
        assertThatThrownBy(() ->
                        defaults.with(Map.of("ent_coef", "Infinity", "gamma", "NaN", "learning_rate", "lin_0.001_NaN")))
                .hasMessageContaining("PpoHyperParameters.ent_coef: Infinity (expected: a finite number, at least 0).")
                .hasMessageContaining("PpoHyperParameters.gamma: NaN (expected: 0..1).")
                .hasMessageContaining("PpoHyperParameters.learning_rate: lin_0.001_NaN (expected: > 0 and < 1).");
        assertThatThrownBy(() -> SacHyperParameters.defaults().with("target_entropy", Float.NaN))
                .hasMessage("SacHyperParameters.target_entropy: NaN (expected: a finite number).");
    }

    @Test
    void schedulesEndInsideOfWhatIsAllowedOrOnItsEdge() {
        assertThat(defaults.with("learning_rate", "lin_0.001_0").learningRate().end())
                .isZero();
        assertThatThrownBy(() -> defaults.with(Map.of("learning_rate", "lin_0.001_-0.001", "clip_range", "lin_0.2_3")))
                .hasMessageContaining("PpoHyperParameters.learning_rate: lin_0.001_-0.001 (expected: > 0 and < 1).")
                .hasMessageContaining("PpoHyperParameters.clip_range: lin_0.2_3.0 (expected: > 0 and < 1");
    }

    @Test
    void everyPresetCanBeReadAndOthersAreListed() {
        assertThat(Preset.all(PpoHyperParameters.stableBaselines())).containsKeys("CartPole-v1", "LunarLander-v3");
        assertThat(PpoHyperParameters.preset("CartPole-v1").steps()).isEqualTo(100_000);
        assertThatThrownBy(() -> PpoHyperParameters.preset("CartPole-v7"))
                .hasMessageContaining("no preset for \"CartPole-v7\" (expected: one of [CartPole-v1, ");
    }

    @Test
    void schedulesFallOverTheBudget() {
        assertThat(Schedule.parse("0.5").at(0.9)).isEqualTo(0.5f);
        assertThat(Schedule.parse("lin_0.5").at(0.5)).isEqualTo(0.25f);
        assertThat(Schedule.parse("lin_0.5_0.1").at(1)).isEqualTo(0.1f);
        assertThat(Schedule.parse("lin_0.5").at(7)).isZero();
        assertThat(Schedule.parse(Schedule.parse("lin_0.5_0.1").toString())).isEqualTo(new Schedule(0.5f, 0.1f));
    }
}
