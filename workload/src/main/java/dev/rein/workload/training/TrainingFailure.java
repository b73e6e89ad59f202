package dev.rein.workload.training;

import org.jspecify.annotations.Nullable;

/// Why a host's training failed, worded as the failure file words it: the platform shows its first 1024 characters
/// to the user as `AlgorithmError`.
final class TrainingFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private TrainingFailure(String text, @Nullable Throwable cause) {
        super(text, cause);
    }

    /// A process ended with another exit code than 0: the entry point, or an installation before it.
    ///
    /// @param kind      AWS's word: `ExecuteUserScriptError`, `InstallRequirementsError` or `InstallModuleError`
    /// @param lastWords what it said of its end, or empty
    static TrainingFailure process(String kind, int exitCode, String lastWords, String command) {
        // whether memory was short is known to whoever set the limit: the platform says so before this
        String signal = signal(exitCode);
        String extra = signal.isEmpty()
                ? ""
                : "ExtraInfo \"Process killed by %s (signal %d)\"\n".formatted(signal, exitCode - 128);
        return new TrainingFailure(
                "%s:\nExitCode %d\nErrorMessage \"%s\"\n%sCommand \"%s\""
                        .formatted(kind, exitCode, lastWords, extra, command),
                null);
    }

    /// Of those that end programs which say nothing of it themselves.
    private static String signal(int exitCode) {
        return switch (exitCode) {
            case 128 + 4 -> "SIGILL";
            case 128 + 6 -> "SIGABRT";
            case 128 + 7 -> "SIGBUS";
            case 128 + 8 -> "SIGFPE";
            case 128 + 9 -> "SIGKILL";
            case 128 + 11 -> "SIGSEGV";
            case 128 + 15 -> "SIGTERM";
            default -> "";
        };
    }

    /// The user's Java does not compile.
    static TrainingFailure compilation(String diagnostics) {
        return new TrainingFailure("CompileUserScriptError:\n" + diagnostics, null);
    }

    /// What the user asked for cannot be done; the message says what to change.
    static TrainingFailure configuration(String message) {
        return new TrainingFailure("ConfigurationError: " + message, null);
    }

    static TrainingFailure configuration(String message, Throwable cause) {
        return new TrainingFailure("ConfigurationError: " + message, cause);
    }
}
