package dev.rein.sdk;

import static java.util.Objects.requireNonNull;

import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;

/// Prints what the SageMaker Python SDK prints of a job: its states, its log (each host in a colour of its own
/// where the output is a terminal), and at the end the seconds it trained and the seconds to be billed, of all
/// hosts together.
public final class LogPrinter implements JobListener {
    private static final int[] COLOURS = {34, 35, 32, 36, 33};

    private final PrintStream out;
    private final boolean coloured;

    public LogPrinter(PrintStream out, boolean coloured) {
        this.out = requireNonNull(out, "out");
        this.coloured = coloured;
    }

    /// On standard output; coloured if that is a terminal.
    public static LogPrinter standardOutput() {
        return new LogPrinter(System.out, isTerminal());
    }

    @SuppressWarnings("SystemConsoleNull") // JDK 25 is back to null where output is redirected (JDK-8351435)
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    @Override
    public void line(LogLine line) {
        if (coloured) {
            print("\u001b[" + COLOURS[line.index() % COLOURS.length] + "m" + line.message() + "\u001b[0m");
        } else {
            print(line.message());
        }
    }

    @Override
    public void status(JobStatus status) {
        print(status.toString());
    }

    @Override
    public void rule(String ruleConfigurationName, String ruleEvaluationStatus) {
        print(ruleConfigurationName + ": " + ruleEvaluationStatus);
    }

    @Override
    public void ended(DescribeTrainingJobResponse job) {
        if (job.trainingJobStatus() == TrainingJobStatus.FAILED) {
            return; // the exception says why
        }
        if (job.trainingJobStatus() == TrainingJobStatus.STOPPED) {
            print(
                    "Job ended with status 'Stopped' rather than 'Completed'. This could mean the job timed out or stopped"
                            + " early for some other reason: Consider checking whether it completed as you expect.");
        }
        int hosts = hosts(job);
        Integer training = job.trainingTimeInSeconds();
        Integer billable = job.billableTimeInSeconds();
        if (training != null) {
            print("Training seconds: " + (long) training * hosts);
        }
        if (billable != null) {
            print("Billable seconds: " + (long) billable * hosts);
        }
        boolean spot = Boolean.TRUE.equals(job.enableManagedSpotTraining());
        if (spot && training != null && billable != null && training > 0) {
            double saved = (1 - (double) billable / training) * 100;
            print(String.format(Locale.ROOT, "Managed Spot Training savings: %.1f%%", saved));
        }
    }

    private static int hosts(DescribeTrainingJobResponse job) {
        if (job.resourceConfig() == null) {
            return 1;
        }
        if (job.resourceConfig().hasInstanceGroups()) {
            return job.resourceConfig().instanceGroups().stream()
                    .mapToInt(group -> group.instanceCount())
                    .sum();
        }
        Integer count = job.resourceConfig().instanceCount();
        return count == null ? 1 : count;
    }

    private void print(String line) {
        out.println(line);
        out.flush();
    }
}
