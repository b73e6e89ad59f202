package dev.rein.server.store;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/// One stored noun: a JSON text and the few facts that lists are filtered and ordered by.
///
/// @param kind     the noun, for example `training-job`
/// @param name     unique within the kind
/// @param version  grows by one with each change; the first is 1
/// @param status   the wire status, filtered on by lists
/// @param created  millisecond precision
/// @param modified millisecond precision
/// @param body     JSON
public record Document(
        String kind, String name, long version, String status, Instant created, Instant modified, String body) {
    public Document {
        requireNonNull(kind, "kind");
        requireNonNull(name, "name");
        requireNonNull(status, "status");
        requireNonNull(created, "created");
        requireNonNull(modified, "modified");
        requireNonNull(body, "body");
    }
}
