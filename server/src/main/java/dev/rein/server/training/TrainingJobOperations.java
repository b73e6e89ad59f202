package dev.rein.server.training;

import dev.rein.server.backend.HostRuntime;
import dev.rein.server.metric.MetricValue;
import dev.rein.server.store.DocumentQuery;
import dev.rein.server.store.DuplicateNameException;
import dev.rein.server.training.TrainingJobStore.Stored;
import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.Caller;
import dev.rein.server.wire.ErrorCode;
import dev.rein.server.wire.Operations;
import dev.rein.server.wire.PojoJson;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobRequest;
import software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobRequest;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.ListTrainingJobsRequest;
import software.amazon.awssdk.services.sagemaker.model.ListTrainingJobsResponse;
import software.amazon.awssdk.services.sagemaker.model.MetricData;
import software.amazon.awssdk.services.sagemaker.model.ModelArtifacts;
import software.amazon.awssdk.services.sagemaker.model.SecondaryStatusTransition;
import software.amazon.awssdk.services.sagemaker.model.SortOrder;
import software.amazon.awssdk.services.sagemaker.model.StopTrainingJobRequest;
import software.amazon.awssdk.services.sagemaker.model.StopTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.StoppingCondition;
import software.amazon.awssdk.services.sagemaker.model.Tag;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobSummary;

/// AWS's operations on training jobs: what is asked and what is answered. What happens to a job is [TrainingJobs]'
/// matter.
final class TrainingJobOperations {
    private static final int USUAL_PAGE = 10;

    private final TrainingJobStore store;
    private final List<HostRuntime> runtimes;
    private final Function<String, List<MetricValue>> metricsNow;
    private final Consumer<Stored> accepted;
    private final Consumer<String> stopped;

    /// @param metricsNow the last value of each metric of a job that has not ended
    /// @param accepted   told of a new job, once it is stored
    /// @param stopped    told the name of a job that is now to be stopped
    TrainingJobOperations(
            TrainingJobStore store,
            List<HostRuntime> runtimes,
            Function<String, List<MetricValue>> metricsNow,
            Consumer<Stored> accepted,
            Consumer<String> stopped) {
        this.store = store;
        this.runtimes = List.copyOf(runtimes);
        this.metricsNow = metricsNow;
        this.accepted = accepted;
        this.stopped = stopped;
    }

    void register(Operations operations) {
        operations.on("sagemaker", "CreateTrainingJob", CreateTrainingJobRequest::builder, this::create);
        operations.on("sagemaker", "DescribeTrainingJob", DescribeTrainingJobRequest::builder, this::describe);
        operations.on("sagemaker", "ListTrainingJobs", ListTrainingJobsRequest::builder, this::list);
        operations.on("sagemaker", "StopTrainingJob", StopTrainingJobRequest::builder, this::stop);
    }

    private CreateTrainingJobResponse create(CreateTrainingJobRequest request, Caller caller) {
        CreateCheck.check(request, runtimes);
        TrainingJob job = TrainingJob.accepted(request, caller, store.now());
        Stored stored;
        try {
            stored = store.insert(job, tags(request.tags()));
        } catch (DuplicateNameException e) {
            throw new ApiException(
                    ErrorCode.RESOURCE_IN_USE,
                    "Training job names must be unique within an AWS account and region, and a training job with this"
                            + " name already exists (%s)".formatted(job.arn()));
        }
        accepted.accept(stored);
        return CreateTrainingJobResponse.builder().trainingJobArn(job.arn()).build();
    }

    private static Map<String, String> tags(List<Tag> tags) {
        var map = new LinkedHashMap<String, String>();
        tags.forEach(tag -> map.put(tag.key(), tag.value()));
        return map;
    }

    private DescribeTrainingJobResponse describe(DescribeTrainingJobRequest request, Caller caller) {
        Stored stored = find(request.trainingJobName());
        TrainingJob job = stored.job();
        // The request's members that DescribeTrainingJob echoes have the same names there: reading it back copies
        // them.
        DescribeTrainingJobResponse echo =
                PojoJson.read(job.request(), DescribeTrainingJobResponse.builder(), DescribeTrainingJobResponse.class);
        WireStatus status = job.status();
        DescribeTrainingJobResponse.Builder answer = echo.toBuilder()
                .trainingJobArn(job.arn())
                .trainingJobStatus(status.status())
                .secondaryStatus(status.secondary())
                .creationTime(stored.created())
                .lastModifiedTime(later(stored.created(), stored.modified()))
                .secondaryStatusTransitions(job.transitions().stream()
                        .map(TrainingJobOperations::wire)
                        .toList())
                .enableNetworkIsolation(Boolean.TRUE.equals(echo.enableNetworkIsolation()))
                .enableInterContainerTrafficEncryption(
                        Boolean.TRUE.equals(echo.enableInterContainerTrafficEncryption()))
                .enableManagedSpotTraining(Boolean.TRUE.equals(echo.enableManagedSpotTraining()));
        if (echo.outputDataConfig().kmsKeyId() == null) {
            answer.outputDataConfig(
                    echo.outputDataConfig().toBuilder().kmsKeyId("").build());
        }
        if (echo.stoppingCondition() == null) {
            answer.stoppingCondition(StoppingCondition.builder()
                    .maxRuntimeInSeconds(JobPlan.USUAL_MAX_RUNTIME_SECONDS)
                    .build());
        }
        times(job.state(), answer);
        ending(job, answer);
        return answer.build();
    }

