package dev.rein.toolkit.qrdqn;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.probe.ValueLearner;
import dev.rein.toolkit.training.Algorithm;
import java.util.Map;
import java.util.function.Supplier;

class QrDqnTest extends ValueLearner<QrDqnHyperParameters> {
    QrDqnTest() {
        super(QrDqnHyperParameters.defaults(), Map.of("n_quantiles", "8", "exploration_fraction", "0.3"));
    }

    @Override
    protected Algorithm make(QrDqnHyperParameters hp, Supplier<? extends Environment> maker, long seed) {
        return new QrDqn(hp, maker, seed);
    }
}
