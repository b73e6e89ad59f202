package dev.rein.toolkit.training;

import static java.util.Objects.requireNonNull;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.Consumer;

/// Prints progress as one line of `name=value` pairs, about once a second, after evaluations and at the end:
///
/// `step=40960 steps_per_second=171234 episodes=812 episode_return_mean=203.4 episode_length_mean=203.4
/// time_left_seconds=2.1`
public final class ProgressLine implements Consumer<Progress> {
    private static final double PAUSE_SECONDS = 1;

    private final PrintStream out;
    private double printed = -PAUSE_SECONDS;

    public ProgressLine(PrintStream out) {
        this.out = requireNonNull(out, "out");
    }

    @Override
    public void accept(Progress progress) {
        if (progress.seconds() - printed < PAUSE_SECONDS && !progress.isLast() && !evaluates(progress)) {
            return;
        }
        printed = progress.seconds();
        out.println(String.format(
                Locale.ROOT,
                "step=%d steps_per_second=%.0f episodes=%d episode_return_mean=%.1f episode_length_mean=%.1f"
                        + " time_left_seconds=%.1f",
                progress.steps(),
                progress.stepsPerSecond(),
                progress.episodes(),
                progress.returnMean(),
                progress.lengthMean(),
                progress.secondsLeft()));
        if (evaluates(progress)) {
            out.println(String.format(
                    Locale.ROOT,
                    "step=%d evaluation_return_mean=%.1f",
                    progress.steps(),
                    progress.metric("evaluation_return_mean")));
        }
        out.flush();
    }

    private static boolean evaluates(Progress progress) {
        return Double.isFinite(progress.metrics().getOrDefault("evaluation_return_mean", Double.NaN));
    }
}
