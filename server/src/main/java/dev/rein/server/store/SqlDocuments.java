package dev.rein.server.store;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/// Documents in tables: SQLite in the data directory, or PostgreSQL.
///
/// Changes are optimistic: a document is written back only if its version is still the one that was read.
public final class SqlDocuments implements Documents, AutoCloseable {
    private static final String COLUMNS = "kind, name, version, status, created, modified, body";

    /// Far beyond what any contention of ours needs; an endless loop would hide a broken `change`.
    private static final int ATTEMPTS = 10_000;

    private final Database database;
    private final Clock clock;

    private SqlDocuments(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /// Opens the database, and brings its tables up to date.
    ///
    /// @throws StoreException if it cannot be reached, or was written by a newer version
    public static SqlDocuments open(Database.Location location, Clock clock) {
        return new SqlDocuments(Database.open(location), requireNonNull(clock, "clock"));
    }

    @Override
    public Document insert(String kind, String name, String status, String body) {
        return insert(kind, name, status, body, "", Map.of());
    }

    @Override
    public Document insert(String kind, String name, String status, String body, String arn, Map<String, String> tags) {
        Instant now = now();
        var document = new Document(kind, name, 1, status, now, now, body);
        database.write(handle -> {
            try {
                handle.execute(
                        "INSERT INTO documents (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?)",
                        kind,
                        name,
                        1L,
                        status,
                        now.toEpochMilli(),
                        now.toEpochMilli(),
                        body);
            } catch (RuntimeException e) {
                throw Database.isDuplicate(e) ? new DuplicateNameException(kind, name) : e;
            }
            return put(handle, arn, tags);
        });
        return document;
    }

    @Override
    public Optional<Document> find(String kind, String name) {
        return database.read(handle -> find(handle, kind, name));
    }

    @Override
    public Optional<Document> update(String kind, String name, UnaryOperator<Document> change) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<Document> found = find(kind, name);
            if (found.isEmpty()) {
                return found;
            }
            Document before = found.get();
            Document wanted = change.apply(before);
            if (wanted.equals(before)) {
                return found;
            }
            var after = new Document(
                    kind,
                    name,
                    before.version() + 1,
                    wanted.status(),
                    before.created(),
                    later(now(), before.modified()),
                    wanted.body());
            if (database.write(handle -> replace(handle, before, after)) == 1) {
                return Optional.of(after);
            }
        }
        throw new StoreException(
                "%s %s: %d changes in a row met another (expected: a few)".formatted(kind, name, ATTEMPTS));
    }

    private static int replace(Handle handle, Document before, Document after) {
        return handle.execute(
                "UPDATE documents SET version = ?, status = ?, modified = ?, body = ?"
                        + " WHERE kind = ? AND name = ? AND version = ?",
                after.version(),
                after.status(),
                after.modified().toEpochMilli(),
                after.body(),
                after.kind(),
                after.name(),
                before.version());
    }

    @Override
    public boolean delete(String kind, String name) {
        return database.write(handle -> handle.execute("DELETE FROM documents WHERE kind = ? AND name = ?", kind, name))
                > 0;
    }

    @Override
    public boolean delete(String kind, String name, String arn) {
        return database.write(handle -> {
                    int deleted = handle.execute("DELETE FROM documents WHERE kind = ? AND name = ?", kind, name);
                    return deleted == 0 ? 0 : deleted + handle.execute("DELETE FROM tags WHERE arn = ?", arn);
                })
                > 0;
    }

    @Override
    public DocumentPage list(DocumentQuery query) {
        var page = new PageQuery(query);
        return page.page(database.read(handle -> {
            try (var select = handle.createQuery(page.sql())) {
                return select.bindMap(page.arguments())
                        .map(SqlDocuments::document)
                        .list();
            }
        }));
    }

    @Override
    public Map<String, String> tags(String arn) {
        return database.read(handle -> {
            Map<String, String> tags = new LinkedHashMap<>();
            try (var select = handle.select("SELECT tag, value FROM tags WHERE arn = ? ORDER BY tag", arn)) {
                select.map((row, context) -> Map.entry(row.getString(1), row.getString(2)))
                        .forEach(tag -> tags.put(tag.getKey(), tag.getValue()));
            }
            return tags;
        });
    }

    @Override
    public void putTags(String arn, Map<String, String> tags) {
        database.write(handle -> put(handle, arn, tags));
    }

    private static int put(Handle handle, String arn, Map<String, String> tags) {
        tags.forEach((tag, value) -> handle.execute(
                "INSERT INTO tags (arn, tag, value) VALUES (?, ?, ?)"
                        + " ON CONFLICT (arn, tag) DO UPDATE SET value = excluded.value",
                arn,
                tag,
                value));
        return tags.size();
    }

    @Override
    public void removeTags(String arn, List<String> keys) {
        database.write(handle -> {
            keys.forEach(tag -> handle.execute("DELETE FROM tags WHERE arn = ? AND tag = ?", arn, tag));
            return keys.size();
        });
    }

    /// Closing twice is harmless.
    @Override
    public void close() {
        database.close();
    }

    private static Optional<Document> find(Handle handle, String kind, String name) {
        try (var select =
                handle.select("SELECT " + COLUMNS + " FROM documents WHERE kind = ? AND name = ?", kind, name)) {
            return select.map(SqlDocuments::document).findOne();
        }
    }

    private static Document document(ResultSet row, StatementContext context) throws SQLException {
        return new Document(
                row.getString("kind"),
                row.getString("name"),
                row.getLong("version"),
                row.getString("status"),
                Instant.ofEpochMilli(row.getLong("created")),
                Instant.ofEpochMilli(row.getLong("modified")),
                row.getString("body"));
    }

    private Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }

    /// Time does not go back in a document though the clock may.
    private static Instant later(Instant a, Instant b) {
        return a.isBefore(b) ? b : a;
    }
}
