package dev.rein.server.training;

import dev.rein.server.backend.Host;
import dev.rein.server.logs.LogEvent;
import dev.rein.server.logs.LogFollower;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Reads a host's log once, when it has ended.
final class PlainLogs implements LogFollower {
    final Map<String, List<String>> streams = new ConcurrentHashMap<>();

    @Override
    public CompletableFuture<Void> follow(Host host, String group, String stream, Consumer<LogEvent> line) {
        return host.exit().thenAcceptAsync(exit -> {
            try {
                List<String> lines = Files.readAllLines(host.log());
                streams.put(stream, lines);
                long start = System.currentTimeMillis();
                lines.forEach(text -> line.accept(new LogEvent(start, text)));
            } catch (IOException e) {
                streams.put(stream, List.of("unreadable: " + e));
            }
        });
    }
}
