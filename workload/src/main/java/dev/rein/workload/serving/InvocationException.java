package dev.rein.workload.serving;

/// A request that cannot be answered; status and message go to the caller.
final class InvocationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    InvocationException(int status, String message) {
        super(message, null, false, false); // the caller's mistake: where we noticed it interests nobody
        this.status = status;
    }

    static InvocationException badRequest(String message) {
        return new InvocationException(400, message);
    }

    int status() {
        return status;
    }
}
