package dev.rein.bench.learning;

import java.util.Arrays;
import java.util.SplittableRandom;

/// The interquartile mean of some seeds' returns with its 95 % interval by percentile bootstrap (Agarwal et al.
/// 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice", section 4).
///
/// @param iqm  mean of the middle half
/// @param low  lower end of the interval
/// @param high upper end
record Score(double iqm, double low, double high) {
    private static final int RESAMPLES = 10_000;

    /// @param returns one for each seed, at least one
    static Score of(double[] returns) {
        return interval(iqm(returns), random -> iqm(resample(returns, random)));
    }

    /// Of ours less theirs: below 0 altogether if theirs are better for sure.
    static Score difference(double[] ours, double[] theirs) {
        return interval(iqm(ours) - iqm(theirs), random -> iqm(resample(ours, random)) - iqm(resample(theirs, random)));
    }

    private interface Statistic {
        double of(SplittableRandom random);
    }

    private static Score interval(double point, Statistic statistic) {
        var random = new SplittableRandom(0); // the same report from the same data
        double[] resampled = new double[RESAMPLES];
        Arrays.setAll(resampled, _ -> statistic.of(random));
        Arrays.sort(resampled);
        return new Score(point, resampled[(int) (0.025 * RESAMPLES)], resampled[(int) (0.975 * RESAMPLES) - 1]);
    }

    /// A quarter, rounded down, is cut off at both ends.
    static double iqm(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int cut = sorted.length / 4;
        return Arrays.stream(sorted, cut, sorted.length - cut).average().orElse(Double.NaN);
    }

    private static double[] resample(double[] values, SplittableRandom random) {
        double[] drawn = new double[values.length];
        Arrays.setAll(drawn, _ -> values[random.nextInt(values.length)]);
        return drawn;
    }
}
