package dev.rein.acceptance;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceNotFoundException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.sagemaker.SageMakerClient;
import software.amazon.awssdk.services.sagemaker.model.CreateModelRequest;
import software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobRequest;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.EndpointStatus;
import software.amazon.awssdk.services.sagemaker.model.EndpointSummary;
import software.amazon.awssdk.services.sagemaker.model.ProductionVariant;
import software.amazon.awssdk.services.sagemaker.model.SageMakerException;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobSummary;
import software.amazon.awssdk.services.sagemakerruntime.SageMakerRuntimeClient;

/// The AWS SDK for Java, unmodified, pointed at a platform; and the few steps every test of a job takes.
final class Aws implements AutoCloseable {
    static final String ROLE = "arn:aws:iam::000000000000:role/ReinRole";
    private static final String BUCKET = "acceptance";
    private static final String GROUP = "/aws/sagemaker/TrainingJobs";

    private final String image;
    private final SdkHttpClient http = UrlConnectionHttpClient.create();
    final SageMakerClient sagemaker;
    final SageMakerRuntimeClient runtime;
    final S3Client s3;
    final CloudWatchLogsClient logs;

    /// @param environment what `rein env` exports
    Aws(Map<String, String> environment) {
        this(environment, "rein-toolkit:latest");
    }

    /// @param image of jobs that say nothing else
    Aws(Map<String, String> environment, String image) {
        this.image = image;
        sagemaker = configured(SageMakerClient.builder(), environment, "AWS_ENDPOINT_URL")
                .httpClient(http)
                .build();
        runtime = configured(SageMakerRuntimeClient.builder(), environment, "AWS_ENDPOINT_URL")
                .httpClient(http)
                .build();
        logs = configured(CloudWatchLogsClient.builder(), environment, "AWS_ENDPOINT_URL")
                .httpClient(http)
                .build();
        s3 = configured(S3Client.builder(), environment, "AWS_ENDPOINT_URL_S3")
                .httpClient(http)
                .forcePathStyle(true)
                .build();
    }

