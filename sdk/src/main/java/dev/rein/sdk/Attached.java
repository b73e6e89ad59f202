package dev.rein.sdk;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sagemaker.model.AlgorithmSpecification;
import software.amazon.awssdk.services.sagemaker.model.Channel;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.ResourceConfig;
import software.amazon.awssdk.services.sagemaker.model.StoppingCondition;
import software.amazon.awssdk.services.sagemaker.model.Tag;
import software.amazon.awssdk.services.sagemaker.model.TrainingImageConfig;

/// An estimator's arguments, read back from a job: those the SageMaker Python SDK loses (metrics, environment,
/// checkpoints, toolkits of second-generation images) included.
final class Attached {
    private static final Set<String> OURS = Set.of(
            "sagemaker_submit_directory",
            "sagemaker_program",
            "sagemaker_container_log_level",
            "sagemaker_job_name",
            "sagemaker_region",
            "sagemaker_s3_output",
            "sagemaker_estimator");

    private Attached() {}

    static RLEstimator.Builder settings(DescribeTrainingJobResponse job, Session session) {
        Map<String, @Nullable Object> decoded = new LinkedHashMap<>();
        job.hyperParameters().forEach((name, text) -> decoded.put(name, Json.decoded(text)));
        Map<String, @Nullable Object> own = new LinkedHashMap<>(decoded);
        own.keySet().removeAll(OURS);
        RLEstimator.Builder settings = RLEstimator.builder()
                .session(session)
                .role(job.roleArn())
                .outputPath(job.outputDataConfig().s3OutputPath())
                .disableOutputCompression("NONE".equals(job.outputDataConfig().compressionTypeAsString()))
                .baseJobName(Names.base(job.trainingJobName()).orElse(job.trainingJobName()))
                .hyperparameters(own)
                .entryPoint(String.valueOf(decoded.getOrDefault("sagemaker_program", "")))
                .environment(job.environment())
                .tags(tags(job, session))
                .enableNetworkIsolation(Boolean.TRUE.equals(job.enableNetworkIsolation()))
                .encryptInterContainerTraffic(Boolean.TRUE.equals(job.enableInterContainerTrafficEncryption()))
                .useSpotInstances(Boolean.TRUE.equals(job.enableManagedSpotTraining()));
        text(job.outputDataConfig().kmsKeyId()).ifPresent(settings::outputKmsKey);
        code(job, decoded, settings);
        stopping(job, settings);
        resources(job.resourceConfig(), settings);
        algorithm(job.algorithmSpecification(), settings);
        image(job, settings, session.region());
        debugging(job, settings);
        if (job.vpcConfig() != null) {
            settings.subnets(job.vpcConfig().subnets())
                    .securityGroupIds(job.vpcConfig().securityGroupIds());
        }
        if (job.checkpointConfig() != null) {
            settings.checkpointS3Uri(job.checkpointConfig().s3Uri());
            text(job.checkpointConfig().localPath()).ifPresent(settings::checkpointLocalPath);
        }
        job.inputDataConfig().stream()
                .filter(channel -> "application/x-sagemaker-model".equals(channel.contentType()))
                .findFirst()
                .ifPresent(channel -> model(settings, channel));
        return settings;
    }

    /// What AWS returns for what was not given is an empty text.
    private static Optional<String> text(@Nullable String value) {
        return Optional.ofNullable(value).filter(text -> !text.isEmpty());
    }

    /// Where a job has no code in S3, because it was isolated, its `code` channel has it.
    private static void code(
            DescribeTrainingJobResponse job,
            Map<String, @Nullable Object> hyperparameters,
            RLEstimator.Builder settings) {
        if (hyperparameters.get("sagemaker_container_log_level") instanceof Number level) {
            settings.containerLogLevel(level.intValue());
        }
        if (hyperparameters.get("sagemaker_submit_directory") instanceof String code && code.startsWith("s3://")) {
            settings.sourceArchive(code);
        } else {
            job.inputDataConfig().stream()
                    .filter(channel -> channel.channelName().equals("code"))
                    .findFirst()
                    .ifPresent(channel -> settings.sourceArchive(
                            channel.dataSource().s3DataSource().s3Uri()));
        }
    }

    private static void stopping(DescribeTrainingJobResponse job, RLEstimator.Builder settings) {
        StoppingCondition stopping = job.stoppingCondition();
        if (stopping.maxRuntimeInSeconds() != null) {
            settings.maxRun(stopping.maxRuntimeInSeconds());
        }
        if (stopping.maxWaitTimeInSeconds() != null) {
            settings.maxWait(stopping.maxWaitTimeInSeconds());
        }
        if (job.retryStrategy() != null && job.retryStrategy().maximumRetryAttempts() != null) {
            settings.maxRetryAttempts(job.retryStrategy().maximumRetryAttempts());
        }
    }

