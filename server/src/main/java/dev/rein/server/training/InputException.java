package dev.rein.server.training;

/// A job's input is at fault: its data, its code, its request. The message becomes the job's FailureReason.
final class InputException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    InputException(String message) {
        super(message);
        this.reason = message;
    }

    InputException(String message, Throwable cause) {
        super(message, cause);
        this.reason = message;
    }

    String reason() {
        return reason;
    }
}
