package dev.rein.server.archive;

import java.io.IOException;

/// The archive or the folder is at fault, not the disk or the network. The message is a sentence for the user.
public final class ArchiveException extends IOException {
    private static final long serialVersionUID = 1L;

    ArchiveException(String message) {
        super(message);
    }

    ArchiveException(String message, Throwable cause) {
        super(message, cause);
    }
}
