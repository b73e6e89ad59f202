package dev.rein.server.endpoint;

import static software.amazon.awssdk.services.sagemaker.model.ModelCompressionType.GZIP;
import static software.amazon.awssdk.services.sagemaker.model.S3ModelDataType.S3_OBJECT;

import dev.rein.server.backend.HostRuntime;
import dev.rein.server.objects.ObjectStore;
import dev.rein.server.objects.S3Uri;
import dev.rein.server.store.Document;
import dev.rein.server.store.DocumentPage;
import dev.rein.server.store.Documents;
import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.Caller;
import dev.rein.server.wire.Operations;
import dev.rein.server.wire.PojoJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.sagemaker.model.ContainerDefinition;
import software.amazon.awssdk.services.sagemaker.model.ContainerMode;
import software.amazon.awssdk.services.sagemaker.model.CreateModelRequest;
import software.amazon.awssdk.services.sagemaker.model.CreateModelResponse;
import software.amazon.awssdk.services.sagemaker.model.DeleteModelRequest;
import software.amazon.awssdk.services.sagemaker.model.DeleteModelResponse;
import software.amazon.awssdk.services.sagemaker.model.DescribeModelRequest;
import software.amazon.awssdk.services.sagemaker.model.DescribeModelResponse;
import software.amazon.awssdk.services.sagemaker.model.ListModelsRequest;
import software.amazon.awssdk.services.sagemaker.model.ListModelsResponse;
import software.amazon.awssdk.services.sagemaker.model.ModelSummary;

/// Models: an image, its environment, and where the trained files are. Nothing runs because of a model.
final class Models {
    private final Shelf shelf;
    private final ObjectStore objects;
    private final List<HostRuntime> runtimes;
    private final Clock clock;

    Models(Documents documents, ObjectStore objects, List<HostRuntime> runtimes, Clock clock) {
        this.shelf = new Shelf(Noun.MODEL, documents);
        this.objects = objects;
        this.runtimes = runtimes;
        this.clock = clock;
    }

    void register(Operations operations) {
        operations.on("sagemaker", "CreateModel", CreateModelRequest::builder, this::create);
        operations.on("sagemaker", "DescribeModel", DescribeModelRequest::builder, this::describe);
        operations.on("sagemaker", "ListModels", ListModelsRequest::builder, this::list);
        operations.on("sagemaker", "DeleteModel", DeleteModelRequest::builder, this::delete);
    }

    private CreateModelResponse create(CreateModelRequest request, Caller caller) {
        ContainerDefinition container = check(request);
        String arn = shelf.arn(caller, request.modelName());
        var model = DescribeModelResponse.builder()
                .modelName(request.modelName())
                .modelArn(arn)
                .executionRoleArn(request.executionRoleArn())
                .vpcConfig(request.vpcConfig())
                .enableNetworkIsolation(Boolean.TRUE.equals(request.enableNetworkIsolation()))
                .creationTime(clock.instant());
        if (request.hasContainers()) {
            model.containers(container);
        } else {
            model.primaryContainer(container);
        }
        shelf.insert(request.modelName(), arn, "InService", PojoJson.text(model.build()), request.tags());
        return CreateModelResponse.builder().modelArn(arn).build();
    }

    private DescribeModelResponse describe(DescribeModelRequest request, Caller caller) {
        return read(shelf.get(caller, request.modelName()));
    }

    private ListModelsResponse list(ListModelsRequest request, Caller caller) {
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
        return ListModelsResponse.builder()
                .models(page.documents().stream()
                        .map(document -> ModelSummary.builder()
                                .modelName(document.name())
                                .modelArn(shelf.arn(caller, document.name()))
                                .creationTime(document.created())
                                .build())
                        .toList())
                .nextToken(page.next().orElse(null))
                .build();
    }

    private DeleteModelResponse delete(DeleteModelRequest request, Caller caller) {
        shelf.delete(caller, request.modelName());
        return DeleteModelResponse.builder().build();
    }

    /// @throws ApiException if there is no such model
    DescribeModelResponse get(Caller caller, String name) {
        return read(shelf.get(caller, name));
    }

