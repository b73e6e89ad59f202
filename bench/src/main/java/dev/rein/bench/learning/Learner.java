package dev.rein.bench.learning;

import static java.util.Map.entry;

import dev.rein.toolkit.a2c.A2c;
import dev.rein.toolkit.a2c.A2cHyperParameters;
import dev.rein.toolkit.ars.Ars;
import dev.rein.toolkit.ars.ArsHyperParameters;
import dev.rein.toolkit.ddpg.Ddpg;
import dev.rein.toolkit.ddpg.DdpgHyperParameters;
import dev.rein.toolkit.dqn.Dqn;
import dev.rein.toolkit.dqn.DqnHyperParameters;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.ppo.PpoHyperParameters;
import dev.rein.toolkit.qlearning.QLearning;
import dev.rein.toolkit.qlearning.QLearningHyperParameters;
import dev.rein.toolkit.qrdqn.QrDqn;
import dev.rein.toolkit.qrdqn.QrDqnHyperParameters;
import dev.rein.toolkit.reinforce.Reinforce;
import dev.rein.toolkit.reinforce.ReinforceHyperParameters;
import dev.rein.toolkit.sac.Sac;
import dev.rein.toolkit.sac.SacHyperParameters;
import dev.rein.toolkit.sarsa.Sarsa;
import dev.rein.toolkit.sarsa.SarsaHyperParameters;
import dev.rein.toolkit.td3.Td3;
import dev.rein.toolkit.td3.Td3HyperParameters;
import dev.rein.toolkit.tqc.Tqc;
import dev.rein.toolkit.tqc.TqcHyperParameters;
import dev.rein.toolkit.training.Algorithm;
import dev.rein.toolkit.training.HyperParameters;
import dev.rein.toolkit.training.Preset;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/// An algorithm by name, with the settings it ships for each environment.
///
/// @param base    what its presets begin with
/// @param presets the resource they are in
/// @param maker   its constructor
record Learner<H extends Record & HyperParameters<H>>(H base, String presets, Maker<H> maker) {
    Learner(H base, Maker<H> maker) {
        this(base, "presets.txt", maker);
    }

    /// An algorithm's constructor.
    @FunctionalInterface
    interface Maker<H> {
        Algorithm make(H hyperParameters, Supplier<? extends Environment> environments, long seed);
    }

    private static final Map<String, Learner<?>> BY_NAME = new TreeMap<>(Map.ofEntries(
            entry("a2c", new Learner<>(A2cHyperParameters.stableBaselines(), A2c::new)),
            entry("ars", new Learner<>(ArsHyperParameters.defaults(), Ars::new)),
            entry("ddpg", new Learner<>(DdpgHyperParameters.defaults(), Ddpg::new)),
            entry("dqn", new Learner<>(DqnHyperParameters.defaults(), Dqn::new)),
            entry("ppo", new Learner<>(PpoHyperParameters.stableBaselines(), Ppo::new)),
            entry("qlearning", new Learner<>(QLearningHyperParameters.defaults(), QLearning::new)),
            entry("qrdqn", new Learner<>(QrDqnHyperParameters.defaults(), QrDqn::new)),
            entry("rainbow", new Learner<>(DqnHyperParameters.rainbow(), "rainbow.txt", Dqn::new)),
            entry("reinforce", new Learner<>(ReinforceHyperParameters.defaults(), Reinforce::new)),
            entry("sac", new Learner<>(SacHyperParameters.defaults(), Sac::new)),
            entry("sarsa", new Learner<>(SarsaHyperParameters.defaults(), Sarsa::new)),
            entry("td3", new Learner<>(Td3HyperParameters.defaults(), Td3::new)),
            entry("tqc", new Learner<>(TqcHyperParameters.defaults(), Tqc::new))));

    static Set<String> names() {
        return BY_NAME.keySet();
    }

    /// @throws IllegalArgumentException listing the names there are
    static Learner<?> of(String name) {
        Learner<?> learner = BY_NAME.get(name);
        if (learner == null) {
            throw new IllegalArgumentException(
                    "algorithm: \"%s\" (expected: one of %s)".formatted(name, BY_NAME.keySet()));
        }
        return learner;
    }

    /// Every hyperparameter on this environment, by name.
    Map<String, String> settings(String environment) {
        return Preset.of(base, presets, environment).hyperParameters().values();
    }

    Algorithm start(String environment, Supplier<? extends Environment> environments, long seed) {
        return maker.make(Preset.of(base, presets, environment).hyperParameters(), environments, seed);
    }
}
