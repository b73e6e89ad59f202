package dev.rein.server.metric;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.Caller;
import dev.rein.server.wire.ErrorCode;
import dev.rein.server.wire.Operations;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.cloudwatch.model.Datapoint;
import software.amazon.awssdk.services.cloudwatch.model.Dimension;
import software.amazon.awssdk.services.cloudwatch.model.DimensionFilter;
import software.amazon.awssdk.services.cloudwatch.model.GetMetricDataRequest;
import software.amazon.awssdk.services.cloudwatch.model.GetMetricDataResponse;
import software.amazon.awssdk.services.cloudwatch.model.GetMetricStatisticsRequest;
import software.amazon.awssdk.services.cloudwatch.model.GetMetricStatisticsResponse;
import software.amazon.awssdk.services.cloudwatch.model.ListMetricsRequest;
import software.amazon.awssdk.services.cloudwatch.model.ListMetricsResponse;
import software.amazon.awssdk.services.cloudwatch.model.Metric;
import software.amazon.awssdk.services.cloudwatch.model.MetricDataQuery;
import software.amazon.awssdk.services.cloudwatch.model.MetricDataResult;
import software.amazon.awssdk.services.cloudwatch.model.MetricStat;
import software.amazon.awssdk.services.cloudwatch.model.RecentlyActive;
import software.amazon.awssdk.services.cloudwatch.model.ScanBy;
import software.amazon.awssdk.services.cloudwatch.model.StandardUnit;
import software.amazon.awssdk.services.cloudwatch.model.StatusCode;

/// CloudWatch's reading operations over a [MetricStore]: namespace `/aws/sagemaker/TrainingJobs`, dimension
/// `TrainingJobName`, as SageMaker publishes what it finds in logs.
///
/// Unlike AWS's, readings keep their full resolution for ever. Other namespaces and dimensions are empty, not
/// wrong. Metric math and Metrics Insights are refused.
public final class MetricApi {
    private static final String NAMESPACE = "/aws/sagemaker/TrainingJobs";
    private static final String DIMENSION = "TrainingJobName";
    private static final int STATISTICS_LIMIT = 1440;
    private static final int DATA_LIMIT = 100_800;
    private static final int PAGE_METRICS = 500;
    private static final Duration RECENTLY = Duration.ofHours(3);
    private static final List<Integer> SHORT_PERIODS = List.of(1, 5, 10, 20, 30);

    private final MetricStore store;
    private final Clock clock;

    public MetricApi(MetricStore store, Clock clock) {
        this.store = requireNonNull(store, "store");
        this.clock = requireNonNull(clock, "clock");
    }

    /// Signs in for GetMetricStatistics, GetMetricData and ListMetrics.
    public void register(Operations operations) {
        operations.on(
                "monitoring",
                "GetMetricStatistics",
                GetMetricStatisticsRequest::builder,
                (GetMetricStatisticsRequest request, Caller _) -> statistics(request));
        operations.on(
                "monitoring",
                "GetMetricData",
                GetMetricDataRequest::builder,
                (GetMetricDataRequest request, Caller _) -> data(request));
        operations.on(
                "monitoring",
                "ListMetrics",
                ListMetricsRequest::builder,
                (ListMetricsRequest request, Caller _) -> list(request));
    }

    // --- GetMetricStatistics ---

