package dev.rein.server.logs;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.Caller;
import dev.rein.server.wire.ErrorCode;
import dev.rein.server.wire.Operations;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogGroupsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogGroupsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogStreamsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeLogStreamsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilterLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilterLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilteredLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogGroup;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogGroupClass;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogStream;
import software.amazon.awssdk.services.cloudwatchlogs.model.OrderBy;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;

/// CloudWatch Logs' reading operations over a [LogStore].
///
/// Tokens hold a position and nothing else, so they stay good for ever and across restarts; the token at the end of
/// a stream is answered with itself.
public final class LogApi {
    private static final int PAGE_EVENTS = 10_000;
    private static final int PAGE_BYTES = 1 << 20;
    /// What CloudWatch counts for an event beside its text.
    private static final int EVENT_BYTES = 26;
    /// How much one FilterLogEvents looks at before it answers with a token, so that no call runs for minutes.
    private static final long FILTER_BYTES = 32L << 20;

    private static final int PAGE_NAMES = 50;

    private final LogStore store;

    public LogApi(LogStore store) {
        this.store = requireNonNull(store, "store");
    }

    /// Signs in for DescribeLogGroups, DescribeLogStreams, GetLogEvents and FilterLogEvents.
    public void register(Operations operations) {
        operations.on("logs", "DescribeLogGroups", DescribeLogGroupsRequest::builder, this::describeGroups);
        operations.on("logs", "DescribeLogStreams", DescribeLogStreamsRequest::builder, this::describeStreams);
        operations.on(
                "logs",
                "GetLogEvents",
                GetLogEventsRequest::builder,
                (GetLogEventsRequest request, Caller _) -> getEvents(request));
        operations.on(
                "logs",
                "FilterLogEvents",
                FilterLogEventsRequest::builder,
                (FilterLogEventsRequest request, Caller _) -> filterEvents(request));
    }

    // --- groups and streams ---

    private DescribeLogGroupsResponse describeGroups(DescribeLogGroupsRequest request, Caller caller) {
        String prefix = requireNonNullElse(request.logGroupNamePrefix(), "");
        String part = requireNonNullElse(request.logGroupNamePattern(), "").toLowerCase(Locale.ROOT);
        var names = store.groups().stream()
                .filter(name -> name.startsWith(prefix))
                .filter(name -> name.toLowerCase(Locale.ROOT).contains(part))
                .toList();
        var page = Page.of(names, request.nextToken(), request.limit());
        return DescribeLogGroupsResponse.builder()
                .logGroups(page.names().stream()
                        .map(name -> LogGroup.builder()
                                .logGroupName(name)
                                .creationTime(store.created(name))
                                .metricFilterCount(0)
                                .arn(arn(caller, name) + ":*")
                                .logGroupArn(arn(caller, name))
                                .logGroupClass(LogGroupClass.STANDARD)
                                .storedBytes(store.streams(name).stream()
                                        .mapToLong(stream -> store.stream(name, stream)
                                                .map(EventFile::size)
                                                .orElse(0L))
                                        .sum())
                                .build())
                        .toList())
                .nextToken(page.next())
                .build();
    }

    private DescribeLogStreamsResponse describeStreams(DescribeLogStreamsRequest request, Caller caller) {
        String group = group(request.logGroupName(), request.logGroupIdentifier());
        String prefix = requireNonNullElse(request.logStreamNamePrefix(), "");
        boolean byTime = request.orderBy() == OrderBy.LAST_EVENT_TIME;
        if (byTime && !prefix.isEmpty()) {
            throw new ApiException(
                    ErrorCode.LOGS_INVALID_PARAMETER, "Cannot order by LastEventTime with a logStreamNamePrefix.");
        }
        var names = new ArrayList<>(store.streams(group).stream()
                .filter(name -> name.startsWith(prefix))
                .toList());
        if (byTime) {
            names.sort(Comparator.comparingLong(name -> store.stream(group, name)
                    .flatMap(EventFile::last)
                    .map(EventFile.Stored::timestamp)
                    .orElse(0L)));
        }
        if (Boolean.TRUE.equals(request.descending())) {
            java.util.Collections.reverse(names);
        }
        // The Python SDK asks by a job's prefix, and asks for ever when it gets a token
        var page = prefix.isEmpty()
                ? Page.of(names, request.nextToken(), request.limit())
                : new Page(List.copyOf(names), null);
        return DescribeLogStreamsResponse.builder()
                .logStreams(page.names().stream()
                        .map(name -> describe(caller, group, name))
                        .toList())
                .nextToken(page.next())
                .build();
    }

    private LogStream describe(Caller caller, String group, String name) {
        var stream = LogStream.builder()
                .logStreamName(name)
                .creationTime(store.created(group, name))
                .arn(arn(caller, group) + ":log-stream:" + name);
        store.stream(group, name).ifPresent(file -> {
            file.first().ifPresent(first -> stream.firstEventTimestamp(first.timestamp()));
            file.last()
                    .ifPresent(
                            last -> stream.lastEventTimestamp(last.timestamp()).lastIngestionTime(last.timestamp()));
        });
        return stream.build();
    }

