package dev.rein.server.endpoint;

/// A replica could not be brought up; the message is a sentence for the user.
final class ReplicaException extends Exception {
    private static final long serialVersionUID = 1L;

    ReplicaException(String message) {
        super(message);
    }

    ReplicaException(String message, Throwable cause) {
        super(message, cause);
    }
}