    private GetMetricStatisticsResponse statistics(GetMetricStatisticsRequest request) {
        if (!request.hasStatistics() && !request.hasExtendedStatistics()) {
            throw new ApiException(
                    ErrorCode.METRICS_INVALID_COMBINATION, "Must specify either Statistics or ExtendedStatistics");
        }
        var wanted = new ArrayList<Statistic>();
        request.statisticsAsStrings().forEach(name -> wanted.add(known(name)));
        request.extendedStatistics().forEach(name -> wanted.add(known(name)));
        var range = Range.of(request.startTime(), request.endTime(), request.period());
        if (range.periods() > STATISTICS_LIMIT) {
            throw new ApiException(
                    ErrorCode.METRICS_INVALID_COMBINATION,
                    String.format(
                            Locale.ROOT,
                            "You have requested up to %,d datapoints, which exceeds the limit of %,d. You may reduce the"
                                    + " datapoints requested by increasing Period, or decreasing the time range.",
                            range.periods(),
                            STATISTICS_LIMIT));
        }
        var periods = isUnitless(request.unit())
                ? periods(
                        request.namespace(),
                        request.metricName(),
                        request.dimensions(),
                        range,
                        wanted.stream().anyMatch(Statistic::needsValues))
                : new TreeMap<Long, Period>();
        var points = new ArrayList<Datapoint>();
        periods.forEach((start, period) -> points.add(point(start, period, wanted)));
        return GetMetricStatisticsResponse.builder()
                .label(request.metricName())
                .datapoints(points)
                .build();
    }

    private static Datapoint point(long start, Period period, List<Statistic> wanted) {
        var point = Datapoint.builder().timestamp(Instant.ofEpochMilli(start)).unit(StandardUnit.NONE);
        Map<String, Double> extended = new LinkedHashMap<>();
        for (Statistic statistic : wanted) {
            double value = statistic.of().applyAsDouble(period);
            switch (statistic.name()) {
                case "Average" -> point.average(value);
                case "Minimum" -> point.minimum(value);
                case "Maximum" -> point.maximum(value);
                case "Sum" -> point.sum(value);
                case "SampleCount" -> point.sampleCount(value);
                default -> extended.put(statistic.name(), value);
            }
        }
        return (extended.isEmpty() ? point : point.extendedStatistics(extended)).build();
    }

    private static Statistic known(String name) {
        return Statistic.named(name)
                .orElseThrow(() -> new ApiException(
                        ErrorCode.METRICS_INVALID_VALUE,
                        "The value %s for parameter ExtendedStatistics is not supported (expected: %s)."
                                .formatted(name, Statistic.KNOWN)));
    }

    // --- GetMetricData ---

    private GetMetricDataResponse data(GetMetricDataRequest request) {
        List<MetricDataQuery> queries = request.metricDataQueries().stream()
                .filter(query -> !Boolean.FALSE.equals(query.returnData()))
                .toList();
        check(request.metricDataQueries());
        boolean ascending = request.scanBy() == ScanBy.TIMESTAMP_ASCENDING;
        int room = request.maxDatapoints() == null ? DATA_LIMIT : Math.clamp(request.maxDatapoints(), 1, DATA_LIMIT);
        Cursor cursor = request.nextToken() == null ? new Cursor(0, null) : Cursor.parse(request.nextToken());
        var results = new ArrayList<MetricDataResult>();
        for (int i = cursor.query(); i < queries.size(); i++) {
            var series = series(queries.get(i), request, ascending);
            if (i == cursor.query() && cursor.after() != null) {
                series = series.tailMap(cursor.after(), false);
            }
            List<Map.Entry<Long, Double>> points =
                    series.entrySet().stream().limit(room).toList();
            room -= points.size();
            boolean whole = points.size() == series.size();
            results.add(result(queries.get(i), points, whole));
            if (!whole || (room == 0 && i + 1 < queries.size())) {
                Cursor next = whole
                        ? new Cursor(i + 1, null)
                        : new Cursor(
                                i, points.isEmpty() ? null : points.getLast().getKey());
                return GetMetricDataResponse.builder()
                        .metricDataResults(results)
                        .nextToken(next.token())
                        .build();
            }
        }
        return GetMetricDataResponse.builder().metricDataResults(results).build();
    }

    private static MetricDataResult result(MetricDataQuery query, List<Map.Entry<Long, Double>> points, boolean whole) {
        return MetricDataResult.builder()
                .id(query.id())
                .label(query.label() == null ? query.metricStat().metric().metricName() : query.label())
                .timestamps(points.stream()
                        .map(point -> Instant.ofEpochMilli(point.getKey()))
                        .toList())
                .values(points.stream().map(Map.Entry::getValue).toList())
                .statusCode(whole ? StatusCode.COMPLETE : StatusCode.PARTIAL_DATA)
                .build();
    }