    private static void resources(ResourceConfig resources, RLEstimator.Builder settings) {
        if (resources.hasInstanceGroups()) {
            settings.instanceGroups(resources.instanceGroups().stream()
                    .map(group -> new InstanceGroup(
                            group.instanceGroupName(), group.instanceTypeAsString(), group.instanceCount()))
                    .toList());
        } else {
            settings.instanceType(resources.instanceTypeAsString()).instanceCount(resources.instanceCount());
        }
        if (resources.volumeSizeInGB() != null) {
            settings.volumeSize(resources.volumeSizeInGB());
        }
        if (resources.keepAlivePeriodInSeconds() != null) {
            settings.keepAlivePeriodInSeconds(resources.keepAlivePeriodInSeconds());
        }
        if (resources.instancePlacementConfig() != null) {
            settings.instancePlacementConfig(resources.instancePlacementConfig());
        }
        text(resources.volumeKmsKeyId()).ifPresent(settings::volumeKmsKey);
        text(resources.trainingPlanArn()).ifPresent(settings::trainingPlan);
    }

    private static void algorithm(AlgorithmSpecification algorithm, RLEstimator.Builder settings) {
        settings.inputMode(algorithm.trainingInputModeAsString())
                .containerEntryPoint(algorithm.containerEntrypoint())
                .containerArguments(algorithm.containerArguments())
                .metricDefinitions(algorithm.metricDefinitions().stream()
                        .map(metric -> new MetricDefinition(metric.name(), metric.regex()))
                        .toList());
        if (algorithm.enableSageMakerMetricsTimeSeries() != null) {
            settings.enableSageMakerMetrics(algorithm.enableSageMakerMetricsTimeSeries());
        }
        TrainingImageConfig config = algorithm.trainingImageConfig();
        if (config != null) {
            settings.trainingRepositoryAccessMode(config.trainingRepositoryAccessModeAsString());
            if (config.trainingRepositoryAuthConfig() != null) {
                settings.trainingRepositoryCredentialsProviderArn(
                        config.trainingRepositoryAuthConfig().trainingRepositoryCredentialsProviderArn());
            }
        }
    }

    private static void image(DescribeTrainingJobResponse job, RLEstimator.Builder settings, String region) {
        String image = job.algorithmSpecification().trainingImage();
        if (image == null) {
            throw new IllegalArgumentException("training job %s was made from the algorithm %s, not from an image."
                    .formatted(
                            job.trainingJobName(), job.algorithmSpecification().algorithmName()));
        }
        String type = job.resourceConfig().instanceTypeAsString();
        Images.origin(image)
                // an image that the table would not give, from a registry of one's own for example, stays what it is
                .filter(origin -> type != null && origin.isImage(image, region, type))
                .ifPresentOrElse(
                        origin -> settings.toolkit(origin.toolkit())
                                .toolkitVersion(origin.version())
                                .framework(origin.framework()),
                        () -> settings.imageUri(image));
    }

    private static void debugging(DescribeTrainingJobResponse job, RLEstimator.Builder settings) {
        if (job.debugHookConfig() == null) {
            settings.debuggerHookConfig(false);
        } else {
            settings.debuggerHookConfig(job.debugHookConfig());
        }
        settings.rules(job.debugRuleConfigurations()).profilerRules(job.profilerRuleConfigurations());
        if (job.profilerConfig() != null) {
            settings.profilerConfig(job.profilerConfig());
        }
        if (job.tensorBoardOutputConfig() != null) {
            settings.tensorboardOutputConfig(job.tensorBoardOutputConfig());
        }
        if (job.infraCheckConfig() != null && job.infraCheckConfig().enableInfraCheck() != null) {
            settings.enableInfraCheck(job.infraCheckConfig().enableInfraCheck());
        }
        if (job.remoteDebugConfig() != null && job.remoteDebugConfig().enableRemoteDebug() != null) {
            settings.enableRemoteDebug(job.remoteDebugConfig().enableRemoteDebug());
        }
    }

    private static void model(RLEstimator.Builder settings, Channel channel) {
        settings.modelUri(channel.dataSource().s3DataSource().s3Uri()).modelChannelName(channel.channelName());
    }

    private static Map<String, String> tags(DescribeTrainingJobResponse job, Session session) {
        return session.sagemaker().listTagsPaginator(list -> list.resourceArn(job.trainingJobArn())).tags().stream()
                .collect(Collectors.toMap(Tag::key, Tag::value, (_, last) -> last, LinkedHashMap::new));
    }
}
