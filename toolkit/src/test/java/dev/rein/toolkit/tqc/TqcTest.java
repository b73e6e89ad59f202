package dev.rein.toolkit.tqc;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.VectorOptions;
import dev.rein.toolkit.probe.SoftLearner;
import dev.rein.toolkit.training.Algorithm;
import dev.rein.toolkit.training.Preset;
import java.util.function.Supplier;

class TqcTest extends SoftLearner<TqcHyperParameters> {
    TqcTest() {
        super(TqcHyperParameters.defaults());
    }

    @Override
    protected Algorithm make(TqcHyperParameters hp, Supplier<? extends Environment> maker, long seed, int threads) {
        return new Tqc(hp, maker, seed, threads, VectorOptions.defaults());
    }

    @Override
    protected Preset<TqcHyperParameters> preset(String environment) {
        return TqcHyperParameters.preset(environment);
    }
}
