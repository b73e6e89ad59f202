package dev.rein.server.backend.process;

/// How well hosts are kept apart from the machine and from each other, best first. Which one a machine allows is
/// found by trying, see [Machine].
public enum Isolation {
    /// Server runs as root: each host is a user of its own and root only in its own user namespace, in bubblewrap.
    SANDBOX_OWN_USER(""),
    /// Server runs as root, no user namespaces: bubblewrap, and inside it a plain user of the host's own.
    SANDBOX_ROOT(
            "This machine allows no user namespaces: programs in hosts are not root as they are in containers, and cannot write to HOME."),
    /// Server runs as an ordinary user: bubblewrap, every host is the same user.
    SANDBOX_SAME_USER(
            "The server does not run as root: limits on memory and CPU are not enforced, and all hosts are one user."),
    /// No bubblewrap: a process namespace only, files and network are the machine's.
    PROCESS_NAMESPACE(
            "bubblewrap is not to be had (install the package bubblewrap): hosts see the machine's files, and /opt/ml is at SAGEMAKER_BASE_DIR."),
    /// Plain processes. A process that clears its environment and leaves its session may outlive its host.
    PLAIN(
            "This machine allows neither bubblewrap nor namespaces: hosts are plain processes that see the machine's files, /opt/ml is at SAGEMAKER_BASE_DIR, and jobs with EnableNetworkIsolation are refused.");

    private final String warning;

    Isolation(String warning) {
        this.warning = warning;
    }

    /// What a user loses on this step, or an empty text.
    public String warning() {
        return warning;
    }

    /// Whether `/opt/ml`, the system's files and the host's name are the host's own.
    boolean isSandbox() {
        return compareTo(SANDBOX_SAME_USER) <= 0;
    }

    /// Whether the host runs as a user of its own.
    boolean ownUser() {
        return compareTo(SANDBOX_ROOT) <= 0;
    }

    /// How many processes of ours stand between the launcher and the entry point.
    int depth() {
        return this == PLAIN ? 0 : 2;
    }
}