    private static String arn(Caller caller, String group) {
        return "arn:aws:logs:" + caller.region() + ":" + caller.account() + ":log-group:" + group;
    }

    // --- the events of one stream ---

    private GetLogEventsResponse getEvents(GetLogEventsRequest request) {
        String group = group(request.logGroupName(), request.logGroupIdentifier());
        EventFile file = stream(group, request.logStreamName());
        int limit = requireNonNullElse(request.limit(), PAGE_EVENTS);
        long lower = request.startTime() == null ? 0 : file.positionOf(request.startTime());
        long before = requireNonNullElse(request.endTime(), Long.MAX_VALUE);
        var token = Token.parse(request.nextToken(), Boolean.TRUE.equals(request.startFromHead()));
        List<EventFile.Stored> events = token.forward()
                ? forward(file, Math.max(token.position(), lower), before, limit)
                : backward(file, lower, Math.min(token.position(), upper(file, before)), limit);
        long first;
        long end;
        if (events.isEmpty()) {
            first = token.forward() ? Math.max(token.position(), lower) : Math.min(token.position(), file.size());
            end = first;
        } else {
            first = events.getFirst().position();
            end = events.getLast().end();
        }
        return GetLogEventsResponse.builder()
                .events(events.stream()
                        .map(event -> OutputLogEvent.builder()
                                .timestamp(event.timestamp())
                                .ingestionTime(event.timestamp())
                                .message(event.message())
                                .build())
                        .toList())
                .nextForwardToken(new Token(true, end).text())
                .nextBackwardToken(new Token(false, first).text())
                .build();
    }

    private static long upper(EventFile file, long before) {
        return before == Long.MAX_VALUE ? Long.MAX_VALUE : file.positionOf(before);
    }

    private static List<EventFile.Stored> forward(EventFile file, long from, long before, int limit) {
        var events = new ArrayList<EventFile.Stored>();
        var cursor = file.new Cursor(from);
        long bytes = 0;
        while (events.size() < limit) {
            var next = cursor.next().filter(event -> event.timestamp() < before);
            if (next.isEmpty()) {
                break;
            }
            bytes += bytes(next.get());
            if (bytes > PAGE_BYTES && !events.isEmpty()) {
                break;
            }
            events.add(next.get());
        }
        return events;
    }

    /// The last events between two positions, oldest first.
    private static List<EventFile.Stored> backward(EventFile file, long lower, long end, int limit) {
        var events = new ArrayDeque<EventFile.Stored>();
        long bytes = 0;
        for (long to = end; to > lower && events.size() < limit && bytes < PAGE_BYTES; ) {
            long from = Math.max(lower, file.indexedBefore(to));
            var block = new ArrayList<EventFile.Stored>();
            var cursor = file.new Cursor(from);
            for (var next = cursor.next(); next.isPresent() && next.get().position() < to; next = cursor.next()) {
                block.add(next.get());
            }
            for (EventFile.Stored event : block.reversed()) {
                bytes += bytes(event);
                if (events.size() == limit || (bytes > PAGE_BYTES && !events.isEmpty())) {
                    return List.copyOf(events);
                }
                events.addFirst(event);
            }
            to = from;
        }
        return List.copyOf(events);
    }

    private static long bytes(EventFile.Stored event) {
        return event.end() - event.position() - EventFile.HEADER + EVENT_BYTES;
    }

    // --- events of many streams ---

    private record Head(String stream, EventFile.Stored event, EventFile.Cursor cursor) {}

