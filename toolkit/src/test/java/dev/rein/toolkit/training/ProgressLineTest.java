package dev.rein.toolkit.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final ProgressLine line = new ProgressLine(new PrintStream(printed, true, UTF_8));

    private static Progress at(long steps, double seconds) {
        return new Progress(steps, 1000, 0, seconds, 12, 203.44, 99.5, Map.of());
    }

    @Test
    void lineNamesWhatMetricDefinitionsRead() {
        line.accept(at(250, 0.5));
        assertThat(printed.toString(UTF_8))
                .isEqualToIgnoringNewLines("step=250 steps_per_second=500 episodes=12 episode_return_mean=203.4"
                        + " episode_length_mean=99.5 time_left_seconds=1.5\n");
    }

    @Test
    void onlyOneLineASecondIsPrintedAndAlwaysTheLast() {
        line.accept(at(100, 0.1));
        line.accept(at(200, 0.9));
        line.accept(at(300, 1.2));
        line.accept(at(1000, 1.3));
        assertThat(printed.toString(UTF_8).lines().map(text -> text.split(" ", 2)[0]))
                .containsExactly("step=100", "step=300", "step=1000");
    }

    @Test
    void nothingIsLeftWhenTheLastRolloutWentBeyondTheBudget() {
        line.accept(at(1024, 2));
        assertThat(printed.toString(UTF_8)).contains("time_left_seconds=0.0");
    }
}
