package dev.rein.sdk;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.SecondaryStatusTransition;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;

/// Waits for a job and tells what becomes of it: asks often while something happens, seldom while nothing does.
/// What is waited for is heard of late by a tenth of the wait.
///
/// A platform that cannot be reached for a while, because it is started again for example, is waited for too.
/// Ending this program, by Ctrl-C for example, leaves the job running.
final class JobWatch {
    private static final long SHORTEST_MILLIS = 20;
    private static final long LONGEST_MILLIS = 1000;
    private static final int PATIENCE = 10;
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(1);
    private static final List<String> GOOD = List.of("Completed", "Stopped");

    private final Session session;
    private final String job;
    private final @Nullable JobListener listener;
    private final @Nullable JobLog log;
    private final Map<String, String> rules = new LinkedHashMap<>();
    private int transitions;
    private String lastMessage = "";

    /// @param listener null to wait in silence
    JobWatch(Session session, String job, @Nullable JobListener listener) {
        this.session = session;
        this.job = job;
        this.listener = listener;
        this.log = listener == null ? null : new JobLog(session.logs(), job);
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
        long answered = news;
        while (true) {
            boolean heard = false;
            try {
                // asked before the log is read: what is read after an end is the whole log
                DescribeTrainingJobResponse described =
                        session.sagemaker().describeTrainingJob(describe -> describe.trainingJobName(job));
                heard = tell(described);
                if (!isRunning(described)) {
                    if (listener != null) {
                        listener.ended(described);
                    }
                    return checked(described);
                }
                answered = System.nanoTime();
            } catch (SdkClientException e) {
                if (System.nanoTime() - answered > LONGEST_SILENCE.toNanos()) {
                    throw e;
                }
            }
            long now = System.nanoTime();
            news = heard ? now : news;
            sleep(Math.clamp((now - news) / 1_000_000 / PATIENCE, shortest(), LONGEST_MILLIS));
        }
    }

    /// @return whether there was anything to tell
    private boolean tell(DescribeTrainingJobResponse described) {
        if (listener == null || log == null) {
            return false;
        }
        Deque<LogLine> lines = new ArrayDeque<>(log.read());
        List<JobStatus> statuses = statuses(described);
        boolean heard = !lines.isEmpty() || !statuses.isEmpty();
        for (JobStatus status : statuses) {
            while (!lines.isEmpty()
                    && lines.getFirst().timestamp() < status.time().toEpochMilli()) {
                listener.line(lines.removeFirst());
            }
            listener.status(status);
        }
        lines.forEach(listener::line);
        described
                .debugRuleEvaluationStatuses()
                .forEach(rule -> rule(
                        listener, rule.ruleConfigurationName(), String.valueOf(rule.ruleEvaluationStatusAsString())));
        described
                .profilerRuleEvaluationStatuses()
                .forEach(rule -> rule(
                        listener, rule.ruleConfigurationName(), String.valueOf(rule.ruleEvaluationStatusAsString())));
        return heard;
    }

    private void rule(JobListener hears, String name, String status) {
        if (!status.equals(rules.put(name, status))) {
            hears.rule(name, status);
        }
    }

    /// The states the job came into since the last call, or its last one if that says something new.
    private List<JobStatus> statuses(DescribeTrainingJobResponse described) {
        List<SecondaryStatusTransition> all = described.secondaryStatusTransitions();
        if (all.isEmpty()) {
            return List.of();
        }
        Instant modified = described.lastModifiedTime() == null ? Instant.EPOCH : described.lastModifiedTime();
        List<JobStatus> news = new ArrayList<>();
        for (SecondaryStatusTransition transition : all.subList(Math.min(transitions, all.size()), all.size())) {
            news.add(status(transition, transition.startTime() == null ? modified : transition.startTime()));
        }
        SecondaryStatusTransition last = all.getLast();
        String message = String.valueOf(last.statusMessage());
        if (news.isEmpty() && !message.equals(lastMessage)) {
            news.add(status(last, modified));
        }
        transitions = all.size();
        lastMessage = message;
        return news;
    }

    private static JobStatus status(SecondaryStatusTransition transition, Instant time) {
        String message = transition.statusMessage();
        return new JobStatus(time, transition.statusAsString(), message == null ? "" : message);
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
