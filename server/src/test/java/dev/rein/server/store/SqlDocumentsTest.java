package dev.rein.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SqlDocumentsTest {
    @Nested
    final class OnSqlite extends Contract {
        @TempDir
        Path folder;

        @Override
        Database.Location location() {
            return new Database.Location.SqliteFile(folder.resolve("rein.db"));
        }

        @Test
        void whatWasAcknowledgedIsThereAfterOpeningAgain() {
            documents.insert("job", "kept", "InProgress", "{}");
            documents.close();
            documents = SqlDocuments.open(location(), clock);
            assertThat(documents.find("job", "kept")).isPresent();
        }
    }

    @Nested
    final class OnPostgres extends Contract {
        private static EmbeddedPostgres postgres;

        @BeforeAll
        static void start() throws IOException {
            postgres = EmbeddedPostgres.start();
        }

        @AfterAll
        static void stop() throws IOException {
            postgres.close();
        }

        @Override
        Database.Location location() {
            return new Database.Location.Postgres(postgres.getJdbcUrl("postgres", "postgres"));
        }

        @AfterEach
        void empty() throws Exception {
            try (var connection = postgres.getPostgresDatabase().getConnection();
                    var statement = connection.createStatement()) {
                statement.execute("DROP SCHEMA public CASCADE");
                statement.execute("CREATE SCHEMA public");
            }
        }
    }

    @Test
    void theNewestMigrationIsTheOneThatCountsAsCurrent() throws Exception {
        Path here =
                Path.of(Database.class.getResource("V1__documents_and_tags.sql").toURI());
        try (var files = Files.list(here.getParent())) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".sql"))
                            .map(name -> Integer.parseInt(name.substring(1, name.indexOf("__"))))
                            .max(Integer::compare))
                    .contains(Integer.parseInt(Database.SCHEMA));
        }
    }

    /// A clock that is set by hand.
    static final class SetClock extends Clock {
        Instant now = Instant.parse("2026-11-23T12:00:00.123Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    abstract static class Contract {
        final SetClock clock = new SetClock();
        SqlDocuments documents;

        abstract Database.Location location();

        @BeforeEach
        void open() {
            documents = SqlDocuments.open(location(), clock);
        }

        @AfterEach
        void close() {
            documents.close();
            documents.close();
        }

        @Test
        void aDocumentIsFoundAsItWasInserted() {
            Document inserted = documents.insert("job", "a", "InProgress", "{\"text\":\"\\u0000 'ü🚀\"}");
            assertThat(inserted.version()).isEqualTo(1);
            assertThat(inserted.created()).isEqualTo(clock.now);
            assertThat(documents.find("job", "a")).contains(inserted);
            assertThat(documents.find("model", "a")).isEmpty();
        }

        @Test
        void aSecondOfTheSameNameIsRefusedAndChangesNothing() {
            Document first = documents.insert("job", "a", "InProgress", "{}");
            assertThatThrownBy(() -> documents.insert("job", "a", "Failed", "{\"other\":1}"))
                    .isInstanceOf(DuplicateNameException.class)
                    .hasMessage("job already has a");
            assertThat(documents.find("job", "a")).contains(first);
            documents.insert("model", "a", "", "{}");
        }

        @Test
        void anUpdateCountsVersionsAndTimeNeverGoesBack() {
            Document first = documents.insert("job", "a", "InProgress", "{}");
            clock.now = clock.now.minusSeconds(3600);
            Document second =
                    documents.update("job", "a", with("Completed", "{\"n\":1}")).orElseThrow();
            assertThat(second.version()).isEqualTo(2);
            assertThat(second.created()).isEqualTo(first.created());
            assertThat(second.modified()).isEqualTo(first.modified());
            assertThat(documents.find("job", "a")).contains(second);
            assertThat(documents.update("job", "a", same -> same)).contains(second);
            assertThat(documents.update("job", "nobody", with("x", "{}"))).isEmpty();
        }

        @Test
        void ofManyWritersNoneIsLost() throws Exception {
            documents.insert("job", "a", "0", "{}");
            var calls = new AtomicInteger();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < 40; i++) {
                    all.add(threads.submit(() -> documents.update("job", "a", before -> {
                        calls.incrementAndGet();
                        return with(Integer.toString(Integer.parseInt(before.status()) + 1), "{}")
                                .apply(before);
                    })));
                }
                for (Future<?> one : all) {
                    one.get();
                }
            }
            Document last = documents.find("job", "a").orElseThrow();
            assertThat(last.status()).isEqualTo("40");
            assertThat(last.version()).isEqualTo(41);
            assertThat(calls.get()).isGreaterThanOrEqualTo(40);
        }

        @Test
        void ofManyInsertsOfOneNameOneWins() throws Exception {
            var refused = new AtomicInteger();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 30; i++) {
                    threads.submit(() -> {
                        try {
                            documents.insert("job", "a", "InProgress", "{}");
                        } catch (DuplicateNameException e) {
                            refused.incrementAndGet();
                        }
                    });
                }
            }
            assertThat(refused).hasValue(29);
        }

        @Test
        void deleteTellsWhetherThereWasOne() {
            documents.insert("job", "a", "InProgress", "{}");
            assertThat(documents.delete("job", "a")).isTrue();
            assertThat(documents.delete("job", "a")).isFalse();
            assertThat(documents.find("job", "a")).isEmpty();
        }

        @Test
        void pagesNeitherSkipNorRepeatWhileRowsComeAndGo() {
            for (var order : DocumentQuery.Order.values()) {
                for (boolean descending : new boolean[] {false, true}) {
                    String kind = order + "-" + descending;
                    for (int i = 0; i < 25; i++) {
                        // Names out of order, in pairs of the same time and in three statuses.
                        clock.now = Instant.ofEpochMilli(1_000_000 + i / 2);
                        documents.insert(kind, "n%02d".formatted(i * 7 % 25), "s" + i % 3, "{}");
                    }
                    List<String> seen = new ArrayList<>();
                    Optional<String> token = Optional.empty();
                    int page = 0;
                    do {
                        var found = documents.list(
                                query(kind, null, null, order, descending, 4).from(token));
                        found.documents().forEach(document -> seen.add(document.name()));
                        token = found.next();
                        if (page++ == 1) {
                            documents.delete(kind, seen.getFirst());
                            documents.insert(kind, "new", "s9", "{}");
                        }
                    } while (token.isPresent());
                    assertThat(seen)
                            .as(kind)
                            .doesNotHaveDuplicates()
                            .filteredOn(name -> !name.equals("new"))
                            .hasSize(25);
                }
            }
        }

        @Test
        void everyOrderIsTheSameInEveryDatabase() {
            for (String name : List.of("b", "A", "a-", "a", "B", "a0", "_")) {
                documents.insert("job", name, "s", "{}");
            }
            assertThat(names(query("job", null, null, DocumentQuery.Order.NAME, false, 100)))
                    .containsExactly("A", "B", "_", "a", "a-", "a0", "b");
        }

        @Test
        void filtersAreExactAboutCaseWildcardsAndTime() {
            Instant start = clock.now;
            for (String name : List.of("Alpha", "alpha", "al%pha", "beta")) {
                documents.insert("job", name, name.equals("beta") ? "Failed" : "Completed", "{}");
                clock.now = clock.now.plusMillis(10);
            }
            assertThat(names(query("job", "alp", null, DocumentQuery.Order.NAME, false, 9)))
                    .containsExactly("alpha");
            assertThat(names(query("job", "%", null, DocumentQuery.Order.NAME, false, 9)))
                    .containsExactly("al%pha");
            assertThat(names(query("job", "", "Failed", DocumentQuery.Order.NAME, false, 9)))
                    .containsExactly("beta");
            assertThat(names(new DocumentQuery(
                            "job",
                            null,
                            null,
                            start,
                            start.plusMillis(30),
                            null,
                            null,
                            DocumentQuery.Order.CREATED,
                            true,
                            9,
                            null)))
                    .containsExactly("al%pha", "alpha");
        }

        @Test
        void aTokenOfAnotherQueryOrOfNobodyIsRefused() {
            for (int i = 0; i < 5; i++) {
                documents.insert("job", "n" + i, "s", "{}");
            }
            var query = query("job", null, null, DocumentQuery.Order.NAME, false, 2);
            Optional<String> token = documents.list(query).next();
            assertThat(documents.list(query.from(token)).documents()).hasSize(2);
            var other = query("job", "n", null, DocumentQuery.Order.NAME, false, 2);
            assertThatThrownBy(() -> documents.list(other.from(token))).isInstanceOf(IllegalArgumentException.class);
            for (String forged :
                    List.of("", "!", "bm9ib2R5", token.orElseThrow().substring(3))) {
                assertThatThrownBy(() -> documents.list(query.from(Optional.of(forged))))
                        .as(forged)
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }

        @Test
        void tagsAreKeptByTheirResource() {
            documents.putTags("arn:a", Map.of("k", "1", "j", ""));
            documents.putTags("arn:a", Map.of("k", "2"));
            documents.putTags("arn:b", Map.of("k", "3"));
            assertThat(documents.tags("arn:a")).containsExactly(Map.entry("j", ""), Map.entry("k", "2"));
            documents.removeTags("arn:a", List.of("j", "none"));
            assertThat(documents.tags("arn:a")).containsExactly(Map.entry("k", "2"));
            assertThat(documents.tags("arn:b")).hasSize(1);
        }

        @Test
        void tagsComeAndGoWithWhatTheyTag() {
            documents.insert("model", "m", "s", "{}", "arn:m", Map.of("k", "1"));
            assertThatThrownBy(() -> documents.insert("model", "m", "s", "{}", "arn:m", Map.of("k", "2", "l", "")))
                    .isInstanceOf(DuplicateNameException.class);
            assertThat(documents.tags("arn:m")).containsExactly(Map.entry("k", "1"));
            assertThat(documents.delete("model", "nobody", "arn:m")).isFalse();
            assertThat(documents.tags("arn:m")).hasSize(1);
            assertThat(documents.delete("model", "m", "arn:m")).isTrue();
            assertThat(documents.tags("arn:m")).isEmpty();
        }

        @Test
        void whereATagCannotBeWrittenNothingIs() {
            var tags = new HashMap<String, String>();
            tags.put("k", null);
            assertThatThrownBy(() -> documents.insert("model", "half", "s", "{}", "arn:half", tags))
                    .isInstanceOf(RuntimeException.class);
            assertThat(documents.find("model", "half")).isEmpty();
        }

        private List<String> names(DocumentQuery query) {
            return documents.list(query).documents().stream()
                    .map(Document::name)
                    .toList();
        }

        private static DocumentQuery query(
                String kind,
                @Nullable String part,
                @Nullable String status,
                DocumentQuery.Order order,
                boolean descending,
                int limit) {
            return new DocumentQuery(kind, part, status, null, null, null, null, order, descending, limit, null);
        }

        private static java.util.function.UnaryOperator<Document> with(String status, String body) {
            return before -> new Document(
                    before.kind(), before.name(), before.version(), status, before.created(), before.modified(), body);
        }
    }
}
