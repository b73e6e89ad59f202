package dev.rein.sdk;

import static java.util.Objects.requireNonNullElse;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.sagemaker.model.CreateEndpointConfigRequest;
import software.amazon.awssdk.services.sagemaker.model.DescribeEndpointResponse;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.EndpointStatus;
import software.amazon.awssdk.services.sagemaker.model.ProductionVariant;
import software.amazon.awssdk.services.sagemaker.model.SageMakerException;
import software.amazon.awssdk.services.sagemaker.model.Tag;

/// A model, a configuration and an endpoint, made in that order.
///
/// @param settings of the estimator, which the deployment may override
/// @param server   what serves
/// @param job      whose model is served
/// @param model    where the model is, the job's own or one packed anew
record Serving(
        Session session,
        RLEstimator.Builder settings,
        Deployment deployment,
        ModelServer server,
        DescribeTrainingJobResponse job,
        String model) {
    private static final Duration PAUSE = Duration.ofMillis(100);

    Predictor start(String endpointName, String modelName) {
        createModel(modelName);
        session.sagemaker().createEndpointConfig(configuration(endpointName, modelName));
        session.sagemaker()
                .createEndpoint(create -> create.endpointName(endpointName)
                        .endpointConfigName(endpointName)
                        .tags(tags()));
        if (deployment.wait) {
            awaitService(endpointName);
        }
        return Predictor.of(endpointName, session, server.kind());
    }

    private CreateEndpointConfigRequest configuration(String endpointName, String modelName) {
        ProductionVariant.Builder variant = ProductionVariant.builder()
                .variantName("AllTraffic")
                .modelName(modelName)
                .initialVariantWeight(1f)
                .initialInstanceCount(deployment.initialInstanceCount)
                .instanceType(deployment.instanceType)
                .volumeSizeInGB(deployment.volumeSize)
                .modelDataDownloadTimeoutInSeconds(deployment.modelDataDownloadTimeout)
                .containerStartupHealthCheckTimeoutInSeconds(deployment.containerStartupHealthCheckTimeout);
        if (deployment.memorySizeInMb != null) {
            variant.serverlessConfig(serverless ->
                    serverless.memorySizeInMB(deployment.memorySizeInMb).maxConcurrency(deployment.maxConcurrency));
        }
        CreateEndpointConfigRequest.Builder request = CreateEndpointConfigRequest.builder()
                .endpointConfigName(endpointName)
                .productionVariants(variant.build())
                .kmsKeyId(deployment.kmsKey)
                .dataCaptureConfig(deployment.dataCaptureConfig)
                .asyncInferenceConfig(deployment.asyncInferenceConfig)
                .explainerConfig(deployment.explainerConfig);
        if (!tags().isEmpty()) {
            request.tags(tags());
        }
        return request.build();
    }

    private void createModel(String name) {
        Map<String, String> told = new LinkedHashMap<>(deployment.env == null ? settings.environment : deployment.env);
        told.putAll(server.environment());
        String role = deployment.role != null
                ? deployment.role
                : settings.role != null ? settings.role : session.role().orElse(job.roleArn());
        boolean compressed = !"NONE".equals(job.outputDataConfig().compressionTypeAsString());
        try {
            session.sagemaker().createModel(create -> {
                create.modelName(name).executionRoleArn(session.roleArn(role)).primaryContainer(container -> {
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
                if (requireNonNullElse(deployment.enableNetworkIsolation, settings.networkIsolation)) {
                    create.enableNetworkIsolation(true);
                }
                if (!settings.subnets.isEmpty()) {
                    create.vpcConfig(vpc -> vpc.subnets(settings.subnets).securityGroupIds(settings.securityGroupIds));
                }
                if (!tags().isEmpty()) {
                    create.tags(tags());
                }
            });
        } catch (SageMakerException e) {
            // a model of that name is the same model, as Python's SDK takes it
            if (!String.valueOf(e.getMessage()).contains("Cannot create already existing model")) {
                throw e;
            }
        }
    }

    private List<Tag> tags() {
        return TrainingJobRequest.tags(deployment.tags == null ? settings.tags : deployment.tags);
    }

    private void awaitService(String name) {
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
