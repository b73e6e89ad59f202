package dev.rein.toolkit.sac;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.VectorOptions;
import dev.rein.toolkit.probe.SoftLearner;
import dev.rein.toolkit.training.Algorithm;
import dev.rein.toolkit.training.Preset;
import java.util.function.Supplier;

class SacTest extends SoftLearner<SacHyperParameters> {
    SacTest() {
        super(SacHyperParameters.defaults());
    }

    @Override
    protected Algorithm make(SacHyperParameters hp, Supplier<? extends Environment> maker, long seed, int threads) {
        return new Sac(hp, maker, seed, threads, VectorOptions.defaults());
    }

    @Override
    protected Preset<SacHyperParameters> preset(String environment) {
        return SacHyperParameters.preset(environment);
    }
}