    private static void check(List<MetricDataQuery> queries) {
        var problems = new ArrayList<String>();
        var ids = new HashSet<String>();
        for (MetricDataQuery query : queries) {
            if (!ids.add(query.id())) {
                problems.add(
                        "The values for parameter id in MetricDataQueries are not unique: %s".formatted(query.id()));
            }
            if (query.expression() != null) {
                problems.add(
                        "Query %s: expressions are not supported here (%s). Ask for the metrics themselves and compute with their values"
                                .formatted(query.id(), query.expression()));
            } else if (query.metricStat() == null) {
                problems.add("Query %s: MetricStat is missing".formatted(query.id()));
            } else if (Statistic.named(query.metricStat().stat()).isEmpty()) {
                problems.add("Query %s: Stat %s is not supported (expected: %s)"
                        .formatted(query.id(), query.metricStat().stat(), Statistic.KNOWN));
            }
        }
        if (!problems.isEmpty()) {
            throw ApiException.validation(String.join("; ", problems));
        }
    }

    private NavigableMap<Long, Double> series(MetricDataQuery query, GetMetricDataRequest request, boolean ascending) {
        MetricStat stat = query.metricStat();
        Metric metric = stat.metric();
        Statistic statistic = Statistic.named(stat.stat()).orElseThrow();
        var values = new TreeMap<Long, Double>();
        if (isUnitless(stat.unit())) {
            periods(
                            metric.namespace(),
                            metric.metricName(),
                            metric.dimensions(),
                            Range.of(request.startTime(), request.endTime(), stat.period()),
                            statistic.needsValues())
                    .forEach((start, period) -> values.put(start, statistic.of().applyAsDouble(period)));
        }
        return ascending ? values : values.descendingMap();
    }

    /// Where the next page begins: in a query, after the point at a time, so that points which come in meanwhile
    /// move nothing.
    private record Cursor(int query, @Nullable Long after) {
        static Cursor parse(String token) {
            try {
                String[] parts = new String(Base64.getUrlDecoder().decode(token), UTF_8).split(" ", -1);
                int query = Integer.parseInt(parts[0]);
                if (query >= 0 && parts.length == 2) {
                    return new Cursor(query, parts[1].isEmpty() ? null : Long.valueOf(parts[1]));
                }
            } catch (IllegalArgumentException e) {
                throw invalid(token, e);
            }
            throw invalid(token, null);
        }

        private static ApiException invalid(String token, @Nullable Exception cause) {
            var invalid = new ApiException(
                    ErrorCode.METRICS_INVALID_NEXT_TOKEN,
                    "NextToken: \"%s\" is none of ours; begin without one.".formatted(token));
            invalid.initCause(cause);
            return invalid;
        }

        String token() {
            return Base64.getUrlEncoder().encodeToString((query + " " + (after == null ? "" : after)).getBytes(UTF_8));
        }
    }

    // --- readings ---

    /// A stretch of time in periods, in milliseconds since 1970.
    ///
    /// @param start of the first period
    /// @param end   excluded
    private record Range(long start, long end, long period) {
        static Range of(Instant start, Instant end, int seconds) {
            if (!start.isBefore(end)) {
                throw new ApiException(
                        ErrorCode.METRICS_INVALID_VALUE,
                        "The parameter StartTime must be less than the parameter EndTime.");
            }
            if (!SHORT_PERIODS.contains(seconds) && seconds % 60 != 0) {
                throw new ApiException(
                        ErrorCode.METRICS_INVALID_VALUE,
                        "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60; it is %d."
                                .formatted(seconds));
            }
            long unit = seconds < 60 ? seconds * 1000L : 60_000L;
            return new Range(Math.floorDiv(start.toEpochMilli(), unit) * unit, end.toEpochMilli(), seconds * 1000L);
        }

        long periods() {
            return Math.ceilDiv(end - start, period);
        }

