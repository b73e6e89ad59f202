package dev.rein.sdk;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sagemaker.model.AlgorithmSpecification;
import software.amazon.awssdk.services.sagemaker.model.Channel;
import software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobRequest;
import software.amazon.awssdk.services.sagemaker.model.DebugHookConfig;
import software.amazon.awssdk.services.sagemaker.model.ExperimentConfig;
import software.amazon.awssdk.services.sagemaker.model.ProfilerConfig;
import software.amazon.awssdk.services.sagemaker.model.ResourceConfig;
import software.amazon.awssdk.services.sagemaker.model.Tag;

/// `CreateTrainingJob` as the SageMaker Python SDK sends it: what is not asked for is left out.
///
/// @param code      where the packed user code is
/// @param inputMode of the job
record TrainingJobRequest(
        RLEstimator.Builder settings,
        Session session,
        String name,
        String image,
        String output,
        String code,
        String inputMode) {
    /// Regions whose SageMaker has neither debugger nor profiler.
    static final List<String> WITHOUT_DEBUGGER = List.of(
            "us-iso-east-1",
            "us-isob-east-1",
            "ap-southeast-3",
            "ap-southeast-4",
            "eu-south-2",
            "me-central-1",
            "ap-south-2",
            "eu-central-2",
            "us-gov-east-1");

    CreateTrainingJobRequest request(Map<String, ? extends JobInput> inputs, @Nullable ExperimentConfig experiment) {
        List<Channel> channels = channels(inputs);
        CreateTrainingJobRequest.Builder request = CreateTrainingJobRequest.builder()
                .trainingJobName(name)
                .roleArn(session.roleArn(
                        settings.role != null ? settings.role : session.role().orElse("")))
                .hyperParameters(hyperparameters())
                .algorithmSpecification(this::algorithm)
                .outputDataConfig(config -> {
                    config.s3OutputPath(output).kmsKeyId(settings.outputKmsKey);
                    if (settings.disableOutputCompression) {
                        config.compressionType("NONE");
                    }
                })
                .resourceConfig(this::resources)
                .stoppingCondition(stopping ->
                        stopping.maxRuntimeInSeconds(settings.maxRun).maxWaitTimeInSeconds(settings.maxWait));
        if (!channels.isEmpty()) {
            request.inputDataConfig(channels);
        }
        if (!settings.environment.isEmpty()) {
            request.environment(settings.environment);
        }
        if (!settings.tags.isEmpty()) {
            request.tags(tags(settings.tags));
        }
        if (!settings.subnets.isEmpty()) {
            request.vpcConfig(vpc -> vpc.subnets(settings.subnets).securityGroupIds(settings.securityGroupIds));
        }
        if (settings.checkpointS3Uri != null) {
            request.checkpointConfig(
                    checkpoint -> checkpoint.s3Uri(settings.checkpointS3Uri).localPath(settings.checkpointLocalPath));
        }
        if (settings.maxRetryAttempts != null) {
            request.retryStrategy(retry -> retry.maximumRetryAttempts(settings.maxRetryAttempts));
        }
        request.experimentConfig(experiment);
        switches(request);
        debugging(request);
        return request.build();
    }

    private void switches(CreateTrainingJobRequest.Builder request) {
        if (settings.networkIsolation) {
            request.enableNetworkIsolation(true);
        }
        if (settings.encryptInterContainerTraffic) {
            request.enableInterContainerTrafficEncryption(true);
        }
        if (settings.useSpotInstances) {
            request.enableManagedSpotTraining(true);
        }
        if (settings.enableInfraCheck != null) {
            request.infraCheckConfig(check -> check.enableInfraCheck(settings.enableInfraCheck));
        }
        if (settings.enableRemoteDebug != null) {
            request.remoteDebugConfig(debug -> debug.enableRemoteDebug(settings.enableRemoteDebug));
        }
        if (settings.enableSessionTagChaining != null) {
            request.sessionChainingConfig(
                    chaining -> chaining.enableSessionTagChaining(settings.enableSessionTagChaining));
        }
    }

    private void algorithm(AlgorithmSpecification.Builder algorithm) {
        algorithm.trainingImage(image).trainingInputMode(inputMode);
        List<MetricDefinition> metrics = metrics();
        if (!metrics.isEmpty()) {
            algorithm.metricDefinitions(metrics.stream()
                    .map(metric -> software.amazon.awssdk.services.sagemaker.model.MetricDefinition.builder()
                            .name(metric.name())
                            .regex(metric.regex())
                            .build())
                    .toList());
        }
        if (!settings.containerEntryPoint.isEmpty()) {
            algorithm.containerEntrypoint(settings.containerEntryPoint);
        }
        if (!settings.containerArguments.isEmpty()) {
            algorithm.containerArguments(settings.containerArguments);
        }
        algorithm.enableSageMakerMetricsTimeSeries(settings.enableSageMakerMetrics);
        if (settings.trainingRepositoryAccessMode != null) {
            algorithm.trainingImageConfig(config -> {
                config.trainingRepositoryAccessMode(settings.trainingRepositoryAccessMode);
                if (settings.trainingRepositoryCredentialsProviderArn != null) {
                    config.trainingRepositoryAuthConfig(auth -> auth.trainingRepositoryCredentialsProviderArn(
                            settings.trainingRepositoryCredentialsProviderArn));
                }
            });
        }
    }

    private void resources(ResourceConfig.Builder resources) {
        resources
                .volumeSizeInGB(settings.volumeSize)
                .volumeKmsKeyId(settings.volumeKmsKey)
                .keepAlivePeriodInSeconds(settings.keepAlivePeriodInSeconds)
                .trainingPlanArn(settings.trainingPlan)
                .instancePlacementConfig(settings.instancePlacementConfig);
        if (settings.instanceGroups.isEmpty()) {
            resources.instanceType(settings.instanceType).instanceCount(settings.instanceCount);
        } else {
            resources.instanceGroups(settings.instanceGroups.stream()
                    .map(group -> software.amazon.awssdk.services.sagemaker.model.InstanceGroup.builder()
                            .instanceGroupName(group.name())
                            .instanceType(group.type())
                            .instanceCount(group.count())
                            .build())
                    .toList());
        }
    }

    /// Both are on unless switched off, or unknown in the region.
    private void debugging(CreateTrainingJobRequest.Builder request) {
        boolean known = !WITHOUT_DEBUGGER.contains(session.region());
        if (settings.debuggerHook && known) {
            DebugHookConfig hook = settings.debuggerHookConfig == null
                    ? DebugHookConfig.builder().build()
                    : settings.debuggerHookConfig;
            request.debugHookConfig(hook.toBuilder()
                    .s3OutputPath(hook.s3OutputPath() == null ? output : hook.s3OutputPath())
                    .collectionConfigurations(new ArrayList<>(hook.collectionConfigurations()))
                    .build());
        }
        if (!settings.rules.isEmpty()) {
            request.debugRuleConfigurations(settings.rules);
        }
        if (!settings.profilerRules.isEmpty()) {
            request.profilerRuleConfigurations(settings.profilerRules);
        }
        request.tensorBoardOutputConfig(settings.tensorboardOutputConfig);
        ProfilerConfig profiler = settings.profilerConfig;
        if (profiler == null) {
            profiler = ProfilerConfig.builder()
                    .disableProfiler(settings.disableProfiler || !known || isTrainium())
                    .build();
        }
        boolean on = !Boolean.TRUE.equals(profiler.disableProfiler());
        request.profilerConfig(profiler.toBuilder()
                .disableProfiler(!on)
                .s3OutputPath(on && profiler.s3OutputPath() == null ? output : profiler.s3OutputPath())
                .build());
    }

    private boolean isTrainium() {
        return settings.instanceType != null && settings.instanceType.startsWith("ml.trn");
    }

    private List<MetricDefinition> metrics() {
        if (settings.metricDefinitions != null && !settings.metricDefinitions.isEmpty()) {
            return settings.metricDefinitions;
        }
        return settings.toolkit == null ? List.of() : settings.toolkit.defaultMetricDefinitions();
    }

    /// The user's hyperparameters and the seven of the platform, each JSON-encoded once.
    private Map<String, String> hyperparameters() {
        Map<String, String> encoded = new LinkedHashMap<>();
        settings.hyperparameters.forEach((key, value) -> encoded.put(key, Json.encoded(value)));
        encoded.put(
                "sagemaker_submit_directory",
                Json.encoded(settings.networkIsolation ? "/opt/ml/input/data/code/sourcedir.tar.gz" : code));
        encoded.put("sagemaker_program", Json.encoded(settings.program()));
        encoded.put("sagemaker_container_log_level", Integer.toString(settings.containerLogLevel));
        encoded.put("sagemaker_job_name", Json.encoded(name));
        encoded.put("sagemaker_region", Json.encoded(session.region()));
        encoded.put("sagemaker_s3_output", Json.encoded(output));
        encoded.put("sagemaker_estimator", Json.encoded("RLEstimator"));
        return encoded;
    }

    private List<Channel> channels(Map<String, ? extends JobInput> inputs) {
        List<Channel> channels = new ArrayList<>();
        inputs.forEach((channel, input) -> channels.add(input.channel(channel)));
        if (settings.networkIsolation) {
            channels.add(TrainingInput.of(code).channel("code"));
        }
        if (settings.modelUri != null) {
            channels.add(TrainingInput.of(settings.modelUri)
                    .withContentType("application/x-sagemaker-model")
                    .withInputMode("File")
                    .channel(settings.modelChannelName));
        }
        return channels;
    }

    static List<Tag> tags(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(tag ->
                        Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .toList();
    }
}
