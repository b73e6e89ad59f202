package dev.rein.server.endpoint;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.sagemaker.model.ContainerDefinition;
import software.amazon.awssdk.services.sagemaker.model.DescribeModelResponse;
import software.amazon.awssdk.services.sagemaker.model.ProductionVariant;

/// All that is needed to run one variant, copied from its model and configuration, which may be deleted meanwhile.
///
/// @param environment the container's, as given to CreateModel
/// @param source      empty for a container that brings its model along
/// @param replicas    how many there shall be, 0..[#MOST_REPLICAS]
/// @param weight      its share of the traffic, relative to the other variants' weights
/// @param startup     how long a replica may take from its start to its first good answer to `/ping`
record Variant(
        String name,
        String model,
        String image,
        Map<String, String> environment,
        Optional<ModelSource> source,
        boolean networkIsolation,
        String instanceType,
        int replicas,
        double weight,
        Duration startup) {
    static final int MOST_REPLICAS = 64;

    /// SageMaker's own default.
    private static final Duration STARTUP = Duration.ofMinutes(4);

    Variant {
        requireNonNull(name, "name");
        requireNonNull(model, "model");
        requireNonNull(image, "image");
        environment = Map.copyOf(environment);
        requireNonNull(source, "source");
        requireNonNull(instanceType, "instanceType");
        requireNonNull(startup, "startup");
        if (replicas < 0 || replicas > MOST_REPLICAS) {
            throw new IllegalArgumentException("replicas: %d (expected: 0..%d)".formatted(replicas, MOST_REPLICAS));
        }
        if (!(weight >= 0 && Double.isFinite(weight))) {
            throw new IllegalArgumentException("weight: %s (expected: 0 or more)".formatted(weight));
        }
    }

    /// @param isolated whether the configuration asks for network isolation, beside the model
    static Variant of(ProductionVariant variant, DescribeModelResponse model, boolean isolated) {
        ContainerDefinition container = Models.container(model);
        Integer startup = variant.containerStartupHealthCheckTimeoutInSeconds();
        return new Variant(
                variant.variantName(),
                variant.modelName(),
                container.image(),
                container.environment(),
                ModelSource.of(container),
                isolated || Boolean.TRUE.equals(model.enableNetworkIsolation()),
                variant.instanceTypeAsString(),
                variant.initialInstanceCount(),
                variant.initialVariantWeight(),
                startup == null ? STARTUP : Duration.ofSeconds(startup));
    }

    Variant withReplicas(int count) {
        return new Variant(
                name, model, image, environment, source, networkIsolation, instanceType, count, weight, startup);
    }

    Variant withWeight(double share) {
        return new Variant(
                name, model, image, environment, source, networkIsolation, instanceType, replicas, share, startup);
    }
}
