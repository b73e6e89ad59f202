package dev.rein.server.store;

/// The database cannot do its work: no space, no connection, a broken file. Nothing that failed so was changed.
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
