package dev.rein.sdk;

import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;

/// Hears what a job prints and what becomes of it, in order of time, on the thread that waits.
///
/// A lambda hears the log alone; [LogPrinter] shows everything.
@FunctionalInterface
public interface JobListener {
    /// The job printed a line. Each line is told once.
    void line(LogLine line);

    /// The job came into a state, or says something new in the same one.
    default void status(JobStatus status) {}

    /// A rule of the debugger or the profiler came to a result.
    default void rule(String ruleConfigurationName, String ruleEvaluationStatus) {}

    /// The job ended, well or badly; its whole log has been told.
    default void ended(DescribeTrainingJobResponse job) {}
}
