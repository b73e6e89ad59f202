package dev.rein.sdk;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.sagemaker.model.DescribeEndpointResponse;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.EndpointStatus;
import software.amazon.awssdk.services.sagemaker.model.ProductionVariant;
import software.amazon.awssdk.services.sagemaker.model.SageMakerException;
import software.amazon.awssdk.services.sagemaker.model.Tag;

/// A model, a configuration and an endpoint of one name, made in that order.
record Deployment(
        ModelServer server,
        String roleArn,
        Map<String, String> environment,
        boolean networkIsolation,
        List<String> subnets,
        List<String> securityGroupIds,
        Map<String, String> tags) {
    private static final Duration PAUSE = Duration.ofMillis(100);

    Predictor start(
            Session session, DescribeTrainingJobResponse job, int count, String instanceType, String endpointName) {
        if (count < 1) {
            throw new IllegalArgumentException("initialInstanceCount: %d (expected: at least 1)".formatted(count));
        }
        if (job.modelArtifacts() == null || job.modelArtifacts().s3ModelArtifacts() == null) {
            throw new IllegalStateException("training job %s has no model: it is %s"
                    .formatted(job.trainingJobName(), job.trainingJobStatusAsString()));
        }
        createModel(session, endpointName, job);
        session.sagemaker()
                .createEndpointConfig(config -> config.endpointConfigName(endpointName)
                        .productionVariants(ProductionVariant.builder()
                                .variantName("AllTraffic")
                                .modelName(endpointName)
                                .initialInstanceCount(count)
                                .instanceType(instanceType)
                                .initialVariantWeight(1f)
                                .build())
                        .tags(wireTags()));
        session.sagemaker()
                .createEndpoint(create -> create.endpointName(endpointName)
                        .endpointConfigName(endpointName)
                        .tags(wireTags()));
        awaitService(session, endpointName);
        return Predictor.of(endpointName, session, server.kind());
    }

    private void createModel(Session session, String name, DescribeTrainingJobResponse job) {
        Map<String, String> told = new LinkedHashMap<>(environment);
        told.putAll(server.environment());
        boolean compressed = !"NONE".equals(job.outputDataConfig().compressionTypeAsString());
        String model = job.modelArtifacts().s3ModelArtifacts();
        try {
            session.sagemaker().createModel(create -> {
                create.modelName(name).executionRoleArn(roleArn).primaryContainer(container -> {
                    container.image(server.image()).environment(told);
                    if (compressed) {
                        container.modelDataUrl(model);
                    } else {
                        container.modelDataSource(
                                source -> source.s3DataSource(s3 -> s3.s3Uri(model.endsWith("/") ? model : model + "/")
                                        .s3DataType("S3Prefix")
                                        .compressionType("None")));
                    }
                });
                if (networkIsolation) {
                    create.enableNetworkIsolation(true);
                }
                if (!subnets.isEmpty()) {
                    create.vpcConfig(vpc -> vpc.subnets(subnets).securityGroupIds(securityGroupIds));
                }
                if (!tags.isEmpty()) {
                    create.tags(wireTags());
                }
            });
        } catch (SageMakerException e) {
            // a model of that name is the same model, as Python's SDK takes it
            if (!String.valueOf(e.getMessage()).contains("Cannot create already existing model")) {
                throw e;
            }
        }
    }

    private List<Tag> wireTags() {
        return tags.entrySet().stream()
                .map(tag ->
                        Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .toList();
    }

    private static void awaitService(Session session, String name) {
        while (true) {
            DescribeEndpointResponse endpoint =
                    session.sagemaker().describeEndpoint(describe -> describe.endpointName(name));
            if (endpoint.endpointStatus() == EndpointStatus.IN_SERVICE) {
                return;
            }
            if (endpoint.endpointStatus() != EndpointStatus.CREATING
                    && endpoint.endpointStatus() != EndpointStatus.UPDATING) {
                String reason = endpoint.failureReason();
                throw UnexpectedStatusException.of(
                        "hosting endpoint " + name,
                        endpoint.endpointStatusAsString(),
                        reason == null ? "" : reason,
                        List.of("InService"));
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting; the endpoint goes on starting", e);
            }
        }
    }
}
