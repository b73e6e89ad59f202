package dev.rein.server.store;

/// The kind already has a document of this name.
public final class DuplicateNameException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DuplicateNameException(String kind, String name) {
        super("%s already has %s".formatted(kind, name));
    }

    /// The same, on the thread that asked.
    DuplicateNameException(DuplicateNameException cause) {
        super(cause.getMessage(), cause);
    }
}
