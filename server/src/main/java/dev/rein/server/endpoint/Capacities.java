package dev.rein.server.endpoint;

import dev.rein.server.wire.ApiException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.sagemaker.model.DesiredWeightAndCapacity;

/// What UpdateEndpointWeightsAndCapacities asks for.
final class Capacities {
    private Capacities() {}

    /// The deployment with the wished weights and counts; members left out stay as they are.
    ///
    /// @throws ApiException if a variant is unknown or named twice, a count is too large, or no weight is left
    static Deployment apply(List<DesiredWeightAndCapacity> wishes, Deployment running) {
        var problems = new Problems();
        Map<String, DesiredWeightAndCapacity> byVariant = new HashMap<>();
        for (DesiredWeightAndCapacity wish : wishes) {
            if (running.variant(wish.variantName()).isEmpty()) {
                problems.add("Variant \"%s\" is not in endpoint configuration \"%s\"."
                        .formatted(wish.variantName(), running.config()));
            }
            if (byVariant.put(wish.variantName(), wish) != null) {
                problems.add("Variant \"%s\" is given twice.".formatted(wish.variantName()));
            }
            problems.only(wish, "", "VariantName", "DesiredWeight", "DesiredInstanceCount");
            if (wish.desiredInstanceCount() != null && wish.desiredInstanceCount() > Variant.MOST_REPLICAS) {
                problems.add("DesiredInstanceCount: %d (expected: 0..%d)"
                        .formatted(wish.desiredInstanceCount(), Variant.MOST_REPLICAS));
            }
        }
        problems.throwAny();
        Deployment wished = running.map(variant -> {
            DesiredWeightAndCapacity wish = byVariant.get(variant.name());
            if (wish == null) {
                return variant;
            }
            Variant weighed = wish.desiredWeight() == null ? variant : variant.withWeight(wish.desiredWeight());
            return wish.desiredInstanceCount() == null ? weighed : weighed.withReplicas(wish.desiredInstanceCount());
        });
        if (wished.variants().stream().mapToDouble(Variant::weight).sum() == 0) {
            throw ApiException.validation("DesiredWeight: all weights would be 0 (expected: at least one above 0).");
        }
        return wished;
    }
}
