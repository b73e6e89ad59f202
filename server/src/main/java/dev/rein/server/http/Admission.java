package dev.rein.server.http;

import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.ErrorCode;
import java.util.concurrent.Semaphore;

/// How much the front takes on at once. What is beyond is told to come back, at once: clients do, with growing
/// pauses, and the work at hand gets done.
final class Admission {
    private static final int VISITS = 2000;

    /// Bodies are counted in pieces of this many bytes, to fit a semaphore.
    private static final int PIECE = 1024;

    private final Semaphore visits;
    private final Semaphore pieces;

    /// @param visits requests at work at once
    /// @param bytes  of their bodies together
    Admission(int visits, long bytes) {
        this.visits = new Semaphore(visits);
        this.pieces = new Semaphore((int) Math.min(bytes / PIECE, Integer.MAX_VALUE));
    }

    /// Bodies may take a quarter of the heap.
    static Admission forThisMachine() {
        return new Admission(VISITS, Runtime.getRuntime().maxMemory() / 4);
    }

    /// @throws ApiException throttling, when too many are in
    Visit enter() {
        if (!visits.tryAcquire()) {
            throw throttled();
        }
        return new Visit();
    }

    private static ApiException throttled() {
        return new ApiException(ErrorCode.THROTTLING, "Rate exceeded");
    }

    /// One request's stay. For one thread.
    final class Visit implements AutoCloseable {
        private int held;

        /// Makes room for a body.
        ///
        /// @throws ApiException throttling, when there is none
        void reserve(long bytes) {
            int wanted = (int) ((bytes + PIECE - 1) / PIECE);
            if (!pieces.tryAcquire(wanted)) {
                throw throttled();
            }
            held += wanted;
        }

        @Override
        public void close() {
            pieces.release(held);
            held = 0;
            visits.release();
        }
    }
}
