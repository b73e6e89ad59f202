package dev.rein.toolkit.environment.classic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.Row;
import dev.rein.toolkit.environment.Step;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class CartPoleTest {
    private final CartPole environment = new CartPole();
    private final Step step = Step.of(environment);

    /// Traces of the real Gymnasium, recorded by `src/test/python/record_cartpole.py`.
    @Test
    void everyRecordedStepIsGymnasiums() throws IOException {
        List<double[]> steps = recorded();
        assertThat(steps).hasSizeGreaterThan(1500);
        for (double[] recorded : steps) {
            environment.reset(Arrays.copyOfRange(recorded, 1, 5), step);
            environment.step(Row.of((float) recorded[5]), step.clear());
            for (int i = 0; i < 4; i++) {
                assertThat(step.observation().get(i)).isCloseTo((float) recorded[6 + i], within(1e-6f));
            }
            assertThat(step.reward()).isEqualTo((float) recorded[10]);
            assertThat(step.terminated()).isEqualTo(recorded[11] == 1);
        }
    }

    @Test
    void itsOwnSineAndCosineAreTheLibrarys() {
        for (int i = -10_000; i <= 10_000; i++) {
            double angle = i * 5e-5;
            assertThat(CartPole.sin(angle)).isCloseTo(Math.sin(angle), within(Math.ulp(0.25)));
            assertThat(CartPole.cos(angle)).isCloseTo(Math.cos(angle), within(Math.ulp(1.0)));
        }
    }

    @Test
    void version1IsTruncatedAfter500StepsAndNotTerminated() {
        var limited = CartPole.v1();
        limited.reset(new EpisodeRandom(1, 0, 0), step);
        int steps = 0;
        for (boolean over = false; !over; steps++) {
            Row seen = step.observation();
            float lean = seen.get(2) + 0.25f * seen.get(3) + 0.02f * seen.get(0) + 0.04f * seen.get(1);
            limited.step(Row.of(lean > 0 ? 1 : 0), step.clear());
            over = step.truncated() || step.terminated();
        }
        assertThat(steps).isEqualTo(500);
        assertThat(step.truncated()).isTrue();
        assertThat(step.terminated()).isFalse();
    }

    private static List<double[]> recorded() throws IOException {
        try (var lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(CartPoleTest.class.getResourceAsStream("cartpole-v1.csv")), UTF_8))) {
            return lines.lines()
                    .map(line -> Arrays.stream(line.split(",", -1))
                            .mapToDouble(Double::parseDouble)
                            .toArray())
                    .toList();
        }
    }
}
