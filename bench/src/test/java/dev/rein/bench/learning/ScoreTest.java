package dev.rein.bench.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class ScoreTest {
    private static final double[] ONE_TO_TEN =
            DoubleStream.iterate(1, value -> value + 1).limit(10).toArray();

    @Test
    void theMiddleOfTenIsTheMeanOfSix() {
        assertThat(Score.iqm(new double[] {10, 1, 9, 2, 3, 4, 5, 6, 7, 1_000})).isEqualTo(34.0 / 6, within(1e-12));
    }

    @Test
    void equalSeedsLeaveNoDoubt() {
        assertThat(Score.of(new double[] {7, 7, 7})).isEqualTo(new Score(7, 7, 7));
    }

    @Test
    void theIntervalHoldsTheMeanAndTheReportIsTheSameTwice() {
        Score score = Score.of(ONE_TO_TEN);
        assertThat(score.iqm()).isEqualTo(5.5);
        assertThat(score.low()).isBetween(2.5, 4.5);
        assertThat(score.high()).isBetween(6.5, 8.5);
        assertThat(Score.of(ONE_TO_TEN)).isEqualTo(score);
    }

    @Test
    void aDifferenceIsBelowZeroOnlyWhenOneSideIsBetterForSure() {
        double[] better = DoubleStream.of(ONE_TO_TEN).map(value -> value + 20).toArray();
        assertThat(Score.difference(ONE_TO_TEN, better).high()).isNegative();
        assertThat(Score.difference(ONE_TO_TEN, ONE_TO_TEN).high()).isPositive();
    }
}
