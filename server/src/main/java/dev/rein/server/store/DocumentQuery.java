package dev.rein.server.store;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A page of one kind. Paging is by key, so rows created or deleted meanwhile neither shift nor repeat the others.
///
/// @param order      what to sort by
/// @param descending newest or last first
/// @param limit      1..1000
/// @param after      an opaque token of [DocumentPage#next], or null for the first page
public record DocumentQuery(
        String kind,
        @Nullable String nameContains,
        @Nullable String status,
        @Nullable Instant createdAfter,
        @Nullable Instant createdBefore,
        @Nullable Instant modifiedAfter,
        @Nullable Instant modifiedBefore,
        Order order,
        boolean descending,
        int limit,
        @Nullable String after) {
    public enum Order {
        NAME,
        CREATED,
        STATUS
    }

    public DocumentQuery {
        requireNonNull(kind, "kind");
        requireNonNull(order, "order");
        if (limit < 1 || limit > 1000) {
            throw new IllegalArgumentException("limit: %d (expected: 1..1000)".formatted(limit));
        }
    }

    /// Every document of a kind with this status, oldest first.
    public static DocumentQuery withStatus(String kind, String status) {
        return new DocumentQuery(kind, null, status, null, null, null, null, Order.CREATED, false, 1000, null);
    }

    public DocumentQuery from(Optional<String> token) {
        return new DocumentQuery(
                kind,
                nameContains,
                status,
                createdAfter,
                createdBefore,
                modifiedAfter,
                modifiedBefore,
                order,
                descending,
                limit,
                token.orElse(null));
    }
}
