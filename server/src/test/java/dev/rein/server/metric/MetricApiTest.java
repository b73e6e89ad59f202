package dev.rein.server.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.server.Python;
import dev.rein.server.http.HttpFront;
import dev.rein.server.identity.Account;
import dev.rein.server.identity.Credentials;
import dev.rein.server.identity.SignatureV4;
import dev.rein.server.wire.ApiTable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.CloudWatchException;
import software.amazon.awssdk.services.cloudwatch.model.Datapoint;
import software.amazon.awssdk.services.cloudwatch.model.Dimension;
import software.amazon.awssdk.services.cloudwatch.model.GetMetricDataRequest;
import software.amazon.awssdk.services.cloudwatch.model.GetMetricDataResponse;
import software.amazon.awssdk.services.cloudwatch.model.GetMetricStatisticsRequest;
import software.amazon.awssdk.services.cloudwatch.model.MetricDataQuery;
import software.amazon.awssdk.services.cloudwatch.model.MetricStat;
import software.amazon.awssdk.services.cloudwatch.model.Statistic;

/// CloudWatch's clients over HTTP. Job `climb` has measured `return` = n at n seconds, n in 0 … 599, and `loss`
/// once; job `other` has measured `loss`.
final class MetricApiTest {
    private static final Instant ZERO = Instant.parse("2026-01-02T03:04:00Z");

    @TempDir
    Path folder;

    private final Credentials credentials = Credentials.random(new SecureRandom());
    private HttpFront front;
    private CloudWatchClient cloudwatch;

