package dev.rein.server.logs;

import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostExit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Copies one host's output into its stream until the host has ended. Reads as fast as the host prints, polls every
/// 10 to 200 ms when it is silent, the more rarely the longer.
final class Tail {
    private static final Logger log = LoggerFactory.getLogger(Tail.class);
    private static final int CHUNK = 64 << 10;
    private static final long SHORTEST_PAUSE = 10;
    private static final long LONGEST_PAUSE = 200;
    /// How long an ended host's log is kept trying when it cannot be stored.
    private static final long LAST_TRIES_MILLIS = 60_000;

    private final Host host;
    private final EventFile file;
    private final InstantSource clock;
    private final Consumer<LogEvent> listener;
    private final CompletableFuture<HostExit> exit;
    private final ArrayList<LogEvent> batch = new ArrayList<>();

    Tail(Host host, EventFile file, InstantSource clock, Consumer<LogEvent> listener) {
        this.host = host;
        this.exit = host.exit();
        this.file = file;
        this.clock = clock;
        this.listener = listener;
    }

    void run() throws IOException, InterruptedException {
        try (var writer = new EventFile.Writer(file);
                var output = FileChannel.open(host.log())) {
            var splitter = new LineSplitter(writer.source(), writer.partial());
            LineSplitter.Sink sink = (bytes, from, to, sourceEnd, partial) -> {
                long timestamp = writer.add(bytes, from, to, clock.millis(), sourceEnd, partial);
                batch.add(new LogEvent(timestamp, new String(bytes, from, to - from, StandardCharsets.UTF_8)));
            };
            var chunk = ByteBuffer.allocate(CHUNK);
            long position = writer.source();
            long lastByte = ticks();
            while (true) {
                boolean ended = exit.isDone(); // asked before reading: then the end read is the end
                int read = output.read(chunk.clear(), position);
                if (read > 0) {
                    position += read;
                    lastByte = ticks();
                    splitter.accept(chunk.array(), read, lastByte, sink);
                } else if (ended) {
                    splitter.end(sink);
                } else {
                    splitter.idle(ticks(), sink);
                }
                store(writer);
                if (read <= 0) {
                    if (ended) {
                        return;
                    }
                    long silent = ticks() - lastByte;
                    Thread.sleep(Math.clamp(silent / 40, SHORTEST_PAUSE, LONGEST_PAUSE));
                }
            }
        }
    }

    /// Writes the batch and tells of it. A full disk is waited out: the host's own log holds what is missing here.
    private void store(EventFile.Writer writer) throws IOException, InterruptedException {
        if (batch.isEmpty()) {
            return;
        }
        long since = ticks();
        while (true) {
            try {
                writer.flush();
                break;
            } catch (IOException e) {
                if (exit.isDone() && ticks() - since > LAST_TRIES_MILLIS) {
                    throw e;
                }
                log.warn("The log of {} cannot be stored now: {}", host.id(), e.toString());
                Thread.sleep(1_000);
            }
        }
        for (LogEvent event : batch) {
            try {
                listener.accept(event);
            } catch (RuntimeException e) {
                log.error("A listener to the log of {} failed on: {}", host.id(), event.message(), e);
            }
        }
        batch.clear();
    }

    /// Milliseconds that only go forward.
    private static long ticks() {
        return System.nanoTime() / 1_000_000;
    }
}
