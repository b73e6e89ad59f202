package dev.rein.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A [DocumentQuery] as SQL, and its tokens. A token holds the key of the last row seen and a fingerprint of the
/// query it belongs to.
final class PageQuery {
    private final DocumentQuery query;
    private final List<String> conditions = new ArrayList<>(List.of("kind = :kind"));
    private final Map<String, Object> arguments = new LinkedHashMap<>();

    /// @throws IllegalArgumentException if the token is not one of ours for this query
    PageQuery(DocumentQuery query) {
        this.query = query;
        arguments.put("kind", query.kind());
        // The only spelling of "contains", case and all, that both databases share.
        require("REPLACE(name, :part, '') <> name", "part", query.nameContains());
        require("status = :status", "status", query.status());
        require("created > :createdAfter", "createdAfter", millis(query.createdAfter()));
        require("created < :createdBefore", "createdBefore", millis(query.createdBefore()));
        require("modified > :modifiedAfter", "modifiedAfter", millis(query.modifiedAfter()));
        require("modified < :modifiedBefore", "modifiedBefore", millis(query.modifiedBefore()));
        arguments.put("rows", query.limit() + 1);
        if (query.after() != null) {
            goOnAfter(query.after());
        }
    }

    String sql() {
        String direction = query.descending() ? " DESC" : "";
        return "SELECT kind, name, version, status, created, modified, body FROM documents WHERE "
                + String.join(" AND ", conditions)
                + " ORDER BY "
                + (query.order() == DocumentQuery.Order.NAME ? "" : column() + direction + ", ")
                + "name"
                + direction
                + " LIMIT :rows";
    }

    Map<String, Object> arguments() {
        return arguments;
    }

    /// @param rows one more than the page holds, if there are more
    DocumentPage page(List<Document> rows) {
        if (rows.size() <= query.limit()) {
            return new DocumentPage(rows, Optional.empty());
        }
        List<Document> page = rows.subList(0, query.limit());
        return new DocumentPage(page, Optional.of(token(page.getLast())));
    }

    private void require(String condition, String name, @Nullable Object value) {
        if (value != null && !value.equals("")) {
            conditions.add(condition);
            arguments.put(name, value);
        }
    }

    private void goOnAfter(String token) {
        String[] parts;
        try {
            parts = new String(Base64.getUrlDecoder().decode(token), UTF_8).split("\n", 3);
        } catch (IllegalArgumentException e) {
            parts = new String[0];
        }
        if (parts.length != 3 || !parts[0].equals(fingerprint()) || !isKey(parts[1])) {
            throw new IllegalArgumentException(
                    "token: \"%s\" (expected: the one that came with the page before, for the same query)"
                            .formatted(token));
        }
        String past = query.descending() ? " < " : " > ";
        arguments.put("lastName", parts[2]);
        if (query.order() == DocumentQuery.Order.NAME) {
            conditions.add("name" + past + ":lastName");
        } else {
            conditions.add("(" + column() + ", name)" + past + "(:lastKey, :lastName)");
            arguments.put("lastKey", query.order() == DocumentQuery.Order.CREATED ? Long.valueOf(parts[1]) : parts[1]);
        }
    }

    private boolean isKey(String text) {
        return query.order() != DocumentQuery.Order.CREATED
                || (text.length() <= 18 && !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9'));
    }

    private String token(Document last) {
        String key = switch (query.order()) {
            case NAME -> "";
            case CREATED -> Long.toString(last.created().toEpochMilli());
            case STATUS -> last.status();
        };
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((fingerprint() + "\n" + key + "\n" + last.name()).getBytes(UTF_8));
    }

    /// The same for queries that differ in nothing but the page and its size.
    private String fingerprint() {
        return Integer.toHexString(new DocumentQuery(
                        query.kind(),
                        query.nameContains(),
                        query.status(),
                        query.createdAfter(),
                        query.createdBefore(),
                        query.modifiedAfter(),
                        query.modifiedBefore(),
                        query.order(),
                        query.descending(),
                        1,
                        null)
                .toString()
                .hashCode());
    }

    private String column() {
        return query.order() == DocumentQuery.Order.STATUS ? "status" : "created";
    }

    private static @Nullable Long millis(@Nullable Instant instant) {
        return instant == null ? null : instant.toEpochMilli();
    }
}