    private static void times(JobState state, DescribeTrainingJobResponse.Builder answer) {
        state.workBegan().ifPresent(answer::trainingStartTime);
        if (state instanceof JobState.Ended ended) {
            answer.trainingEndTime(ended.at());
            int seconds = ended.began()
                    .map(began -> (int) Math.max(
                            0,
                            Duration.between(began, ended.at()).plusMillis(999).toSeconds()))
                    .orElse(0);
            answer.trainingTimeInSeconds(seconds).billableTimeInSeconds(seconds);
        }
    }

    private void ending(TrainingJob job, DescribeTrainingJobResponse.Builder answer) {
        if (job.state() instanceof JobState.Ended ended) {
            ended.model()
                    .ifPresent(model -> answer.modelArtifacts(
                            ModelArtifacts.builder().s3ModelArtifacts(model).build()));
        }
        if (job.state() instanceof JobState.Failed failed) {
            answer.failureReason(failed.reason());
        }
        List<MetricValue> metrics =
                job.state() instanceof JobState.Ended ? job.metrics() : metricsNow.apply(job.name());
        if (!metrics.isEmpty()) {
            answer.finalMetricDataList(
                    metrics.stream().map(TrainingJobOperations::wire).toList());
        }
    }

    private static SecondaryStatusTransition wire(TrainingJob.Transition transition) {
        return SecondaryStatusTransition.builder()
                .status(transition.status())
                .statusMessage(transition.message())
                .startTime(transition.start())
                .endTime(transition.end().orElse(null))
                .build();
    }

    private static MetricData wire(MetricValue value) {
        return MetricData.builder()
                .metricName(value.name())
                .value((float) value.value())
                .timestamp(Instant.ofEpochMilli(value.timestamp()))
                .build();
    }

    private ListTrainingJobsResponse list(ListTrainingJobsRequest request, Caller caller) {
        if (request.warmPoolStatusEquals() != null) {
            return ListTrainingJobsResponse.builder()
                    .trainingJobSummaries(List.of()) // there are no warm pools here
                    .build();
        }
        try {
            TrainingJobStore.Page page = store.list(query(request));
            return ListTrainingJobsResponse.builder()
                    .trainingJobSummaries(page.jobs().stream()
                            .map(TrainingJobOperations::summary)
                            .toList())
                    .nextToken(page.next().orElse(null))
                    .build();
        } catch (IllegalArgumentException e) {
            throw ApiException.validation(
                    "NextToken: not one of this listing's (expected: the NextToken of its previous page)");
        }
    }

    private static DocumentQuery query(ListTrainingJobsRequest request) {
        DocumentQuery.Order order = switch (request.sortBy()) {
            case NAME -> DocumentQuery.Order.NAME;
            case STATUS -> DocumentQuery.Order.STATUS;
            case CREATION_TIME, UNKNOWN_TO_SDK_VERSION -> DocumentQuery.Order.CREATED;
            case null -> DocumentQuery.Order.CREATED;
        };
        return new DocumentQuery(
                TrainingJob.KIND,
                request.nameContains(),
                request.statusEqualsAsString(),
                request.creationTimeAfter(),
                request.creationTimeBefore(),
                request.lastModifiedTimeAfter(),
                request.lastModifiedTimeBefore(),
                order,
                request.sortOrder() == SortOrder.DESCENDING,
                request.maxResults() == null ? USUAL_PAGE : request.maxResults(),
                request.nextToken());
    }

    private static TrainingJobSummary summary(Stored stored) {
        TrainingJob job = stored.job();
        @Nullable Instant end = job.state() instanceof JobState.Ended ended ? ended.at() : null;
        return TrainingJobSummary.builder()
                .trainingJobName(job.name())
                .trainingJobArn(job.arn())
                .creationTime(stored.created())
                .lastModifiedTime(later(stored.created(), stored.modified()))
                .trainingEndTime(end)
                .trainingJobStatus(job.status().status())
                .secondaryStatus(job.status().secondary())
                .build();
    }

    private StopTrainingJobResponse stop(StopTrainingJobRequest request, Caller caller) {
        String name = request.trainingJobName();
        find(name);
        Instant now = store.now();
        TrainingJob job = store.change(
                name, current -> current.on(now, state -> state.stopping(now, JobState.StopCause.REQUESTED)));
        if (job.state() instanceof JobState.Ended) {
            throw ApiException.validation("The request was rejected because the training job is in status %s."
                    .formatted(job.status().status()));
        }
        stopped.accept(name);
        return StopTrainingJobResponse.builder().build();
    }

    private Stored find(String name) {
        return store.find(name).orElseThrow(() -> ApiException.validation("Requested resource not found."));
    }

    /// A clock set back never makes a job look modified before it was made.
    private static Instant later(Instant created, Instant modified) {
        return modified.isBefore(created) ? created : modified;
    }
}
