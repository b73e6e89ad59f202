package dev.rein.server;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// What a server holds open, closed in reverse order. Every one is tried; the first failure is thrown with the rest
/// suppressed. Closing twice is harmless. Safe for any number of threads.
final class OpenThings implements AutoCloseable {
    private final Deque<AutoCloseable> things = new ArrayDeque<>();
    private boolean closed;

    /// @return the thing itself
    /// @throws IllegalStateException after the close; the thing is then closed at once
    synchronized <T extends AutoCloseable> T add(T thing) throws IOException {
        things.push(thing);
        if (closed) {
            closeAll();
            throw new IllegalStateException("the server is closed");
        }
        return thing;
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        closeAll();
    }

    private void closeAll() throws IOException {
        IOException first = null;
        while (!things.isEmpty()) {
            first = close(things.pop(), first);
        }
        if (first != null) {
            throw first;
        }
    }

    private static @Nullable IOException close(AutoCloseable thing, @Nullable IOException first) {
        try {
            thing.close();
            return first;
        } catch (Exception e) { // whatever it is, the rest must be closed too
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            if (first == null) {
                return new IOException("stopping: " + e.getMessage(), e);
            }
            first.addSuppressed(e);
            return first;
        }
    }
}
