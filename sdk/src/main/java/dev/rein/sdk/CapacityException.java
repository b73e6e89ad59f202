package dev.rein.sdk;

import java.util.List;

/// There was no capacity; trying again later may help.
public final class CapacityException extends UnexpectedStatusException {
    private static final long serialVersionUID = 1L;

    CapacityException(String message, List<String> allowedStatuses, String actualStatus) {
        super(message, allowedStatuses, actualStatus);
    }
}
