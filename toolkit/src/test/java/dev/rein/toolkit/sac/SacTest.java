package dev.rein.toolkit.sac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.VectorOptions;
import dev.rein.toolkit.probe.ContinuousLearner;
import dev.rein.toolkit.probe.World;
import dev.rein.toolkit.training.Algorithm;
import dev.rein.toolkit.training.Preset;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class SacTest extends ContinuousLearner<SacHyperParameters> {
    SacTest() {
        super(SacHyperParameters.defaults(), Map.of());
    }

    @Override
    protected Algorithm make(SacHyperParameters hp, Supplier<? extends Environment> maker, long seed, int threads) {
        return new Sac(hp, maker, seed, threads, VectorOptions.defaults());
    }

    @Override
    protected Preset<SacHyperParameters> preset(String environment) {
        return SacHyperParameters.preset(environment);
    }

    @Test
    void theTemperatureIsLearnedOrStaysWhereItIsFixed() {
        try (var learned = make(small, World.AimAbove::new);
                var fixed = make(small.with(Map.of("auto_entropy", "false", "ent_coef", "0.2")), World.AimAbove::new)) {
            learned.train(2_500, _ -> {});
            fixed.train(500, _ -> {});
            assertThat(learned.metrics().get("ent_coef")).isLessThan(1);
            assertThat(fixed.metrics().get("ent_coef")).isCloseTo(0.2, within(1e-6));
        }
    }
}
