package dev.rein.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Starts parts that do not need each other at the same time.
final class ParallelStart {
    private final List<FutureTask<?>> tasks = new ArrayList<>();

    <T> FutureTask<T> start(String name, Callable<T> part) {
        var task = new FutureTask<>(part);
        tasks.add(task);
        Thread.ofPlatform().daemon().name("start-" + name).start(task);
        return task;
    }

    /// @throws IOException what the part threw, after all parts have come to an end
    <T> T join(FutureTask<T> part) throws IOException {
        try {
            return part.get();
        } catch (ExecutionException e) {
            awaitAll();
            switch (e.getCause()) {
                case IOException io -> throw io;
                case RuntimeException unchecked -> throw unchecked;
                case null, default -> throw new IOException("start: " + e.getCause(), e);
            }
        } catch (InterruptedException e) {
            awaitAll();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while starting", e);
        }
    }

    /// So that whoever closes what was opened finds all of it.
    private void awaitAll() {
        for (FutureTask<?> task : tasks) {
            try {
                task.get();
            } catch (ExecutionException | InterruptedException e) {
                // reported by its own join, or less telling than what made us wait here
            }
        }
    }
}