    private static <B extends AwsClientBuilder<B, ?>> B configured(
            B builder, Map<String, String> environment, String endpoint) {
        return builder.region(Region.of(value(environment, "AWS_REGION")))
                .endpointOverride(URI.create(value(environment, endpoint)))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        value(environment, "AWS_ACCESS_KEY_ID"), value(environment, "AWS_SECRET_ACCESS_KEY"))));
    }

    private static String value(Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (value == null) {
            throw new IllegalArgumentException(name + ": not set");
        }
        return value;
    }

    /// Submits a shell script as the entry point of a job with one host.
    ///
    /// @param change last word on the request, for tests that need more
    void submit(String job, String script, Consumer<CreateTrainingJobRequest.Builder> change) throws IOException {
        submit(job, "entry.sh", Map.of("entry.sh", script), Map.of(), change);
    }

    /// Submits a folder of code.
    ///
    /// @param entry           which of the files is started
    /// @param files           text by name
    /// @param hyperparameters of the script, as they go over the wire
    void submit(
            String job,
            String entry,
            Map<String, String> files,
            Map<String, String> hyperparameters,
            Consumer<CreateTrainingJobRequest.Builder> change)
            throws IOException {
        String key = job + "/source/sourcedir.tar.gz";
        put(key, tarGz(files));
        Map<String, String> all = new LinkedHashMap<>(hyperparameters);
        all.put("sagemaker_program", "\"%s\"".formatted(entry));
        all.put("sagemaker_submit_directory", "\"s3://%s/%s\"".formatted(BUCKET, key));
        CreateTrainingJobRequest.Builder request = CreateTrainingJobRequest.builder()
                .trainingJobName(job)
                .roleArn(ROLE)
                .algorithmSpecification(
                        algorithm -> algorithm.trainingImage(image).trainingInputMode("File"))
                .hyperParameters(all)
                .outputDataConfig(output -> output.s3OutputPath("s3://" + BUCKET))
                .resourceConfig(resources ->
                        resources.instanceType("ml.m5.large").instanceCount(1).volumeSizeInGB(1))
                .stoppingCondition(stopping -> stopping.maxRuntimeInSeconds(300));
        change.accept(request);
        sagemaker.createTrainingJob(request.build());
    }

    /// Puts an object into the tests' bucket, which is made when it is missing.
    ///
    /// @return its URI
    String put(String key, byte[] content) {
        if (s3.listBuckets().buckets().stream()
                .noneMatch(bucket -> bucket.name().equals(BUCKET))) {
            s3.createBucket(create -> create.bucket(BUCKET));
        }
        s3.putObject(put -> put.bucket(BUCKET).key(key), RequestBody.fromBytes(content));
        return "s3://%s/%s".formatted(BUCKET, key);
    }

    boolean exists(String s3Uri) {
        URI uri = URI.create(s3Uri);
        try {
            s3.headObject(head -> head.bucket(uri.getHost()).key(uri.getPath().substring(1)));
            return true;
        } catch (NoSuchKeyException e) {
            return false;
        }
    }

    /// What there is below a prefix of the tests' bucket.
    List<String> keys(String prefix) {
        return s3.listObjectsV2Paginator(list -> list.bucket(BUCKET).prefix(prefix)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    /// Files of a gzipped tar archive, by name.
    Map<String, String> archive(String s3Uri) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        try (var tar = new TarArchiveInputStream(
                new GZIPInputStream(new ByteArrayInputStream(object(s3Uri).asByteArray())))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (!entry.isDirectory()) {
                    files.put(entry.getName(), new String(tar.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
        }
        return files;
    }

    DescribeTrainingJobResponse describe(String job) {
        return sagemaker.describeTrainingJob(describe -> describe.trainingJobName(job));
    }

    /// Waits for the job's terminal state.
    DescribeTrainingJobResponse ended(String job, Duration patience) throws InterruptedException {
        await("job %s to end".formatted(job), patience, () -> {
            TrainingJobStatus status = describe(job).trainingJobStatus();
            return status != TrainingJobStatus.IN_PROGRESS && status != TrainingJobStatus.STOPPING;
        });
        return describe(job);
    }

    /// Makes a model, with an endpoint configuration of the same name.
    ///
    /// @param archive its data
    void model(String name, String image, String archive) {
        model(name, image, archive, false);
    }

    void model(String name, String image, String archive, boolean isolated) {
        sagemaker.createModel((CreateModelRequest.Builder create) -> create.modelName(name)
                .executionRoleArn(ROLE)
                .enableNetworkIsolation(isolated)
                .primaryContainer(container -> container.image(image).modelDataUrl(archive)));
        sagemaker.createEndpointConfig(create -> create.endpointConfigName(name)
                .productionVariants(ProductionVariant.builder()
                        .variantName("only")
                        .modelName(name)
                        .instanceType("ml.t2.medium")
                        .initialInstanceCount(1)
                        .build()));
    }

    void inService(String endpoint, Duration patience) throws InterruptedException {
        await("endpoint %s to be in service".formatted(endpoint), patience, () -> {
            var described = sagemaker.describeEndpoint(describe -> describe.endpointName(endpoint));
            if (described.endpointStatus() == EndpointStatus.FAILED) {
                throw new AssertionError(described.failureReason());
            }
            return described.endpointStatus() == EndpointStatus.IN_SERVICE;
        });
    }

    String ask(String endpoint, String contentType, String words) {
        return runtime.invokeEndpoint(invoke ->
                        invoke.endpointName(endpoint).contentType(contentType).body(SdkBytes.fromUtf8String(words)))
                .body()
                .asUtf8String();
    }

    /// Every message of the job's only host, oldest first.
    List<String> messages(String job) {
        List<String> streams = streams(job);
        List<String> messages = new ArrayList<>();
        for (String stream : streams) {
            String token = null;
            while (true) {
                String from = token;
                var page = logs.getLogEvents(get -> get.logGroupName(GROUP)
                        .logStreamName(stream)
                        .startFromHead(true)
                        .nextToken(from));
                page.events().stream().map(OutputLogEvent::message).forEach(messages::add);
                if (page.nextForwardToken().equals(token)) {
                    break;
                }
                token = page.nextForwardToken();
            }
        }
        return messages;
    }

    /// Names of the log streams of a job, one for each host that has printed.
    List<String> streams(String job) {
        try {
            return logs
                    .describeLogStreams(list -> list.logGroupName(GROUP).logStreamNamePrefix(job + "/"))
                    .logStreams()
                    .stream()
                    .map(stream -> stream.logStreamName())
                    .toList();
        } catch (ResourceNotFoundException e) {
            return List.of(); // no host has printed yet
        }
    }

    ResponseBytes<GetObjectResponse> object(String s3Uri) {
        URI uri = URI.create(s3Uri);
        return s3.getObjectAsBytes(
                get -> get.bucket(uri.getHost()).key(uri.getPath().substring(1)));
    }

    /// Asks again and again, a little later each time, until it is so.
    static void await(String what, Duration patience, Supplier<Boolean> isSo) throws InterruptedException {
        Instant giveUp = Instant.now().plus(patience);
        for (long pause = 20; !isSo.get(); pause = Math.min(500, pause * 2)) {
            if (Instant.now().isAfter(giveUp)) {
                throw new AssertionError("waited %s in vain for %s".formatted(patience, what));
            }
            Thread.sleep(pause);
        }
    }

    private static byte[] tarGz(Map<String, String> files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                byte[] content = file.getValue().getBytes(StandardCharsets.UTF_8);
                var entry = new TarArchiveEntry(file.getKey());
                entry.setSize(content.length);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    /// Stops what trains and deletes what serves, and waits for the end of both.
    void endAll() throws InterruptedException {
        serving().forEach(name -> unlessEnding(() -> sagemaker.deleteEndpoint(delete -> delete.endpointName(name))));
        training().forEach(name -> unlessEnding(() -> sagemaker.stopTrainingJob(stop -> stop.trainingJobName(name))));
        await(
                "jobs and endpoints to end",
                Duration.ofMinutes(4),
                () -> serving().isEmpty() && training().isEmpty());
    }

    /// What ends by itself meanwhile cannot be ended; whether it did is waited for.
    private static void unlessEnding(Runnable end) {
        try {
            end.run();
        } catch (SageMakerException e) {
            if (e.statusCode() >= 500) {
                throw e;
            }
        }
    }

    /// Endpoints that have replicas, or may have.
    private List<String> serving() {
        return sagemaker.listEndpointsPaginator().stream()
                .flatMap(page -> page.endpoints().stream())
                .filter(endpoint -> endpoint.endpointStatus() != EndpointStatus.FAILED)
                .map(EndpointSummary::endpointName)
                .toList();
    }

    private List<String> training() {
        return Stream.of(TrainingJobStatus.IN_PROGRESS, TrainingJobStatus.STOPPING)
                .flatMap(status -> sagemaker.listTrainingJobsPaginator(list -> list.statusEquals(status)).stream())
                .flatMap(page -> page.trainingJobSummaries().stream())
                .map(TrainingJobSummary::trainingJobName)
                .toList();
    }

    @Override
    public void close() {
        sagemaker.close();
        runtime.close();
        s3.close();
        logs.close();
        http.close();
    }
}
