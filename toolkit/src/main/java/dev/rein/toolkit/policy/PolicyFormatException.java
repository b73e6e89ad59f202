package dev.rein.toolkit.policy;

import java.io.IOException;

/// A file is not a policy, is damaged, or is of a version this one cannot read; the message says which.
public final class PolicyFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    public PolicyFormatException(String message) {
        super(message);
    }
}
