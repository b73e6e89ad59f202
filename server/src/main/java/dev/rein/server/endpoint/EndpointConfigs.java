package dev.rein.server.endpoint;

import dev.rein.server.capacity.InstanceType;
import dev.rein.server.store.Document;
import dev.rein.server.store.DocumentPage;
import dev.rein.server.store.Documents;
import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.Caller;
import dev.rein.server.wire.Operations;
import dev.rein.server.wire.PojoJson;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import software.amazon.awssdk.services.sagemaker.model.CreateEndpointConfigRequest;
import software.amazon.awssdk.services.sagemaker.model.CreateEndpointConfigResponse;
import software.amazon.awssdk.services.sagemaker.model.DeleteEndpointConfigRequest;
import software.amazon.awssdk.services.sagemaker.model.DeleteEndpointConfigResponse;
import software.amazon.awssdk.services.sagemaker.model.DescribeEndpointConfigRequest;
import software.amazon.awssdk.services.sagemaker.model.DescribeEndpointConfigResponse;
import software.amazon.awssdk.services.sagemaker.model.EndpointConfigSummary;
import software.amazon.awssdk.services.sagemaker.model.ListEndpointConfigsRequest;
import software.amazon.awssdk.services.sagemaker.model.ListEndpointConfigsResponse;
import software.amazon.awssdk.services.sagemaker.model.ProductionVariant;

/// Endpoint configurations: which models, how many of each, and their share of the traffic. An endpoint copies what
/// it needs, so a configuration may be deleted while its endpoint lives.
final class EndpointConfigs {
    private final Shelf shelf;
    private final Models models;
    private final Clock clock;

    EndpointConfigs(Documents documents, Models models, Clock clock) {
        this.shelf = new Shelf(Noun.CONFIG, documents);
        this.models = models;
        this.clock = clock;
    }

    void register(Operations operations) {
        operations.on("sagemaker", "CreateEndpointConfig", CreateEndpointConfigRequest::builder, this::create);
        operations.on("sagemaker", "DescribeEndpointConfig", DescribeEndpointConfigRequest::builder, this::describe);
        operations.on("sagemaker", "ListEndpointConfigs", ListEndpointConfigsRequest::builder, this::list);
        operations.on("sagemaker", "DeleteEndpointConfig", DeleteEndpointConfigRequest::builder, this::delete);
    }

    private CreateEndpointConfigResponse create(CreateEndpointConfigRequest request, Caller caller) {
        List<ProductionVariant> variants = check(request, caller);
        String name = request.endpointConfigName();
        String arn = shelf.arn(caller, name);
        var config = DescribeEndpointConfigResponse.builder()
                .endpointConfigName(name)
                .endpointConfigArn(arn)
                .productionVariants(variants)
                .kmsKeyId(request.kmsKeyId())
                .dataCaptureConfig(request.dataCaptureConfig())
                .executionRoleArn(request.executionRoleArn())
                .vpcConfig(request.vpcConfig())
                .enableNetworkIsolation(Boolean.TRUE.equals(request.enableNetworkIsolation()))
                .creationTime(clock.instant())
                .build();
        shelf.insert(name, arn, "InService", PojoJson.text(config), request.tags());
        return CreateEndpointConfigResponse.builder().endpointConfigArn(arn).build();
    }

    private DescribeEndpointConfigResponse describe(DescribeEndpointConfigRequest request, Caller caller) {
        return get(caller, request.endpointConfigName());
    }

    private ListEndpointConfigsResponse list(ListEndpointConfigsRequest request, Caller caller) {
        DocumentPage page = shelf.list(
                new Shelf.Filter(
                        request.nameContains(),
                        null,
                        request.creationTimeAfter(),
                        request.creationTimeBefore(),
                        null,
                        null),
                new Shelf.Sheet(
                        request.sortByAsString(),
                        request.sortOrderAsString(),
                        request.maxResults(),
                        request.nextToken()));
        return ListEndpointConfigsResponse.builder()
                .endpointConfigs(page.documents().stream()
                        .map(document -> EndpointConfigSummary.builder()
                                .endpointConfigName(document.name())
                                .endpointConfigArn(shelf.arn(caller, document.name()))
                                .creationTime(document.created())
                                .build())
                        .toList())
                .nextToken(page.next().orElse(null))
                .build();
    }

