package dev.rein.toolkit.checkpoint;

import java.io.IOException;

/// A file is no checkpoint, is damaged, is of a newer version, or belongs to another kind of training run. Says
/// which and how to go on.
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CheckpointException(String message) {
        super(message);
    }

    CheckpointException(String message, IOException cause) {
        super(message, cause);
    }
}
