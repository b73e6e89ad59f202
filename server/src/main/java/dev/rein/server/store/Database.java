package dev.rein.server.store;

import static java.util.Objects.requireNonNull;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/// Connections to the database, and the threads that wait for it.
///
/// SQLite waits inside native code, which would hold a virtual thread's carrier: so a few platform threads do the
/// waiting, and callers park.
public final class Database implements AutoCloseable {
    /// The newest migration beside this class.
    static final String SCHEMA = "1";

    private static final int CONNECTIONS = 4;
    private static final int BUSY_MILLIS = 10_000;

    /// SQLite's own codes: see "Result and Error Codes" on sqlite.org.
    private static final int SQLITE_CONSTRAINT = 19;

    private static final int SQLITE_FULL = 13;
    private static final int SQLITE_IOERR = 10;

    /// Where documents are kept.
    public sealed interface Location {
        /// One file; made if it is missing, its folder not.
        record SqliteFile(Path file) implements Location {
            public SqliteFile {
                requireNonNull(file, "file");
            }

            @Override
            public String toString() {
                return file.toString();
            }
        }

        /// @param url `jdbc:postgresql://host/database?user=…`
        record Postgres(String url) implements Location {
            public Postgres {
                if (!url.startsWith("jdbc:postgresql:")) {
                    throw new IllegalArgumentException(
                            "database: not a URL we know (expected: jdbc:postgresql://host/database)");
                }
            }

            /// Without the URL, which may hold a password.
            @Override
            public String toString() {
                return "Postgres";
            }
        }
    }

    private final HikariDataSource pool;
    private final Jdbi jdbi;
    private final ExecutorService threads;

    /// SQLite has one writer: waiting here is fair, waiting there is not.
    private final @Nullable ReentrantLock writing;

    private Database(HikariDataSource pool, boolean oneWriter) {
        this.pool = pool;
        this.jdbi = Jdbi.create(pool);
        this.threads = Executors.newFixedThreadPool(
                CONNECTIONS, Thread.ofPlatform().daemon().name("store-", 0).factory());
        this.writing = oneWriter ? new ReentrantLock(true) : null;
    }

    static Database open(Location location) {
        HikariDataSource pool;
        try {
            pool = new HikariDataSource(config(location));
        } catch (PoolInitializationException e) {
            throw unopened(location, e);
        }
        try {
            migrate(pool, location);
            return new Database(pool, location instanceof Location.SqliteFile);
        } catch (FlywayException e) {
            pool.close();
            throw unopened(location, e);
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    /// The innermost cause says it best, and the others are of no use to who reads one line.
    private static StoreException unopened(Location location, RuntimeException e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return new StoreException(
                sqlCode(e) == SQLITE_FULL
                        ? "database: no space left for %s. Free some.".formatted(location)
                        : "database: %s cannot be opened: %s".formatted(location, cause.getMessage()),
                e);
    }

    private static HikariConfig config(Location location) {
        var config = new HikariConfig();
        config.setPoolName("store");
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(1);
        switch (location) {
            case Location.SqliteFile(Path file) -> {
                var source = new SQLiteDataSource(sqlite());
                source.setUrl("jdbc:sqlite:" + file);
                config.setDataSource(source);
            }
            case Location.Postgres(String url) -> config.setJdbcUrl(url);
        }
        return config;
    }

    /// An acknowledged write is on disk: WAL with a sync at every commit.
    private static SQLiteConfig sqlite() {
        var config = new SQLiteConfig(new Properties());
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        config.setBusyTimeout(BUSY_MILLIS);
        return config;
    }

    private static void migrate(HikariDataSource pool, Location location) {
        if (isCurrent(pool)) {
            return;
        }
        Flyway.configure()
                .dataSource(pool)
                .locations("classpath:dev/rein/server/store")
                .placeholders(Map.of(
                        "text",
                        location instanceof Location.Postgres ? "VARCHAR(2048) COLLATE \"C\"" : "VARCHAR(2048)"))
                .load()
                .migrate();
    }

    /// Whether there is nothing to migrate. Flyway would find out too, but takes half a second of every start for
    /// it.
    private static boolean isCurrent(HikariDataSource pool) {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet newest = statement.executeQuery(
                        "SELECT version FROM flyway_schema_history WHERE success ORDER BY installed_rank DESC LIMIT 1")) {
            return newest.next() && SCHEMA.equals(newest.getString(1));
        } catch (SQLException e) {
            return false; // a new database has no such table
        }
    }

    /// What is done with a connection.
    interface Work<T> {
        T with(Handle handle);
    }

    <T> T read(Work<T> work) {
        return onOurThread(() -> jdbi.withHandle(work::with));
    }

    /// All of it or nothing, and on disk when this returns.
    <T> T write(Work<T> work) {
        if (writing == null) {
            return onOurThread(() -> jdbi.inTransaction(work::with));
        }
        writing.lock();
        try {
            return onOurThread(() -> jdbi.inTransaction(work::with));
        } finally {
            writing.unlock();
        }
    }

    /// Waits for the end whatever happens to the caller, since a write cannot be taken back half-way.
    private <T> T onOurThread(java.util.concurrent.Callable<T> work) {
        Future<T> future = threads.submit(work);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw failure(e.getCause() == null ? e : e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException failure(Throwable e) {
        if (e instanceof DuplicateNameException duplicate) {
            return new DuplicateNameException(duplicate);
        }
        int code = sqlCode(e);
        if (code == SQLITE_FULL || code == SQLITE_IOERR) {
            return new StoreException(
                    code == SQLITE_FULL
                            ? "database: no space left. Free some where the data is; nothing was changed."
                            : "database: the disk reports an error; nothing was changed. See the server's log.",
                    e);
        }
        return new StoreException("database: it failed; nothing was changed. See the server's log.", e);
    }

    /// Whether a key was there already: SQLite says so by a code, PostgreSQL by a state.
    static boolean isDuplicate(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && "23505".equals(sql.getSQLState())) {
                return true;
            }
        }
        return sqlCode(e) == SQLITE_CONSTRAINT;
    }

    /// SQLite's primary result code, or 0.
    private static int sqlCode(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getErrorCode() != 0) {
                return sql.getErrorCode() & 0xFF;
            }
        }
        return 0;
    }

    /// Lets work at hand finish.
    @Override
    public void close() {
        threads.close();
        pool.close();
    }
}
