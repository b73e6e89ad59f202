package dev.rein.workload.training;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Passes a SIGTERM of this program on to the entry point and holds the JVM open until the outcome is written.
final class Termination implements AutoCloseable {
    private static final long GRACE_SECONDS = 5;

    private final CountDownLatch outcome = new CountDownLatch(1);
    private final Thread hook = new Thread(this::terminated, "termination");
    private @Nullable EntryProcess process;
    private boolean asked;

    private Termination() {}

    static Termination watch() {
        Termination termination = new Termination();
        Runtime.getRuntime().addShutdownHook(termination.hook);
        return termination;
    }

    synchronized void passTo(EntryProcess started) {
        process = started;
        if (asked) {
            started.terminate();
        }
    }

    private synchronized void terminate() {
        asked = true;
        if (process != null) {
            process.terminate();
        }
    }

    private void terminated() {
        terminate();
        try {
            outcome.await();
            TimeUnit.SECONDS.sleep(GRACE_SECONDS); // the main thread halts the JVM with the right exit code meanwhile
        } catch (InterruptedException halted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        outcome.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException terminating) {
            // the hook runs and lets go now
        }
    }
}
