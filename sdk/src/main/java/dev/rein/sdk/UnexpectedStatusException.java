package dev.rein.sdk;

import java.util.List;

/// A job or an endpoint ended in a state it was not meant to end in.
public class UnexpectedStatusException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> allowedStatuses;
    private final String actualStatus;

    UnexpectedStatusException(String message, List<String> allowedStatuses, String actualStatus) {
        super(message);
        this.allowedStatuses = List.copyOf(allowedStatuses);
        this.actualStatus = actualStatus;
    }

    public List<String> allowedStatuses() {
        return allowedStatuses;
    }

    public String actualStatus() {
        return actualStatus;
    }

    /// Capacity is told apart, so that a program can wait and try again.
    static UnexpectedStatusException of(String what, String status, String reason, List<String> allowed) {
        String message = "Error for %s: %s. Reason: %s"
                .formatted(what, status, reason.isEmpty() ? "(No reason provided)" : reason);
        return reason.contains("CapacityError")
                ? new CapacityException(message, allowed, status)
                : new UnexpectedStatusException(message, allowed, status);
    }
}
