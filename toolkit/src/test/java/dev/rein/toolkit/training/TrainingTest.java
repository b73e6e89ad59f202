package dev.rein.toolkit.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.toolkit.checkpoint.CheckpointException;
import dev.rein.toolkit.environment.classic.CartPole;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.ppo.Ppo;
import dev.rein.toolkit.ppo.PpoHyperParameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTest {
    private static final PpoHyperParameters SMALL =
            PpoHyperParameters.defaults().with(Map.of("n_steps", "32", "batch_size", "64", "net_arch", "16,16"));

    @TempDir
    private Path folder = Path.of("");

    private static Ppo ppo() {
        return new Ppo(SMALL, CartPole::v1, 3);
    }

    @Test
    void itEndsWhenTheTargetIsReachedAndKeepsTheBest() throws IOException {
        try (var ppo = ppo()) {
            var result = Training.of(ppo)
                    .budget(100_000)
                    .evaluation(CartPole::v1, 2_000, 10)
                    .stopAtReturn(100)
                    .run();
            assertThat(result.end()).isEqualTo(TrainingResult.End.TARGET_REACHED);
            assertThat(result.bestReturn()).isGreaterThanOrEqualTo(100);
            assertThat(result.steps()).isLessThan(100_000);
            assertThat(Evaluation.of(result.best(), CartPole::v1, 10, 0).returnMean())
                    .isEqualTo(result.bestReturn());
        }
    }

    @Test
    void aRunThatHasReachedItsTargetIsNotTrainedFurther() throws IOException {
        TrainingResult[] results = new TrainingResult[2];
        for (int session = 0; session < 2; session++) {
            try (var ppo = ppo()) {
                results[session] = Training.of(ppo)
                        .budget(100_000)
                        .evaluation(CartPole::v1, 2_000, 10)
                        .stopAtReturn(100)
                        .checkpoint(folder.resolve("checkpoint"), 10_000)
                        .run();
            }
        }
        assertThat(results[1].end()).isEqualTo(TrainingResult.End.TARGET_REACHED);
        assertThat(results[1].steps()).isEqualTo(results[0].steps());
        assertThat(parameters(results[1].best())).containsExactly(parameters(results[0].best()));
    }

    @Test
    void itEndsWhenNothingGetsBetter() throws IOException {
        var still = SMALL.with(Map.of("learning_rate", "1e-12"));
        try (var ppo = new Ppo(still, CartPole::v1, 3)) {
            var result = Training.of(ppo)
                    .evaluation(CartPole::v1, 256, 5)
                    .stopOnPlateau(3)
                    .run();
            assertThat(result.end()).isEqualTo(TrainingResult.End.PLATEAU);
            assertThat(result.steps()).isEqualTo(4 * 256);
        }
    }

    @Test
    void roundsThatEvaluateSaySo() throws IOException {
        List<Double> told = new ArrayList<>();
        try (var ppo = ppo()) {
            Training.of(ppo)
                    .budget(1024)
                    .evaluation(CartPole::v1, 512, 5)
                    .listener(progress -> told.add(progress.metric("evaluation_return_mean")))
                    .run();
        }
        assertThat(told.get(0)).isNaN();
        assertThat(told.get(1)).isPositive();
        assertThat(told.get(2)).isNaN();
        assertThat(told.get(3)).isPositive();
    }

    @Test
    void stopsWithoutEvaluationsOrANumberAreRefused() {
        try (var ppo = ppo()) {
            assertThatThrownBy(() -> Training.of(ppo).stopAtReturn(Double.NaN))
                    .hasMessage("mean: NaN (expected: a finite number)");
            assertThatThrownBy(() -> Training.of(ppo).stopAtReturn(475).run())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("evaluation(maker, every, episodes) too");
        }
    }

    @Nested
    class GivenARunThatWasInterrupted {
        private Path checkpoint() {
            return folder.resolve("checkpoint");
        }

        private TrainingResult run(Ppo ppo, long interruptAt) throws IOException {
            return Training.of(ppo)
                    .budget(8_192)
                    .evaluation(CartPole::v1, 1_000, 5)
                    .checkpoint(checkpoint(), 1_000)
                    .listener(progress -> {
                        if (progress.steps() == interruptAt - 256) {
                            Thread.currentThread().interrupt(); // seen after the next round
                        }
                    })
                    .run();
        }

        @Test
        void theNextSessionEndsWhereOneAloneWouldHaveBitForBit() throws IOException {
            try (var first = ppo();
                    var second = ppo();
                    var whole = ppo()) {
                assertThat(run(first, 4_096).end()).isEqualTo(TrainingResult.End.INTERRUPTED);
                assertThat(Thread.interrupted()).isTrue();
                assertThat(first.steps()).isEqualTo(4_096);
                var resumed = run(second, -1);
                assertThat(resumed.steps()).isEqualTo(8_192);

                Files.delete(checkpoint());
                var alone = run(whole, -1);
                assertThat(parameters(resumed.last())).containsExactly(parameters(alone.last()));
                assertThat(parameters(resumed.best())).containsExactly(parameters(alone.best()));
                assertThat(resumed.bestReturn()).isEqualTo(alone.bestReturn());
                assertThat(second.statistics().returnMean())
                        .isEqualTo(whole.statistics().returnMean());
            }
        }

        @Test
        void otherHyperparametersAreRefused() throws IOException {
            try (var first = ppo()) {
                run(first, 512);
                assertThat(Thread.interrupted()).isTrue();
            }
            try (var other = new Ppo(SMALL.with("gamma", 0.5f), CartPole::v1, 3)) {
                assertThatThrownBy(() -> run(other, -1))
                        .isInstanceOf(CheckpointException.class)
                        .hasMessageContaining("gamma=0.99")
                        .hasMessageContaining("gamma=0.5");
            }
        }
    }

    private static float[] parameters(Policy policy) {
        return policy.network().parameters();
    }
}
