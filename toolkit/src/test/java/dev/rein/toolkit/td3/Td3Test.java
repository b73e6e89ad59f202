package dev.rein.toolkit.td3;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.VectorOptions;
import dev.rein.toolkit.probe.ContinuousLearner;
import dev.rein.toolkit.training.Algorithm;
import dev.rein.toolkit.training.Preset;
import java.util.Map;
import java.util.function.Supplier;

class Td3Test extends ContinuousLearner<Td3HyperParameters> {
    Td3Test() {
        super(Td3HyperParameters.defaults(), Map.of("action_noise_std", "0.3"));
    }

    @Override
    protected Algorithm make(Td3HyperParameters hp, Supplier<? extends Environment> maker, long seed, int threads) {
        return new Td3(hp, maker, seed, threads, VectorOptions.defaults());
    }

    @Override
    protected Preset<Td3HyperParameters> preset(String environment) {
        return Td3HyperParameters.preset(environment);
    }
}
