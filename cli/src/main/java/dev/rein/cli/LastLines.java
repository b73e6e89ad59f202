package dev.rein.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The end of a log as the user has seen it, so that a failure's reason is not told a second time.
final class LastLines {
    private static final int KEPT = 64;

    /// What failed and where, the words of who failed, the exit code.
    private static final Pattern REASON =
            Pattern.compile("(?s)(\\w+Error(?:: Host [\\w-]+)?): (.*)(, exit code: \\d+)");

    private final Deque<String> lines = new ArrayDeque<>();

    void add(String line) {
        lines.addLast(line);
        if (lines.size() > KEPT) {
            lines.removeFirst();
        }
    }

    /// A job's reason of failure, without the words that are on the screen already.
    String newsOf(String reason) {
        Matcher parts = REASON.matcher(reason);
        if (parts.matches() && parts.group(2).lines().allMatch(this::isShown)) {
            return parts.group(1) + parts.group(3) + ". The end of its log, above, says why.";
        }
        return reason;
    }

    /// A reason may be cut in its last line.
    private boolean isShown(String words) {
        return lines.stream().anyMatch(line -> line.startsWith(words));
    }
}
