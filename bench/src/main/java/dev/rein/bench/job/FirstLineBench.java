package dev.rein.bench.job;

import dev.rein.sdk.LogLine;
import dev.rein.sdk.RLEstimator;
import dev.rein.sdk.RLFramework;
import dev.rein.sdk.RLToolkit;
import dev.rein.sdk.Session;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.SecondaryStatus;

/// `FirstLineBench <script> [rounds]`: how long after `fit()` the first line of an entry point is in the caller's
/// hands, on the platform of `$REIN_HOME`.
///
/// The script's first line is expected to be `now=<epoch millis>`, so that its own clock tells when it began.
public final class FirstLineBench {
    private FirstLineBench() {}

    /// Milliseconds since `fit()` was called.
    private record Times(long accepted, long launched, long begun, long stored, long seen, long ended) {}

    /// Prints one line for each round, then the medians without the first, in which this program itself warms up.
    public static void main(String[] args) {
        if (args.length < 1) {
            System.err.println("usage: FirstLineBench <script> [rounds, 8]");
            System.exit(2);
        }
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 8;
        List<Times> all = new ArrayList<>();
        try (Session session = Session.local()) {
            for (int round = 0; round < rounds; round++) {
                Times times = measure(session, Path.of(args[0]));
                System.out.println(text("round=" + round, List.of(times)));
                all.add(times);
            }
        }
        System.out.println(text("median", all.subList(Math.min(1, rounds - 1), rounds)));
    }

    private static Times measure(Session session, Path script) {
        RLEstimator estimator = RLEstimator.builder()
                .session(session)
                .entryPoint(script.toString())
                .toolkit(RLToolkit.REIN)
                .toolkitVersion("0.1.0")
                .framework(RLFramework.JVM)
                .instanceType("ml.m5.large")
                .instanceCount(1)
                .baseJobName("first-line")
                .build();
        long[] seen = new long[1];
        List<LogLine> lines = new ArrayList<>();
        long submitted = System.currentTimeMillis();
        estimator.fit(
                Map.of(),
                true,
                line -> {
                    if (lines.isEmpty()) {
                        seen[0] = System.currentTimeMillis();
                    }
                    lines.add(line);
                },
                null);
        long ended = System.currentTimeMillis();
        LogLine first = lines.getFirst();
        if (!first.message().startsWith("now=")) {
            throw new IllegalArgumentException(
                    "%s: its first line is \"%s\" (expected: now=<epoch millis>)".formatted(script, first.message()));
        }
        DescribeTrainingJobResponse job = estimator.describe();
        return new Times(
                job.creationTime().toEpochMilli() - submitted,
                training(job).toEpochMilli() - submitted,
                Long.parseLong(first.message().substring(4)) - submitted,
                first.timestamp() - submitted,
                seen[0] - submitted,
                ended - submitted);
    }

    private static Instant training(DescribeTrainingJobResponse job) {
        return job.secondaryStatusTransitions().stream()
                .filter(transition -> transition.status() == SecondaryStatus.TRAINING)
                .findFirst()
                .orElseThrow()
                .startTime();
    }

    private static String text(String title, List<Times> times) {
        return String.format(
                Locale.ROOT,
                "%s accepted_ms=%d launched_ms=%d begun_ms=%d stored_ms=%d seen_ms=%d ended_ms=%d",
                title,
                median(times, Times::accepted),
                median(times, Times::launched),
                median(times, Times::begun),
                median(times, Times::stored),
                median(times, Times::seen),
                median(times, Times::ended));
    }

    private static long median(List<Times> times, ToLongFunction<Times> value) {
        long[] sorted = times.stream().mapToLong(value).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
