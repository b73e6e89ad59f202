package dev.rein.server.training;

/// A job cannot go on, for a reason that was foreseen: its data, its code, a host that is gone. The message becomes
/// the job's FailureReason, so it begins with whose fault it is, in AWS's words: `ClientError: ` or
/// `InternalServerError: `.
final class CannotGoOnException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    CannotGoOnException(String message) {
        super(message);
        this.reason = message;
    }

    CannotGoOnException(String message, Throwable cause) {
        super(message, cause);
        this.reason = message;
    }

    String reason() {
        return reason;
    }
}
