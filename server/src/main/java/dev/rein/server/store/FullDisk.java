package dev.rein.server.store;

import org.jspecify.annotations.Nullable;

/// Tells a full disk from other failures. Java has no type for it, only the system's words.
public final class FullDisk {
    private FullDisk() {}

    /// Whether a failure comes from there being no room, in files or in the database.
    public static boolean isCauseOf(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String words = String.valueOf(cause.getMessage());
            if (words.contains("No space left")
                    || words.contains("no space left")
                    || words.contains("quota exceeded")) {
                return true;
            }
        }
        return false;
    }
}
