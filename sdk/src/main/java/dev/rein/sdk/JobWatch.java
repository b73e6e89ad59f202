package dev.rein.sdk;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;

/// Waits for a job and hands on its log: often while something happens, seldom while nothing does.
///
/// Ending this program, by Ctrl-C for example, leaves the job running.
final class JobWatch {
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(1);
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
        Duration pause = SHORTEST;
        while (true) {
            // asked before the log is read: what is read after an end is the whole log
            DescribeTrainingJobResponse described =
                    session.sagemaker().describeTrainingJob(describe -> describe.trainingJobName(job));
            boolean news = log != null && log.poll();
            if (!isRunning(described)) {
                return checked(described);
            }
            pause = news ? SHORTEST : longer(pause);
            sleep(pause);
        }
    }

    private static Duration longer(Duration pause) {
        Duration longer = pause.multipliedBy(3).dividedBy(2);
        return longer.compareTo(LONGEST) > 0 ? LONGEST : longer;
    }

    private static void sleep(Duration pause) {
        try {
            Thread.sleep(pause);
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
