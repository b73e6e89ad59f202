package dev.rein.server.endpoint;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// What an endpoint runs, or shall run: one configuration, resolved.
///
/// @param config     the endpoint configuration's name
/// @param generation grows with each UpdateEndpoint; replicas of one generation run the same thing and are kept
///     when only weights or counts change
/// @param variants   in the configuration's order: a replica's name holds its variant's index
record Deployment(String config, int generation, List<Variant> variants) {
    Deployment {
        requireNonNull(config, "config");
        variants = List.copyOf(variants);
        if (variants.isEmpty()) {
            throw new IllegalArgumentException("variants: none (expected: at least one)");
        }
    }

    Optional<Variant> variant(String name) {
        return variants.stream().filter(variant -> variant.name().equals(name)).findFirst();
    }

    Deployment map(UnaryOperator<Variant> change) {
        return new Deployment(config, generation, variants.stream().map(change).toList());
    }
}