    private FilterLogEventsResponse filterEvents(FilterLogEventsRequest request) {
        String group = group(request.logGroupName(), request.logGroupIdentifier());
        String prefix = request.logStreamNamePrefix();
        if (prefix != null && !request.logStreamNames().isEmpty()) {
            throw new ApiException(
                    ErrorCode.LOGS_INVALID_PARAMETER,
                    "Only one of logStreamNames and logStreamNamePrefix can be given.");
        }
        request.logStreamNames().forEach(name -> stream(group, name));
        List<String> names = request.logStreamNames().isEmpty()
                ? store.streams(group).stream()
                        .filter(name -> prefix == null || name.startsWith(prefix))
                        .toList()
                : request.logStreamNames().stream().distinct().toList();
        var pattern = FilterPattern.parse(requireNonNullElse(request.filterPattern(), ""));
        long since = requireNonNullElse(request.startTime(), 0L);
        long before = requireNonNullElse(request.endTime(), Long.MAX_VALUE);
        int limit = requireNonNullElse(request.limit(), PAGE_EVENTS);
        var behind = Optional.ofNullable(request.nextToken()).map(Seen::parse);

        var heads = new PriorityQueue<Head>(
                Comparator.comparingLong((Head head) -> head.event().timestamp())
                        .thenComparing(Head::stream)
                        .thenComparingLong(head -> head.event().position()));
        for (String name : names) {
            EventFile file = stream(group, name);
            long from = since == 0 ? 0 : file.positionOf(since);
            if (behind.isPresent()) {
                from = Math.max(from, behind.get().positionIn(name, file));
            }
            push(heads, name, file.new Cursor(from), before);
        }
        var events = new ArrayList<FilteredLogEvent>();
        Seen last = null;
        long found = 0;
        long looked = 0;
        while (!heads.isEmpty() && events.size() < limit && found < PAGE_BYTES && looked < FILTER_BYTES) {
            Head head = heads.remove();
            EventFile.Stored event = head.event();
            looked += bytes(event);
            if (pattern.matches(event.message())) {
                found += bytes(event);
                events.add(FilteredLogEvent.builder()
                        .logStreamName(head.stream())
                        .timestamp(event.timestamp())
                        .ingestionTime(event.timestamp())
                        .message(event.message())
                        .eventId("%020d%020d%010d"
                                .formatted(
                                        event.timestamp(),
                                        event.position(),
                                        Integer.toUnsignedLong(head.stream().hashCode())))
                        .build());
            }
            last = new Seen(event.timestamp(), event.end(), head.stream());
            push(heads, head.stream(), head.cursor(), before);
        }
        return FilterLogEventsResponse.builder()
                .events(events)
                .searchedLogStreams(List.of())
                .nextToken(heads.isEmpty() || last == null ? null : last.text())
                .build();
    }

    private static void push(PriorityQueue<Head> heads, String name, EventFile.Cursor cursor, long before) {
        cursor.next()
                .filter(event -> event.timestamp() < before)
                .ifPresent(event -> heads.add(new Head(name, event, cursor)));
    }

    // --- what a request names ---

    private String group(@Nullable String name, @Nullable String identifier) {
        if ((name == null) == (identifier == null)) {
            throw new ApiException(
                    ErrorCode.LOGS_INVALID_PARAMETER,
                    "Exactly one of logGroupName and logGroupIdentifier must be given.");
        }
        String group = name != null ? name : requireNonNull(identifier);
        if (group.startsWith("arn:")) {
            String[] parts = group.split(":");
            group = parts.length > 6 ? parts[6] : group;
        }
        if (!store.holds(group)) {
            throw new ApiException(ErrorCode.LOGS_RESOURCE_NOT_FOUND, "The specified log group does not exist.");
        }
        return group;
    }

    private EventFile stream(String group, String name) {
        return store.stream(group, name)
                .orElseThrow(() -> new ApiException(
                        ErrorCode.LOGS_RESOURCE_NOT_FOUND, "The specified log stream does not exist."));
    }

    private static ApiException badToken(String token) {
        return new ApiException(ErrorCode.LOGS_INVALID_PARAMETER, "The specified nextToken is invalid: " + token);
    }

    /// Where a page begins (forward) or ends (backward).
    private record Token(boolean forward, long position) {
        static Token parse(@Nullable String text, boolean fromHead) {
            if (text == null) {
                return fromHead ? new Token(true, 0) : new Token(false, Long.MAX_VALUE);
            }
            if (!text.matches("[fb]/[0-9]{56}") || new java.math.BigInteger(text.substring(2)).bitLength() > 63) {
                throw badToken(text);
            }
            return new Token(text.charAt(0) == 'f', Long.parseLong(text, 2, text.length(), 10));
        }

        String text() {
            return "%s/%056d".formatted(forward ? "f" : "b", position);
        }
    }

    /// The last event a filtering call has looked at, in the order of time, stream, position.
    ///
    /// @param end where its successor in the stream begins
    private record Seen(long timestamp, long end, String stream) {
        static Seen parse(String text) {
            try {
                String[] parts = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8).split(":", 3);
                return new Seen(Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[2]);
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw badToken(text);
            }
        }

        String text() {
            byte[] bytes = (timestamp + ":" + end + ":" + stream).getBytes(StandardCharsets.UTF_8);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        }

        /// Where the stream goes on behind this event.
        long positionIn(String name, EventFile file) {
            int order = name.compareTo(stream);
            return order == 0 ? end : file.positionOf(order < 0 ? timestamp + 1 : timestamp);
        }
    }

    /// A page of a list of names; the token is the number of names before it.
    private record Page(List<String> names, @Nullable String next) {
        static Page of(List<String> all, @Nullable String token, @Nullable Integer limit) {
            int from = 0;
            if (token != null) {
                if (!token.matches("[0-9]{1,9}")) {
                    throw badToken(token);
                }
                from = Math.min(Integer.parseInt(token), all.size());
            }
            int to = Math.min(all.size(), from + requireNonNullElse(limit, PAGE_NAMES));
            return new Page(List.copyOf(all.subList(from, to)), to < all.size() ? Integer.toString(to) : null);
        }
    }
}
