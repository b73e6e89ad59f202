package dev.rein.toolkit.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rein.toolkit.ddpg.Ddpg;
import dev.rein.toolkit.ddpg.DdpgHyperParameters;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.probe.World.UnevenTimeAndANumber;
import dev.rein.toolkit.sac.Sac;
import dev.rein.toolkit.sac.SacHyperParameters;
import dev.rein.toolkit.td3.Td3;
import dev.rein.toolkit.td3.Td3HyperParameters;
import dev.rein.toolkit.tqc.Tqc;
import dev.rein.toolkit.tqc.TqcHyperParameters;
import dev.rein.toolkit.training.Algorithm;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Replay with numbers as actions discounts by the time a step took; those with choices are asked in their own tests.
class ElapsedTimeTest {
    private static final Map<String, String> SMALL = Map.of(
            "net_arch", "32,32", "batch_size", "64", "learning_rate", "0.003", "buffer_size", "5000", "gamma", "0.5");

    private static Algorithm make(String name, int span, Supplier<? extends Environment> maker) {
        var small = new HashMap<>(SMALL);
        small.put("n_steps", Integer.toString(span));
        var cold = new HashMap<>(small);
        cold.put("auto_entropy", "false");
        cold.put("ent_coef", "0.0001");
        return switch (name) {
            case "td3" -> new Td3(Td3HyperParameters.defaults().with(small), maker, 5);
            case "ddpg" -> new Ddpg(DdpgHyperParameters.defaults().with(small), maker, 5);
            case "sac" -> new Sac(SacHyperParameters.defaults().with(cold), maker, 5);
            default -> new Tqc(TqcHyperParameters.defaults().with(cold), maker, 5);
        };
    }

    /// γ is 1/2: V(1) = 1 whatever the last step takes, V(0) = γ³ = 1/8, and both are seen as often; without time
    /// their mean was 3/4. An actor's loss is the mean value of what it would do, turned round.
    @ParameterizedTest
    @CsvSource({"td3,1", "td3,3", "ddpg,1", "sac,1", "sac,3", "tqc,1"})
    void timeThatAStepTookIsDiscounted(String name, int span) {
        try (Algorithm algorithm = make(name, span, UnevenTimeAndANumber::new)) {
            algorithm.train(2_500, _ -> {});
            assertThat(algorithm.metrics().get("actor_loss")).isBetween(-0.69, -0.42);
        }
    }
}
