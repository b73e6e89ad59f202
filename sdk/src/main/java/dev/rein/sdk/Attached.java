package dev.rein.sdk;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.sagemaker.model.Channel;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.Tag;

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
        Map<String, Object> decoded = new LinkedHashMap<>();
        job.hyperParameters().forEach((name, text) -> decoded.put(name, Json.decoded(text)));
        Map<String, Object> own = new LinkedHashMap<>(decoded);
        own.keySet().removeAll(OURS);
        RLEstimator.Builder settings = RLEstimator.builder()
                .session(session)
                .role(job.roleArn())
                .instanceType(job.resourceConfig().instanceTypeAsString())
                .instanceCount(job.resourceConfig().instanceCount())
                .volumeSize(job.resourceConfig().volumeSizeInGB())
                .maxRun(job.stoppingCondition().maxRuntimeInSeconds())
                .inputMode(job.algorithmSpecification().trainingInputModeAsString())
                .outputPath(job.outputDataConfig().s3OutputPath())
                .baseJobName(Names.base(job.trainingJobName()).orElse(job.trainingJobName()))
                .hyperparameters(own)
                .entryPoint(String.valueOf(decoded.getOrDefault("sagemaker_program", "")))
                .environment(job.environment())
                .tags(tags(job, session))
                .metricDefinitions(job.algorithmSpecification().metricDefinitions().stream()
                        .map(metric -> new MetricDefinition(metric.name(), metric.regex()))
                        .toList());
        if (decoded.get("sagemaker_container_log_level") instanceof Number level) {
            settings.containerLogLevel(level.intValue());
        }
        if (decoded.get("sagemaker_submit_directory") instanceof String code && code.startsWith("s3://")) {
            settings.sourceArchive(code);
        }
        String image = job.algorithmSpecification().trainingImage();
        Images.origin(image)
                // an image that the table would not give, from a registry of one's own for example, stays what it is
                .filter(origin -> Images.isSupported(origin.toolkit(), origin.version(), origin.framework()))
                .filter(origin -> image.equals(Images.trainingImage(
                        origin.toolkit(),
                        origin.version(),
                        origin.framework(),
                        session.region(),
                        job.resourceConfig().instanceTypeAsString())))
                .ifPresentOrElse(
                        origin -> settings.toolkit(origin.toolkit())
                                .toolkitVersion(origin.version())
                                .framework(origin.framework()),
                        () -> settings.imageUri(image));
        if (Boolean.TRUE.equals(job.enableNetworkIsolation())) {
            settings.enableNetworkIsolation(true);
        }
        if (job.vpcConfig() != null) {
            settings.subnets(job.vpcConfig().subnets())
                    .securityGroupIds(job.vpcConfig().securityGroupIds());
        }
        if (job.checkpointConfig() != null) {
            settings.checkpointS3Uri(job.checkpointConfig().s3Uri());
        }
        job.inputDataConfig().stream()
                .filter(channel -> "application/x-sagemaker-model".equals(channel.contentType()))
                .findFirst()
                .ifPresent(channel -> model(settings, channel));
        return settings;
    }

    private static void model(RLEstimator.Builder settings, Channel channel) {
        settings.modelUri(channel.dataSource().s3DataSource().s3Uri()).modelChannelName(channel.channelName());
    }

    private static Map<String, String> tags(DescribeTrainingJobResponse job, Session session) {
        List<Tag> tags = session.sagemaker()
                .listTags(list -> list.resourceArn(job.trainingJobArn()))
                .tags();
        return tags.stream().collect(Collectors.toMap(Tag::key, Tag::value, (_, last) -> last, LinkedHashMap::new));
    }
}
