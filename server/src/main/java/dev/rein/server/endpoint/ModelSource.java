package dev.rein.server.endpoint;

import static java.util.Objects.requireNonNull;

import dev.rein.server.objects.S3Uri;
import java.util.Optional;
import software.amazon.awssdk.services.sagemaker.model.ContainerDefinition;
import software.amazon.awssdk.services.sagemaker.model.ModelCompressionType;

/// Where a model's files are.
///
/// @param packed whether it is one `.tar.gz`, else everything below a prefix
record ModelSource(S3Uri uri, boolean packed) {
    ModelSource {
        requireNonNull(uri, "uri");
    }

    /// @return empty for a container without model data
    /// @throws IllegalArgumentException if an address is no S3 URI
    static Optional<ModelSource> of(ContainerDefinition container) {
        if (container.modelDataUrl() != null) {
            return Optional.of(new ModelSource(S3Uri.parse(container.modelDataUrl()), true));
        }
        if (container.modelDataSource() == null) {
            return Optional.empty();
        }
        var s3 = container.modelDataSource().s3DataSource();
        return Optional.of(new ModelSource(S3Uri.parse(s3.s3Uri()), s3.compressionType() == ModelCompressionType.GZIP));
    }
}
