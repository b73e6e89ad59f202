package dev.rein.cli;

import java.io.Console;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/// A training job's progress: one live line on a terminal (steps, steps/s, mean return, time left), the job's own
/// lines elsewhere.
final class TrainingBar implements AutoCloseable {
    private static final Pattern PROGRESS = Pattern.compile("^step=(\\d+) .*episode_return_mean=([-0-9.]+|NaN) .*");

    private final @Nullable PrintWriter out;
    private final @Nullable ProgressBar bar;

    private TrainingBar(@Nullable PrintWriter out, @Nullable ProgressBar bar) {
        this.out = out;
        this.bar = bar;
    }

    /// @param out null to show nothing
    static TrainingBar on(@Nullable PrintWriter out, long steps) {
        return new TrainingBar(out, out != null && isTerminal() ? bar(steps) : null);
    }

    @SuppressWarnings("SystemConsoleNull") // NullAway reads the older promise, that it may be null
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    private static ProgressBar bar(long steps) {
        return new ProgressBarBuilder()
                .setTaskName("Training  ")
                .setInitialMax(steps)
                .setUnit(" steps", 1)
                .setStyle(ProgressBarStyle.ASCII)
                .showSpeed()
                .setUpdateIntervalMillis(200)
                .setConsumer(new ConsoleProgressBarConsumer(new PrintStream(System.out, true)))
                .build();
    }

    void show(String line) {
        Matcher progress = PROGRESS.matcher(line);
        if (bar != null && progress.matches()) {
            bar.stepTo(Long.parseLong(progress.group(1)));
            bar.setExtraMessage(" mean return " + progress.group(2));
        } else if (out != null && bar == null) {
            out.println("           " + line);
            out.flush();
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
