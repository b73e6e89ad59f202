package dev.rein.server.backend;

/// A host could not be started; the message is for the user.
public final class LaunchException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean fromCaller;

    public LaunchException(String message) {
        super(message);
        this.fromCaller = false;
    }

    public LaunchException(String message, Throwable cause) {
        this(message, cause, false);
    }

    private LaunchException(String message, Throwable cause, boolean fromCaller) {
        super(message, cause);
        this.fromCaller = fromCaller;
    }

    /// What was asked for cannot be started anywhere: a missing image, an image without the program.
    public static LaunchException ofCaller(String message, Throwable cause) {
        return new LaunchException(message, cause, true);
    }

    /// Whether it lies in what was asked for, and not in this machine.
    public boolean isFromCaller() {
        return fromCaller;
    }
}