    @BeforeEach
    void start() throws IOException {
        var store = new MetricStore(folder.resolve("metrics"));
        try (MetricLog climb = store.open("climb");
                MetricLog other = store.open("other")) {
            var values = new ArrayList<MetricValue>();
            for (int n = 0; n < 600; n++) {
                values.add(new MetricValue("return", ZERO.plusSeconds(n).toEpochMilli(), n));
            }
            climb.append(values);
            climb.append(List.of(new MetricValue("loss", ZERO.toEpochMilli(), 0.1)));
            other.append(List.of(new MetricValue("loss", ZERO.toEpochMilli(), 1)));
        }
        ApiTable operations = ApiTable.load();
        new MetricApi(store, Clock.systemUTC()).register(operations);
        front = HttpFront.bind("127.0.0.1", 0);
        front.serve(
                URI.create("http://127.0.0.1:1"),
                operations,
                new SignatureV4(
                        Account.local(),
                        id -> Optional.of(credentials)
                                .filter(known -> known.accessKeyId().equals(id)),
                        Clock.systemUTC()),
                (_, _) -> {});
        cloudwatch = CloudWatchClient.builder()
                .endpointOverride(front.endpoint())
                .region(Region.US_WEST_2)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(credentials.accessKeyId(), credentials.secretAccessKey())))
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }

    @AfterEach
    void stop() {
        cloudwatch.close();
        front.close();
    }

    @Test
    void boto3ReadsThemByEveryProtocolItHasSpoken() throws Exception {
        Python.run(
                MetricApiTest.class,
                "cloudwatch.py",
                Map.of(
                        "AWS_ENDPOINT_URL", front.endpoint().toString(),
                        "AWS_ACCESS_KEY_ID", credentials.accessKeyId(),
                        "AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey(),
                        "AWS_DEFAULT_REGION", "us-west-2"));
    }

    @Test
    void eachMinuteIsSummedUp() {
        List<Datapoint> points = points(request -> request.statistics(
                        Statistic.AVERAGE, Statistic.MINIMUM, Statistic.MAXIMUM, Statistic.SUM, Statistic.SAMPLE_COUNT)
                .startTime(ZERO.plusSeconds(65))
                .endTime(ZERO.plusSeconds(190)));
        assertThat(points)
                .extracting(Datapoint::timestamp)
                .containsExactly(ZERO.plusSeconds(60), ZERO.plusSeconds(120), ZERO.plusSeconds(180));
        assertThat(points).extracting(Datapoint::average).containsExactly(89.5, 149.5, 184.5);
        assertThat(points).extracting(Datapoint::minimum).containsExactly(60.0, 120.0, 180.0);
        assertThat(points).extracting(Datapoint::maximum).containsExactly(119.0, 179.0, 189.0);
        assertThat(points).extracting(Datapoint::sum).containsExactly(5370.0, 8970.0, 1845.0);
        assertThat(points).extracting(Datapoint::sampleCount).containsExactly(60.0, 60.0, 10.0);
        assertThat(points).extracting(Datapoint::unitAsString).containsOnly("None");
    }

    @Test
    void shortPeriodsAndPercentilesAreToBeHad() {
        List<Datapoint> points = points(request -> request.extendedStatistics("p0", "p50", "p99.9", "p100")
                .period(10)
                .startTime(ZERO.plusSeconds(5))
                .endTime(ZERO.plusSeconds(11)));
        assertThat(points).extracting(Datapoint::timestamp).containsExactly(ZERO, ZERO.plusSeconds(10));
        Map<String, Double> first = points.getFirst().extendedStatistics();
        assertThat(first.get("p0")).isEqualTo(0);
        assertThat(first.get("p50")).isEqualTo(4.5);
        assertThat(first.get("p99.9")).isBetween(8.99, 9.0);
        assertThat(first.get("p100")).isEqualTo(9);
    }

    @Test
    void whatNobodyMeasuredIsEmptyAndNotWrong() {
        assertThat(points(request -> request.namespace("AWS/SageMaker"))).isEmpty();
        assertThat(points(request -> request.metricName("nothing"))).isEmpty();
        assertThat(points(request -> request.dimensions(List.of()))).isEmpty();
        assertThat(points(request -> request.unit("Seconds"))).isEmpty();
        for (String job : List.of("nobody", "../metrics/climb", ".", "/etc/passwd")) {
            assertThat(points(request -> request.dimensions(job(job)))).isEmpty();
        }
    }

    @Test
    void whatCannotBeAskedIsRefusedInCloudWatchsWords() {
        assertThatThrownBy(() -> points(request -> request.endTime(ZERO.plusSeconds(86_401))))
                .isInstanceOfSatisfying(CloudWatchException.class, e -> {
                    assertThat(e.statusCode()).isEqualTo(400);
                    assertThat(e.awsErrorDetails().errorMessage())
                            .isEqualTo(
                                    "You have requested up to 1,441 datapoints, which exceeds the limit of 1,440. You"
                                            + " may reduce the datapoints requested by increasing Period, or decreasing the time"
                                            + " range.");
                });
        assertThatThrownBy(() -> points(request -> request.endTime(ZERO)))
                .hasMessageContaining("StartTime must be less than the parameter EndTime");
        assertThatThrownBy(() -> points(request -> request.period(7))).hasMessageContaining("it is 7");
        assertThatThrownBy(() -> points(request -> request.extendedStatistics("p101")))
                .hasMessageContaining("p101");
        assertThatThrownBy(() -> points(request -> request.statistics(List.of()).extendedStatistics(List.of())))
                .isInstanceOf(CloudWatchException.class);
    }

    @Test
    void aPointThatComesInBetweenTwoPagesMovesNone() throws IOException {
        var first = page(request -> request.maxDatapoints(4));
        assertThat(first.metricDataResults().getFirst().timestamps())
                .containsExactly(
                        ZERO.plusSeconds(540), ZERO.plusSeconds(480), ZERO.plusSeconds(420), ZERO.plusSeconds(360));
        assertThat(first.metricDataResults().getFirst().statusCodeAsString()).isEqualTo("PartialData");
        try (MetricLog climb = new MetricStore(folder.resolve("metrics")).open("climb")) {
            climb.append(List.of(new MetricValue("return", ZERO.plusSeconds(700).toEpochMilli(), 1)));
        }
        var second = page(request -> request.nextToken(first.nextToken()));
        assertThat(second.metricDataResults().getFirst().timestamps())
                .hasSize(6)
                .startsWith(ZERO.plusSeconds(300))
                .endsWith(ZERO);
        assertThat(second.nextToken()).isNull();
    }

    private GetMetricDataResponse page(Consumer<GetMetricDataRequest.Builder> change) {
        var sums = MetricStat.builder()
                .period(60)
                .stat("Sum")
                .metric(metric -> metric.namespace("/aws/sagemaker/TrainingJobs")
                        .metricName("return")
                        .dimensions(job("climb")))
                .build();
        var request = GetMetricDataRequest.builder()
                .startTime(ZERO)
                .endTime(ZERO.plusSeconds(3600))
                .metricDataQueries(
                        MetricDataQuery.builder().id("q").metricStat(sums).build());
        change.accept(request);
        return cloudwatch.getMetricData(request.build());
    }

    private static Dimension job(String name) {
        return Dimension.builder().name("TrainingJobName").value(name).build();
    }

    private List<Datapoint> points(Consumer<GetMetricStatisticsRequest.Builder> change) {
        var request = GetMetricStatisticsRequest.builder()
                .namespace("/aws/sagemaker/TrainingJobs")
                .metricName("return")
                .dimensions(job("climb"))
                .startTime(ZERO)
                .endTime(ZERO.plusSeconds(600))
                .period(60);
        change.accept(request);
        if (!request.build().hasExtendedStatistics() && !request.build().hasStatistics()) {
            request.statistics(Statistic.AVERAGE);
        }
        return cloudwatch.getMetricStatistics(request.build()).datapoints();
    }
}
