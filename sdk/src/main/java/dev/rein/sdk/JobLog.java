package dev.rein.sdk;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.InvalidParameterException;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogStream;
import software.amazon.awssdk.services.cloudwatchlogs.model.OrderBy;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceNotFoundException;

/// Reads a job's log as it grows: streams merged by time, each event once.
///
/// The position in a stream is its forward token. A token that is no longer known (AWS forgets one after a day) is
/// replaced by the time of the last event and the number of events already seen at that time, which is how the
/// SageMaker Python SDK reads on; so no event is lost or told twice either way.
final class JobLog {
    private static final String GROUP = "/aws/sagemaker/TrainingJobs";

    private final CloudWatchLogsClient logs;
    private final String job;
    private final Map<String, Position> positions = new LinkedHashMap<>();

    /// Read and not yet handed on: what a failing call has read before is kept for the next.
    private final List<LogLine> fresh = new ArrayList<>();

    JobLog(CloudWatchLogsClient logs, String job) {
        this.logs = logs;
        this.job = job;
    }

    /// What came since the last call, in order of time.
    List<LogLine> read() {
        if (findStreams()) {
            positions.forEach(this::read);
        }
        List<LogLine> lines = new ArrayList<>(fresh);
        fresh.clear();
        lines.sort(Comparator.comparingLong(LogLine::timestamp)); // stable: a stream keeps its order
        return lines;
    }

    /// @return whether the group is there at all
    private boolean findStreams() {
        try {
            for (LogStream stream : logs.describeLogStreamsPaginator(list -> list.logGroupName(GROUP)
                            .logStreamNamePrefix(job + "/")
                            .orderBy(OrderBy.LOG_STREAM_NAME))
                    .logStreams()) {
                positions.computeIfAbsent(stream.logStreamName(), _ -> new Position(positions.size()));
            }
            return true;
        } catch (ResourceNotFoundException e) {
            return false; // no host has printed yet
        }
    }

    private void read(String stream, Position position) {
        while (true) {
            String token = position.token;
            GetLogEventsResponse page;
            try {
                page = logs.getLogEvents(get -> get.logGroupName(GROUP)
                        .logStreamName(stream)
                        .startFromHead(true)
                        .startTime(token == null && position.seen > 0 ? position.time : null)
                        .nextToken(token));
            } catch (InvalidParameterException e) {
                if (token == null) {
                    throw e;
                }
                position.forgetToken();
                continue;
            }
            for (OutputLogEvent event : page.events()) {
                if (position.isNew(event.timestamp())) {
                    fresh.add(new LogLine(stream, position.index, event.timestamp(), event.message()));
                }
            }
            position.token = page.nextForwardToken();
            // an empty page may stand before the end; the token that does not move is the end
            if (position.token == null || position.token.equals(token)) {
                return;
            }
        }
    }

    /// How far a stream has been read.
    private static final class Position {
        private final int index;
        private @Nullable String token;

        /// Of the last event, in milliseconds, and how many of that time have been seen.
        private long time;

        private int seen;

        /// Events still to be passed over after a token was forgotten.
        private int skip;

        Position(int index) {
            this.index = index;
        }

        void forgetToken() {
            token = null;
            skip = seen;
        }

        boolean isNew(long timestamp) {
            if (skip > 0 && timestamp == time) {
                skip--;
                return false;
            }
            skip = 0;
            seen = timestamp == time ? seen + 1 : 1;
            time = timestamp;
            return true;
        }
    }
}
