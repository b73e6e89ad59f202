package dev.rein.server.logs;

import static java.util.Objects.requireNonNull;

import dev.rein.server.backend.Host;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Log groups and streams in a folder: `<group>/<stream>/{events,index}`, see [EventFile]. Safe for any number of
/// threads; the folder belongs to one store at a time.
///
/// Hosts print into files of their own and are never slowed; the store copies behind them, one virtual thread a
/// host.
public final class LogStore implements LogFollower, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LogStore.class);
    private static final String CREATED = "created";

    private final Path folder;
    private final InstantSource clock;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Path> followed = ConcurrentHashMap.newKeySet();

    private LogStore(Path folder, InstantSource clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /// @param folder made if absent
    /// @param clock  events carry its milliseconds
    public static LogStore open(Path folder, InstantSource clock) throws IOException {
        return new LogStore(Files.createDirectories(folder), requireNonNull(clock, "clock"));
    }

    @Override
    public CompletableFuture<Void> follow(Host host, String group, String stream, Consumer<LogEvent> line) {
        Path parent = folder.resolve(fileName(group));
        Path path = parent.resolve(fileName(stream));
        if (!followed.add(path)) {
            throw new IllegalStateException("stream: " + group + " " + stream + " is being written already");
        }
        var stored = new CompletableFuture<Void>();
        threads.execute(() -> {
            try {
                create(parent);
                create(path);
                new Tail(host, new EventFile(path), clock, line).run();
            } catch (InterruptedException | ClosedByInterruptException closed) {
                // a later server goes on where this one stopped: its future stays open
                Thread.currentThread().interrupt();
                return;
            } catch (IOException | RuntimeException e) {
                log.error("The log of {} is not stored any further: {}", host.id(), e.toString(), e);
            } finally {
                followed.remove(path);
            }
            stored.complete(null);
        });
        return stored;
    }

    /// Stops following. Hosts go on; following them again later leaves no gap.
    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }

    // --- what there is ---

    List<String> groups() {
        return names(folder);
    }

    List<String> streams(String group) {
        return names(folder.resolve(fileName(group)));
    }

    boolean holds(String group) {
        return there(group).isPresent();
    }

    Optional<EventFile> stream(String group, String stream) {
        return there(group, stream).map(EventFile::new);
    }

    /// When a group or a stream was made, in milliseconds.
    long created(String... names) {
        return there(names)
                .map(path -> {
                    try {
                        return Long.parseLong(
                                Files.readString(path.resolve(CREATED)).strip());
                    } catch (IOException | NumberFormatException torn) {
                        return path.toFile().lastModified();
                    }
                })
                .orElse(0L);
    }

    private Optional<Path> there(String... names) {
        Path path = folder;
        for (String name : names) {
            String file = fileName(name);
            if (file.length() > 255) {
                return Optional.empty();
            }
            path = path.resolve(file);
        }
        return Files.isDirectory(path) ? Optional.of(path) : Optional.empty();
    }

    private void create(Path path) throws IOException {
        Files.createDirectories(path);
        Path created = path.resolve(CREATED);
        if (!Files.exists(created)) {
            Files.writeString(created, Long.toString(clock.millis()));
        }
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("="))
                    .map(name -> URLDecoder.decode(name.substring(1), StandardCharsets.UTF_8))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException absent) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A name as a file's: slashes, dots alone and anything else a file name may not hold are out of it.
    private static String fileName(String name) {
        return "=" + URLEncoder.encode(name, StandardCharsets.UTF_8);
    }
}
