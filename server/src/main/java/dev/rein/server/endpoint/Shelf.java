package dev.rein.server.endpoint;

import dev.rein.server.store.Document;
import dev.rein.server.store.DocumentPage;
import dev.rein.server.store.DocumentQuery;
import dev.rein.server.store.Documents;
import dev.rein.server.store.DuplicateNameException;
import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.Caller;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sagemaker.model.Tag;

/// Documents of one noun, with AWS's words for what can go wrong. Safe for any number of threads.
final class Shelf {
    /// What the List operations have in common. Nulls are filters not set.
    record Filter(
            @Nullable String nameContains,
            @Nullable String status,
            @Nullable Instant createdAfter,
            @Nullable Instant createdBefore,
            @Nullable Instant modifiedAfter,
            @Nullable Instant modifiedBefore) {}

    /// @param sortBy     `Name`, `CreationTime` or `Status`; null is CreationTime
    /// @param sortOrder  `Ascending` or `Descending`; null is Descending
    /// @param maxResults null is 10
    record Sheet(
            @Nullable String sortBy,
            @Nullable String sortOrder,
            @Nullable Integer maxResults,
            @Nullable String nextToken) {}

    private final Noun noun;
    private final Documents documents;

    Shelf(Noun noun, Documents documents) {
        this.noun = noun;
        this.documents = documents;
    }

    String arn(Caller caller, String name) {
        return caller.sagemakerArn(noun.kind() + "/" + name);
    }

    /// @throws ApiException if the name is taken
    Document insert(String name, String arn, String status, String body, List<Tag> tags) {
        try {
            return documents.insert(noun.kind(), name, status, body, arn, asMap(tags));
        } catch (DuplicateNameException e) {
            throw ApiException.validation("Cannot create already existing %s \"%s\".".formatted(noun.words(), arn));
        }
    }

    /// @throws ApiException if there is none of that name
    Document get(Caller caller, String name) {
        return documents.find(noun.kind(), name).orElseThrow(() -> missing(caller, name));
    }

    void delete(Caller caller, String name) {
        if (!documents.delete(noun.kind(), name, arn(caller, name))) {
            throw missing(caller, name);
        }
    }

    ApiException missing(Caller caller, String name) {
        return ApiException.validation("Could not find %s \"%s\".".formatted(noun.words(), arn(caller, name)));
    }

    DocumentPage list(Filter filter, Sheet sheet) {
        var order = switch (sheet.sortBy()) {
            case "Name" -> DocumentQuery.Order.NAME;
            case "Status" -> DocumentQuery.Order.STATUS;
            case null, default -> DocumentQuery.Order.CREATED;
        };
        try {
            return documents.list(new DocumentQuery(
                    noun.kind(),
                    filter.nameContains(),
                    filter.status(),
                    filter.createdAfter(),
                    filter.createdBefore(),
                    filter.modifiedAfter(),
                    filter.modifiedBefore(),
                    order,
                    !"Ascending".equals(sheet.sortOrder()),
                    sheet.maxResults() == null ? 10 : sheet.maxResults(),
                    sheet.nextToken()));
        } catch (IllegalArgumentException e) {
            throw ApiException.validation("NextToken: %s".formatted(e.getMessage()));
        }
    }

    private static Map<String, String> asMap(List<Tag> tags) {
        Map<String, String> map = new LinkedHashMap<>();
        for (Tag tag : tags) {
            if (map.putIfAbsent(tag.key(), tag.value()) != null) {
                throw ApiException.validation("Tags: key \"%s\" is given twice.".formatted(tag.key()));
            }
        }
        return map;
    }
}
