package dev.rein.toolkit.environment;

import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Threads that each run one block of a batch whenever the caller says so. Both sides look busily for a moment
/// before they sleep: a batch step is shorter than waking up.
final class Crew {
    private static final int LOOKS = 1 << 12;
    private static final long CLOSE_WITHIN_NANOS = Duration.ofSeconds(1).toNanos();

    private final Block[] blocks;
    private final Worker[] workers;
    private final long limitNanos;
    private final int looks;

    /// How many works were given; seen by all.
    private volatile int given;

    /// The same, as the caller counts.
    private int works;

    private volatile boolean closing;
    private volatile @Nullable Thread waiting;
    private Block.Work work = Block.Work.RESET;
    private boolean hangs;

    /// @param limit how long a work may take; zero: any time, and the caller's thread runs the first block
    Crew(Block[] blocks, Duration limit) {
        this.blocks = blocks;
        limitNanos = limit.toNanos();
        workers = new Worker[limitNanos > 0 ? blocks.length : blocks.length - 1];
        looks = blocks.length <= Runtime.getRuntime().availableProcessors() ? LOOKS : 0;
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker(blocks[blocks.length - workers.length + i], blocks.length - workers.length + i);
            workers[i].thread.start();
        }
    }

    /// A thread and the block it owns.
    private final class Worker {
        final Block block;
        final Thread thread;
        volatile int done;
        volatile boolean parked;

        Worker(Block block, int number) {
            this.block = block;
            thread = Thread.ofPlatform().name("environments-" + number).daemon().unstarted(this::work);
        }

        private void work() {
            int next = 1;
            while (true) {
                for (int look = 0; given != next && look < looks && !closing; look++) {
                    Thread.onSpinWait();
                }
                parked = true;
                while (given != next && !closing) {
                    LockSupport.park(Crew.this);
                }
                parked = false;
                if (closing) {
                    return;
                }
                block.run(work);
                done = next++;
                Thread caller = waiting;
                if (caller != null) {
                    LockSupport.unpark(caller);
                }
            }
        }
    }

    /// Does the work with all blocks and returns when all have.
    ///
    /// @throws RuntimeException the failure of the environment with the least number, or of one that hangs
    void run(Block.Work what) {
        if (hangs) {
            throw new IllegalStateException(
                    "environments: one of them hangs since an earlier step (expected: close, and begin anew)");
        }
        work = what;
        if (workers.length > 0) {
            given = ++works;
            for (Worker worker : workers) {
                if (worker.parked) {
                    LockSupport.unpark(worker.thread);
                }
            }
        }
        if (workers.length < blocks.length) {
            blocks[0].run(what);
        }
        // replaying takes many steps, each of which was in time once
        long limit = what == Block.Work.REPLAY ? 0 : limitNanos;
        long deadline = limit > 0 ? System.nanoTime() + limit : 0;
        for (Worker worker : workers) {
            await(worker, limit, deadline);
        }
        throwFirstFailure();
    }

    private void await(Worker worker, long limit, long deadline) {
        for (int look = 0; worker.done != given && look < looks; look++) {
            Thread.onSpinWait();
        }
        if (worker.done == given) {
            return;
        }
        boolean interrupted = false;
        waiting = Thread.currentThread();
        try {
            while (worker.done != given) {
                if (limit == 0) {
                    LockSupport.park(this);
                } else {
                    long left = deadline - System.nanoTime();
                    if (left <= 0) {
                        hangs = true;
                        throw hangs(worker);
                    }
                    LockSupport.parkNanos(this, left);
                }
                interrupted |= Thread.interrupted(); // or it would not park again
            }
        } finally {
            waiting = null;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private EnvironmentException hangs(Worker worker) {
        StackTraceElement[] stack = worker.thread.getStackTrace();
        var where = new IllegalStateException("here it hangs, on thread " + worker.thread.getName());
        where.setStackTrace(stack);
        return worker.block.hangs(
                "it has not answered after %s, and is at %s (expected: an answer within VectorOptions.stepLimit). The cause below says where it hangs; if it is only slow, allow it more."
                        .formatted(Duration.ofNanos(limitNanos), stack.length == 0 ? "its end" : stack[0]),
                where);
    }

    private void throwFirstFailure() {
        RuntimeException first = null;
        int least = Integer.MAX_VALUE;
        for (Block block : blocks) {
            RuntimeException failure = block.failure();
            if (failure != null && block.failed() < least) {
                first = failure;
                least = block.failed();
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /// Ends the threads. One whose environment hangs is interrupted and, if it goes on hanging, left behind: it is
    /// a daemon, and ends as soon as its environment lets it.
    ///
    /// @return the environments that still hang
    BitSet end() {
        closing = true;
        for (Worker worker : workers) {
            worker.block.abandon();
            LockSupport.unpark(worker.thread);
            if (worker.done != given) {
                worker.thread.interrupt();
            }
        }
        long deadline = System.nanoTime() + CLOSE_WITHIN_NANOS;
        BitSet hanging = new BitSet();
        for (Worker worker : workers) {
            if (!ended(worker.thread, deadline)) {
                hanging.set(worker.block.at());
            }
        }
        return hanging;
    }

    private static boolean ended(Thread thread, long deadline) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
                } catch (InterruptedException _) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
