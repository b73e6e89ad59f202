package dev.rein.toolkit.ddpg;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.VectorOptions;
import dev.rein.toolkit.probe.ContinuousLearner;
import dev.rein.toolkit.training.Algorithm;
import dev.rein.toolkit.training.Preset;
import java.util.Map;
import java.util.function.Supplier;

class DdpgTest extends ContinuousLearner<DdpgHyperParameters> {
    DdpgTest() {
        super(DdpgHyperParameters.defaults(), Map.of("action_noise_std", "0.3"));
    }

    @Override
    protected Algorithm make(DdpgHyperParameters hp, Supplier<? extends Environment> maker, long seed, int threads) {
        return new Ddpg(hp, maker, seed, threads, VectorOptions.defaults());
    }

    @Override
    protected Preset<DdpgHyperParameters> preset(String environment) {
        return DdpgHyperParameters.preset(environment);
    }
}
