package dev.rein.toolkit.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.a2c.A2c;
import dev.rein.toolkit.a2c.A2cHyperParameters;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.environment.classic.Pendulum;
import dev.rein.toolkit.policy.OnnxRuns;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.ppo.PpoHyperParameters;
import dev.rein.toolkit.probe.World;
import dev.rein.toolkit.sac.Sac;
import dev.rein.toolkit.sac.SacHyperParameters;
import dev.rein.toolkit.tqc.Tqc;
import dev.rein.toolkit.tqc.TqcHyperParameters;
import dev.rein.toolkit.training.Algorithm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// State-dependent exploration in the four algorithms that offer it.
class StateDependentTrainingTest {
    private static final Map<String, String> SOFT = Map.of(
            "net_arch", "32,32",
            "batch_size", "64",
            "learning_rate", "0.003",
            "buffer_size", "5000",
            "train_freq", "8",
            "gradient_steps", "8",
            "use_sde", "true",
            "sde_sample_freq", "4",
            "log_std_init", "-1");

    private static Ppo ppo(Supplier<? extends Environment> maker) {
        return new Ppo(
                PpoHyperParameters.defaults()
                        .with(Map.of("use_sde", "true", "sde_sample_freq", "4", "net_arch", "16,16")),
                maker,
                5);
    }

    private static A2c a2c(Supplier<? extends Environment> maker) {
        return new A2c(
                A2cHyperParameters.defaults()
                        .with(Map.of("use_sde", "true", "net_arch", "16,16", "learning_rate", "0.003")),
                maker,
                5);
    }

    private static List<Supplier<Algorithm>> makers(Supplier<? extends Environment> maker) {
        return List.of(
                () -> ppo(maker),
                () -> a2c(maker),
                () -> new Sac(SacHyperParameters.defaults().with(SOFT), maker, 5),
                () -> new Tqc(TqcHyperParameters.defaults().with(SOFT), maker, 5));
    }

    @Test
    void everyOneLearnsNumbersFromWhatItSees() {
        List<Supplier<Algorithm>> makers = makers(World.AimAbove::new);
        long[] budgets = {60_000, 60_000, 5_000, 5_000};
        for (int i = 0; i < budgets.length; i++) {
            try (Algorithm algorithm = makers.get(i).get()) {
                algorithm.train(budgets[i], _ -> {});
                Policy policy = algorithm.policy();
                String name = algorithm.getClass().getSimpleName();
                assertThat(policy.act(0.25f)[0]).as(name).isCloseTo(0.75f, within(0.25f));
                assertThat(policy.act(-0.25f)[0]).as(name).isCloseTo(0.25f, within(0.25f));
            }
        }
    }

    @Test
    void aRestoredRunGoesOnBitForBit(@TempDir Path folder) throws IOException {
        for (Supplier<Algorithm> maker : makers(Pendulum::v1)) {
            try (Algorithm whole = maker.get();
                    Algorithm resumed = maker.get()) {
                whole.train(1_250, _ -> {});
                whole.save(folder.resolve("checkpoint"));
                resumed.restore(folder.resolve("checkpoint"));
                whole.train(3_000, _ -> {});
                resumed.train(3_000, _ -> {});
                assertThat(resumed.policy().network().parameters())
                        .containsExactly(whole.policy().network().parameters());
                assertThat(resumed.policy().head().describe())
                        .isEqualTo(whole.policy().head().describe());
            }
        }
    }

    @Test
    void savedAndExportedPoliciesActTheSame(@TempDir Path folder) throws Exception {
        float[] observation = {0.6f, 0.8f, 1};
        for (Supplier<Algorithm> maker : makers(Pendulum::v1)) {
            try (Algorithm algorithm = maker.get()) {
                algorithm.train(1_250, _ -> {});
                Policy policy = algorithm.policy();
                policy.save(folder.resolve("policy.rein"));
                Policy read = Policy.load(folder.resolve("policy.rein"));
                assertThat(read.act(observation)).containsExactly(policy.act(observation));
                boolean[] all = new boolean[0];
                float[] drawn = policy.act(observation, all, new EpisodeRandom(1, 2, 3));
                assertThat(read.act(observation, all, new EpisodeRandom(1, 2, 3)))
                        .containsExactly(drawn);
                assertThat(drawn).isNotEqualTo(policy.act(observation));
                policy.exportOnnx(folder.resolve("policy.onnx"));
                assertThat(OnnxRuns.numbers(folder.resolve("policy.onnx"), observation))
                        .containsExactly(policy.act(observation), within(1e-5f));
            }
        }
    }

    @Test
    void choicesAreRefused() {
        assertThatThrownBy(() -> ppo(CartPole::v1)).hasMessageContaining("use_sde: true with actions");
        assertThatThrownBy(() -> a2c(CartPole::v1)).hasMessageContaining("use_sde: true with actions");
    }
}
