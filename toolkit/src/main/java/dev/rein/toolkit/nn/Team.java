package dev.rein.toolkit.nn;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Threads that share the pieces of an update. What the pieces are never depends on how many threads there are, so
/// neither do results.
///
/// Both sides look busily for a moment before they sleep: a piece is often shorter than waking up. Used by one
/// thread at a time, which does its share; whoever opens it closes it.
public final class Team implements AutoCloseable {
    private static final int LOOKS = 1 << 12;
    private static final int MOST_THREADS = 64;

    private final Worker[] workers;
    private final int looks;
    private Runnable[] pieces = {};

    /// How many works were given; seen by all.
    private volatile int given;

    /// The same, as the caller counts.
    private int works;

    private volatile boolean closing;
    private volatile @Nullable Thread waiting;

    /// The threads start when there is something to do.
    ///
    /// @param threads the caller's among them, 1..64
    public Team(int threads) {
        if (threads < 1 || threads > MOST_THREADS) {
            throw new IllegalArgumentException("threads: %d (expected: 1..%d)".formatted(threads, MOST_THREADS));
        }
        looks = threads <= Runtime.getRuntime().availableProcessors() ? LOOKS : 0;
        workers = new Worker[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker(i + 1);
        }
    }

    /// Does pieces `number`, `number + threads`, …
    private final class Worker {
        final int number;
        final Thread thread;
        volatile int done;
        volatile boolean parked;

        @Nullable
        Throwable failure;

        Worker(int number) {
            this.number = number;
            thread = Thread.ofPlatform().name("learner-" + number).daemon().unstarted(this::work);
        }

        private void work() {
            int next = 1;
            while (true) {
                for (int look = 0; given != next && look < looks && !closing; look++) {
                    Thread.onSpinWait();
                }
                parked = true;
                while (given != next && !closing) {
                    LockSupport.park(Team.this);
                }
                parked = false;
                if (closing) {
                    return;
                }
                failure = share(number);
                done = next++;
                Thread caller = waiting;
                if (caller != null) {
                    LockSupport.unpark(caller);
                }
            }
        }
    }

    private @Nullable Throwable share(int number) {
        try {
            for (int i = number; i < pieces.length; i += workers.length + 1) {
                pieces[i].run();
            }
            return null;
        } catch (Throwable e) { // told to who asked, not to a thread nobody reads
            return e;
        }
    }

    /// Runs all pieces, which must not touch what another writes, and returns when all are done.
    ///
    /// @throws IllegalStateException if one of them failed, which is its cause
    public void run(Runnable... pieces) {
        if (closing) {
            throw new IllegalStateException("team: closed (expected: no work after close)");
        }
        this.pieces = pieces;
        if (works == 0) {
            for (Worker worker : workers) {
                worker.thread.start();
            }
        }
        if (workers.length > 0) {
            given = ++works;
            for (Worker worker : workers) {
                if (worker.parked) {
                    LockSupport.unpark(worker.thread);
                }
            }
        }
        Throwable failure = share(0);
        for (Worker worker : workers) {
            await(worker);
            failure = failure == null ? worker.failure : failure;
        }
        if (failure != null) {
            throw new IllegalStateException("an update failed: " + failure, failure);
        }
    }

    private void await(Worker worker) {
        for (int look = 0; worker.done != given && look < looks; look++) {
            Thread.onSpinWait();
        }
        if (worker.done == given) {
            return;
        }
        boolean interrupted = false;
        waiting = Thread.currentThread();
        while (worker.done != given) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted(); // or it would not park again
        }
        waiting = null;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Ends the threads.
    @Override
    public void close() {
        closing = true;
        for (Worker worker : workers) {
            LockSupport.unpark(worker.thread);
        }
    }
}