    private DeleteEndpointConfigResponse delete(DeleteEndpointConfigRequest request, Caller caller) {
        shelf.delete(caller, request.endpointConfigName());
        return DeleteEndpointConfigResponse.builder().build();
    }

    /// @throws ApiException if there is no such configuration
    DescribeEndpointConfigResponse get(Caller caller, String name) {
        Document document = shelf.get(caller, name);
        return PojoJson.parse(
                document.body(), DescribeEndpointConfigResponse.builder(), DescribeEndpointConfigResponse.class);
    }

    private List<ProductionVariant> check(CreateEndpointConfigRequest request, Caller caller) {
        var problems = new Problems();
        problems.only(
                request,
                "",
                "EndpointConfigName",
                "ProductionVariants",
                "DataCaptureConfig",
                "Tags",
                "KmsKeyId",
                "ExecutionRoleArn",
                "VpcConfig",
                "EnableNetworkIsolation");
        if (request.dataCaptureConfig() != null
                && Boolean.TRUE.equals(request.dataCaptureConfig().enableCapture())) {
            problems.add("DataCaptureConfig.EnableCapture: true is not supported here (expected: false).");
        }
        Set<String> names = new HashSet<>();
        double weights = 0;
        for (int i = 0; i < request.productionVariants().size(); i++) {
            ProductionVariant variant = request.productionVariants().get(i);
            checkVariant(variant, "ProductionVariants[" + i + "].", caller, problems);
            if (!names.add(variant.variantName())) {
                problems.add("ProductionVariants[%d].VariantName: \"%s\" is given twice."
                        .formatted(i, variant.variantName()));
            }
            weights += weight(variant);
        }
        if (weights == 0) {
            problems.add("ProductionVariants: all weights are 0 (expected: at least one above 0).");
        }
        problems.throwAny();
        return request.productionVariants().stream()
                .map(variant -> variant.toBuilder()
                        .initialVariantWeight(weight(variant))
                        .build())
                .toList();
    }

    private void checkVariant(ProductionVariant variant, String path, Caller caller, Problems problems) {
        if (variant.serverlessConfig() != null) {
            problems.add(path + "ServerlessConfig is not supported here: replicas run all the time. Give InstanceType "
                    + "and InitialInstanceCount instead.");
            return;
        }
        problems.only(
                variant,
                path,
                "VariantName",
                "ModelName",
                "InitialInstanceCount",
                "InstanceType",
                "InitialVariantWeight",
                "VolumeSizeInGB",
                "ModelDataDownloadTimeoutInSeconds",
                "ContainerStartupHealthCheckTimeoutInSeconds",
                "RoutingConfig",
                "InferenceAmiVersion");
        if (variant.modelName() == null) {
            problems.add(path + "ModelName is missing (expected: a model made by CreateModel).");
        } else {
            try {
                models.get(caller, variant.modelName());
            } catch (ApiException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        if (variant.instanceType() == null || variant.initialInstanceCount() == null) {
            problems.add(path + "InstanceType and InitialInstanceCount are required.");
        } else if (InstanceType.parse(variant.instanceTypeAsString()).isEmpty()) {
            problems.add("%sInstanceType: \"%s\" (expected: such as ml.m5.xlarge)"
                    .formatted(path, variant.instanceTypeAsString()));
        } else if (variant.initialInstanceCount() > Variant.MOST_REPLICAS) {
            problems.add("%sInitialInstanceCount: %d (expected: 1..%d)"
                    .formatted(path, variant.initialInstanceCount(), Variant.MOST_REPLICAS));
        }
    }

    private static float weight(ProductionVariant variant) {
        return variant.initialVariantWeight() == null ? 1 : variant.initialVariantWeight();
    }
}
