package dev.rein.toolkit.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.training.HyperParameters;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What holds, beside that, for those that price the randomness of their actions.
public abstract class SoftLearner<H extends Record & HyperParameters<H>> extends ContinuousLearner<H> {
    protected SoftLearner(H defaults) {
        super(defaults, Map.of());
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