        boolean contains(long time) {
            return time >= start && time < end;
        }

        long periodOf(long time) {
            return time - (time - start) % period;
        }
    }

    private NavigableMap<Long, Period> periods(
            String namespace, String metric, List<Dimension> dimensions, Range range, boolean keepValues) {
        var periods = new TreeMap<Long, Period>();
        if (namespace.equals(NAMESPACE)
                && dimensions.size() == 1
                && dimensions.getFirst().name().equals(DIMENSION)) {
            store.read(dimensions.getFirst().value(), reading -> {
                if (reading.name().equals(metric) && range.contains(reading.timestamp())) {
                    periods.computeIfAbsent(range.periodOf(reading.timestamp()), _ -> new Period(keepValues))
                            .add(reading.value());
                }
            });
        }
        return periods;
    }

    /// Numbers in logs have no unit.
    private static boolean isUnitless(@Nullable StandardUnit unit) {
        return unit == null || unit == StandardUnit.NONE;
    }

    // --- ListMetrics ---

    private ListMetricsResponse list(ListMetricsRequest request) {
        if (!List.of(NAMESPACE, "").contains(request.namespace() == null ? "" : request.namespace())
                || request.dimensions().stream()
                        .anyMatch(filter -> !filter.name().equals(DIMENSION))) {
            return ListMetricsResponse.builder().metrics(List.of()).build();
        }
        List<String> after = request.nextToken() == null ? List.of() : place(request.nextToken());
        var metrics = new ArrayList<Metric>();
        for (String job : jobs(request)) {
            int order = after.isEmpty() ? 1 : job.compareTo(after.getFirst());
            if (order < 0) {
                continue;
            }
            for (String name : names(job)) {
                if ((order == 0 && name.compareTo(after.getLast()) <= 0)
                        || (request.metricName() != null
                                && !request.metricName().equals(name))) {
                    continue;
                }
                if (metrics.size() == PAGE_METRICS) {
                    Metric last = metrics.getLast();
                    return ListMetricsResponse.builder()
                            .metrics(metrics)
                            .nextToken(token(last.dimensions().getFirst().value(), last.metricName()))
                            .build();
                }
                metrics.add(Metric.builder()
                        .namespace(NAMESPACE)
                        .metricName(name)
                        .dimensions(
                                Dimension.builder().name(DIMENSION).value(job).build())
                        .build());
            }
        }
        return ListMetricsResponse.builder().metrics(metrics).build();
    }

    private List<String> jobs(ListMetricsRequest request) {
        Instant since = request.recentlyActive() == RecentlyActive.PT3_H
                ? clock.instant().minus(RECENTLY)
                : Instant.MIN;
        List<String> wanted = request.dimensions().stream()
                .map(DimensionFilter::value)
                .flatMap(value -> Optional.ofNullable(value).stream())
                .distinct()
                .toList();
        return store.jobs().stream()
                .filter(job -> wanted.stream().allMatch(job::equals))
                .filter(job -> !store.lastWritten(job).isBefore(since))
                .toList();
    }

    private SortedSet<String> names(String job) {
        var names = new TreeSet<String>();
        store.read(job, reading -> names.add(reading.name()));
        return names;
    }

    private static String token(String job, String metric) {
        return Base64.getUrlEncoder().encodeToString((job + "\n" + metric).getBytes(UTF_8));
    }

    private static List<String> place(String token) {
        try {
            String[] parts = new String(Base64.getUrlDecoder().decode(token), UTF_8).split("\n", 2);
            if (parts.length == 2) {
                return List.of(parts);
            }
        } catch (IllegalArgumentException e) {
            throw foreign(token, e);
        }
        throw foreign(token, null);
    }

    private static ApiException foreign(String token, @Nullable Exception cause) {
        var foreign = new ApiException(
                ErrorCode.METRICS_INVALID_VALUE,
                "NextToken: \"%s\" is none of ours; begin without one.".formatted(token));
        foreign.initCause(cause);
        return foreign;
    }
}
