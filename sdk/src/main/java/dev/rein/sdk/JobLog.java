package dev.rein.sdk;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogStream;
import software.amazon.awssdk.services.cloudwatchlogs.model.OrderBy;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceNotFoundException;

/// Reads a job's log as it grows: streams merged by time, each event once.
///
/// The position in a stream is its forward token, which both AWS and Rein keep stable; so no event is read twice,
/// however many share a millisecond.
final class JobLog {
    private static final String GROUP = "/aws/sagemaker/TrainingJobs";

    private final CloudWatchLogsClient logs;
    private final String job;
    private final Consumer<? super LogLine> sink;
    private final Map<String, String> tokens = new LinkedHashMap<>();
    private final List<String> streams = new ArrayList<>();

    JobLog(CloudWatchLogsClient logs, String job, Consumer<? super LogLine> sink) {
        this.logs = logs;
        this.job = job;
        this.sink = sink;
    }

    /// Hands on what came since the last call.
    ///
    /// @return whether anything did
    boolean poll() {
        List<LogLine> lines = new ArrayList<>();
        for (String stream : listed()) {
            read(stream, lines);
        }
        lines.sort(Comparator.comparingLong(LogLine::timestamp)); // stable: a stream keeps its order
        lines.forEach(sink);
        return !lines.isEmpty();
    }

    private List<String> listed() {
        try {
            logs
                    .describeLogStreams(list -> list.logGroupName(GROUP)
                            .logStreamNamePrefix(job + "/")
                            .orderBy(OrderBy.LOG_STREAM_NAME))
                    .logStreams()
                    .stream()
                    .map(LogStream::logStreamName)
                    .filter(stream -> !streams.contains(stream))
                    .forEach(streams::add);
        } catch (ResourceNotFoundException e) {
            return List.of(); // no host has printed yet
        }
        return streams;
    }

    private void read(String stream, List<LogLine> lines) {
        while (true) {
            String token = tokens.get(stream);
            GetLogEventsResponse page = logs.getLogEvents(get -> get.logGroupName(GROUP)
                    .logStreamName(stream)
                    .startFromHead(true)
                    .nextToken(token));
            for (OutputLogEvent event : page.events()) {
                lines.add(new LogLine(stream, streams.indexOf(stream), event.timestamp(), event.message()));
            }
            tokens.put(stream, page.nextForwardToken());
            if (page.events().isEmpty() || page.nextForwardToken().equals(token)) {
                return;
            }
        }
    }
}
