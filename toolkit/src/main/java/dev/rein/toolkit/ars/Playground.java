package dev.rein.toolkit.ars;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.environment.VectorOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// An environment for each candidate, and the threads that they play on. Unlike environments of one batch, these do
/// not step together: each candidate plays its episodes through.
///
/// All candidates of an update meet the same episodes, others than in the update before: what they earn then differs by
/// what they do, not by where they began (common random numbers; Kleinman, Spall & Naiman 1999 on such searches).
final class Playground implements AutoCloseable {
    private final List<VectorEnvironment> environments = new ArrayList<>();
    private final @Nullable ExecutorService threads;

    Playground(int count, int threads, Supplier<? extends Environment> maker, long seed, VectorOptions options) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: %d (expected: at least 1)".formatted(threads));
        }
        long same = new EpisodeRandom(seed, -2, 0).nextLong();
        try {
            for (int i = 0; i < count; i++) {
                environments.add(VectorEnvironment.of(maker, 1, same, options));
            }
        } catch (RuntimeException e) {
            closeEnvironments(e);
            throw e;
        }
        int used = Math.min(threads, count);
        this.threads = used == 1
                ? null
                : Executors.newFixedThreadPool(
                        used, Thread.ofPlatform().daemon().name("ars-", 0).factory());
    }

    int count() {
        return environments.size();
    }

    VectorEnvironment environment(int candidate) {
        return environments.get(candidate);
    }

    /// Has every candidate play, and waits for all of them.
    ///
    /// @throws RuntimeException the first failure, by number of the candidate
    void play(IntConsumer candidate) {
        if (threads == null) {
            for (int i = 0; i < count(); i++) {
                candidate.accept(i);
            }
            return;
        }
        List<Future<?>> playing = new ArrayList<>();
        for (int i = 0; i < count(); i++) {
            int mine = i;
            playing.add(threads.submit(() -> candidate.accept(mine)));
        }
        Throwable failure = null;
        boolean interrupted = false;
        for (Future<?> one : playing) {
            while (!one.isDone()) {
                try {
                    one.get();
                } catch (ExecutionException e) {
                    break; // told below, in order
                } catch (InterruptedException e) {
                    interrupted = true; // whoever trains ends after the round, not in it
                }
            }
            if (failure == null && one.state() == Future.State.FAILED) {
                failure = one.exceptionNow();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        switch (failure) {
            case null -> {}
            case RuntimeException refused -> throw refused;
            case Error error -> throw error;
            default -> throw new IllegalStateException(failure);
        }
    }

    void state(Checkpoint checkpoint) {
        for (int i = 0; i < count(); i++) {
            environments.get(i).state(checkpoint.part("candidate" + i));
        }
    }

    @Override
    public void close() {
        if (threads != null) {
            threads.shutdownNow();
        }
        RuntimeException failure = closeEnvironments(null);
        if (failure != null) {
            throw failure;
        }
    }

    /// The last first.
    ///
    /// @param failure what failures are added to; null makes the first of them the one
    private @Nullable RuntimeException closeEnvironments(@Nullable RuntimeException failure) {
        RuntimeException first = failure;
        for (VectorEnvironment environment : environments.reversed()) {
            try {
                environment.close();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        return first;
    }
}
