package dev.rein.sdk;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;

/// Waits for a job and hands on its log: often while something happens, seldom while nothing does. What is waited
/// for is heard of late by a tenth of the wait.
///
/// Ending this program, by Ctrl-C for example, leaves the job running.
final class JobWatch {
    private static final long SHORTEST_MILLIS = 20;
    private static final long LONGEST_MILLIS = 1000;
    private static final int PATIENCE = 10;
    private static final List<String> GOOD = List.of("Completed", "Stopped");

    private final Session session;
    private final String job;
    private final @Nullable JobLog log;

    /// @param sink null to wait without the log
    JobWatch(Session session, String job, @Nullable Consumer<? super LogLine> sink) {
        this.session = session;
        this.job = job;
        this.log = sink == null ? null : new JobLog(session.logs(), job, sink);
    }

    /// Stopping counts as running: the job still uploads what it has.
    static boolean isRunning(DescribeTrainingJobResponse job) {
        return job.trainingJobStatus() == TrainingJobStatus.IN_PROGRESS
                || job.trainingJobStatus() == TrainingJobStatus.STOPPING;
    }

    /// @return the job as it ended: Completed or Stopped
    /// @throws UnexpectedStatusException if it failed
    DescribeTrainingJobResponse untilEnded() {
        long news = System.nanoTime();
        while (true) {
            // asked before the log is read: what is read after an end is the whole log
            DescribeTrainingJobResponse described =
                    session.sagemaker().describeTrainingJob(describe -> describe.trainingJobName(job));
            boolean heard = log != null && log.poll();
            if (!isRunning(described)) {
                return checked(described);
            }
            long now = System.nanoTime();
            news = heard ? now : news;
            sleep(Math.clamp((now - news) / 1_000_000 / PATIENCE, shortest(), LONGEST_MILLIS));
        }
    }

    /// AWS counts requests and refuses the many; a platform of one's own answers in a millisecond.
    private long shortest() {
        return session.isAws() ? LONGEST_MILLIS : SHORTEST_MILLIS;
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting; the job goes on", e);
        }
    }

    private DescribeTrainingJobResponse checked(DescribeTrainingJobResponse described) {
        String status = described.trainingJobStatusAsString();
        if (!GOOD.contains(status)) {
            String reason = described.failureReason();
            throw UnexpectedStatusException.of("Training job " + job, status, reason == null ? "" : reason, GOOD);
        }
        return described;
    }
}