    /// The one container of a model.
    static ContainerDefinition container(DescribeModelResponse model) {
        return model.containers().isEmpty()
                ? model.primaryContainer()
                : model.containers().getFirst();
    }

    /// What can serve the image; empty if nothing can.
    static Optional<HostRuntime> runtime(List<HostRuntime> runtimes, String image) {
        return runtimes.stream()
                .filter(runtime -> runtime.runs(image) && !runtime.serve().isEmpty())
                .findFirst()
                .map(runtime -> runtime.asked(image));
    }

    private static DescribeModelResponse read(Document document) {
        return PojoJson.parse(document.body(), DescribeModelResponse.builder(), DescribeModelResponse.class);
    }

    private ContainerDefinition check(CreateModelRequest request) {
        var problems = new Problems();
        boolean primary = request.primaryContainer() != null;
        if ((primary ? 1 : 0) + request.containers().size() != 1) {
            problems.add("PrimaryContainer or Containers: %d and %d given (expected: one container in one of them). "
                            .formatted(primary ? 1 : 0, request.containers().size())
                    + "Pipelines of several containers are not supported.");
            problems.throwAny();
        }
        ContainerDefinition container =
                primary ? request.primaryContainer() : request.containers().getFirst();
        String path = primary ? "PrimaryContainer." : "Containers[0].";
        problems.only(
                container,
                path,
                "ContainerHostname",
                "Image",
                "ImageConfig",
                "Mode",
                "ModelDataUrl",
                "ModelDataSource",
                "Environment");
        if (container.mode() == ContainerMode.MULTI_MODEL) {
            problems.add(path + "Mode: MultiModel is not supported (expected: SingleModel).");
        }
        if (container.image() == null) {
            problems.add(path + "Image is missing (expected: the image that serves the model).");
        } else if (runtime(runtimes, container.image()).isEmpty()) {
            problems.add("%sImage: \"%s\" cannot be served here (can be served: %s)."
                    .formatted(path, container.image(), servable()));
        }
        if (container.modelDataUrl() != null && container.modelDataSource() != null) {
            problems.add(path + "ModelDataUrl and ModelDataSource are both given (expected: one of them).");
        } else {
            checkData(container, path, problems);
        }
        problems.throwAny();
        return container;
    }

    private void checkData(ContainerDefinition container, String path, Problems problems) {
        if (container.modelDataSource() != null) {
            problems.only(container.modelDataSource(), path + "ModelDataSource.", "S3DataSource");
            var s3 = container.modelDataSource().s3DataSource();
            if (s3 == null) {
                problems.add(path + "ModelDataSource.S3DataSource is missing.");
                return;
            }
            problems.only(s3, path + "ModelDataSource.S3DataSource.", "S3Uri", "S3DataType", "CompressionType", "ETag");
            boolean object = s3.s3DataType() == S3_OBJECT;
            if (object != (s3.compressionType() == GZIP)) {
                problems.add(("%sModelDataSource.S3DataSource: %s with CompressionType %s is not supported (expected: "
                                + "S3Object with Gzip, or S3Prefix with None).")
                        .formatted(path, s3.s3DataTypeAsString(), s3.compressionTypeAsString()));
                return;
            }
        }
        try {
            Optional<ModelSource> source = ModelSource.of(container);
            if (source.isPresent() && !exists(source.get())) {
                problems.add("Could not find model data at %s."
                        .formatted(source.get().uri()));
            }
        } catch (IllegalArgumentException e) {
            problems.add(path + "ModelData: " + e.getMessage());
        }
    }

    private boolean exists(ModelSource source) {
        try {
            S3Uri uri = source.uri();
            if (source.packed()) {
                return objects.exists(uri);
            }
            try (var entries = objects.list(uri)) {
                return entries.findAny().isPresent();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String servable() {
        List<String> images = runtimes.stream()
                .filter(runtime -> !runtime.serve().isEmpty())
                .flatMap(runtime -> runtime.images().stream())
                .toList();
        return images.isEmpty() ? "nothing" : String.join(", ", images);
    }
}
