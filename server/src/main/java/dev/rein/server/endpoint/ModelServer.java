package dev.rein.server.endpoint;

import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostExit;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A launched model server: its host, and what `/ping` says of it. For one thread.
final class ModelServer {
    private static final Logger LOG = LoggerFactory.getLogger(ModelServer.class);
    private static final byte[] PING =
            "GET /ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final long FIRST_LOOK_MILLIS = 10;
    private static final long LAST_LOOK_MILLIS = 250;
    private static final Duration LAST_LINES = Duration.ofSeconds(10);
    private static final int TAIL_BYTES = 4096;
    private static final int TAIL_SHOWN = 600;

    /// What a JVM with vector instructions says first, and is never the reason.
    private static final String JVM_NOTICE = "WARNING: Using incubator modules";

    private final Host host;
    private final CompletableFuture<Void> log;
    private final ServingSettings settings;
    private final InetSocketAddress address;

    /// @param address where the host's model server listens
    /// @param log     completes when the host's last line is in its stream
    ModelServer(Host host, URI address, CompletableFuture<Void> log, ServingSettings settings) {
        this.host = host;
        this.address = new InetSocketAddress(address.getHost(), address.getPort());
        this.log = log;
        this.settings = settings;
    }

    InetSocketAddress address() {
        return address;
    }

    /// Waits for the first good answer to `/ping`.
    ///
    /// @return why it did not come; empty if it did
    Optional<String> awaitPing(Variant variant) throws InterruptedException {
        long deadline = System.nanoTime() + variant.startup().toNanos();
        for (long pause = FIRST_LOOK_MILLIS; ; pause = Math.min(2 * pause, LAST_LOOK_MILLIS)) {
            if (ping()) {
                return Optional.empty();
            }
            if (endsWithin(pause)) {
                return Optional.of("The primary container for production variant %s %s before it answered /ping.%s"
                        .formatted(variant.name(), ending(), lastLines()));
            }
            if (System.nanoTime() - deadline > 0) {
                return Optional.of(
                        ("The primary container for production variant %s did not pass the ping health check "
                                        + "within %d s.%s")
                                .formatted(variant.name(), variant.startup().toSeconds(), lastLines()));
            }
        }
    }

    /// @return whether the host ended before the time was over
    boolean endsWithin(long millis) throws InterruptedException {
        try {
            host.exit().get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException _) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a host's exit never fails", e);
        }
    }

    /// One question, on a connection of its own: whether it accepts is part of the answer.
    boolean ping() {
        int millis = (int) settings.watch().timeout().toMillis();
        long deadline = System.nanoTime() + settings.watch().timeout().toNanos();
        try (var connection = ReplicaConnection.open(address, millis)) {
            return connection.exchange(PING, deadline).status() == 200;
        } catch (IOException _) {
            return false;
        }
    }

    /// How the ended host ended: the rest of a sentence.
    String ending() {
        return switch (host.exit().join()) {
            case HostExit.Exited exited when exited.outOfMemory() -> "ran out of memory";
            case HostExit.Exited exited -> "ended with exit code " + exited.code();
            case HostExit.Lost lost -> "was lost (" + lost.reason() + ")";
        };
    }

    /// SIGTERM, the time of grace, SIGKILL; then the last line is stored and the host's folder deleted. Not cut
    /// short by an interrupt, which stays pending.
    void end() {
        boolean interrupted = false;
        host.terminate();
        long kill = System.nanoTime() + settings.grace().toNanos();
        while (!host.exit().isDone()) {
            try {
                if (!endsWithin(Math.max(1, (kill - System.nanoTime()) / 1_000_000))) {
                    host.kill();
                    kill = System.nanoTime() + settings.grace().toNanos();
                }
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        log.completeOnTimeout(null, LAST_LINES.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        try {
            host.remove();
        } catch (IOException e) {
            LOG.warn("{} cannot be removed", host.id(), e);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// ` Its last lines: …` for a reason, or nothing if it printed nothing.
    private String lastLines() {
        try (var file = new RandomAccessFile(host.log().toFile(), "r")) {
            byte[] tail = new byte[(int) Math.min(TAIL_BYTES, file.length())];
            file.seek(file.length() - tail.length);
            file.readFully(tail);
            String text = new String(tail, StandardCharsets.UTF_8).strip().replaceAll("[\\p{Cntrl}&&[^\n]]", "?");
            List<String> lines =
                    text.lines().filter(line -> !line.startsWith(JVM_NOTICE)).toList();
            String last = String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
            return last.isEmpty()
                    ? " It printed nothing."
                    : " Its last lines: " + last.substring(Math.max(0, last.length() - TAIL_SHOWN));
        } catch (IOException _) {
            return " Its log cannot be read.";
        }
    }
}
