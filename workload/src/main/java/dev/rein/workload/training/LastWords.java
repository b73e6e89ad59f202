package dev.rein.workload.training;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Remembers the end of what a process wrote to its standard error, and finds the sentence that tells why it ended.
final class LastWords {
    private static final int MEMORY = 64 * 1024;
    private static final int SUMMARY_LINES = 12;
    private static final int SUMMARY_CHARACTERS = 4000;
    private static final Pattern JAVA_EXCEPTION = Pattern.compile("^Exception in thread \".*?\" (?=[\\w.$]+)");
    private static final Pattern PYTHON_TRACEBACK = Pattern.compile("^Traceback \\(most recent call last\\):.*");

    private final byte[] tail = new byte[MEMORY];
    private long written;

    synchronized void add(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            tail[(int) (written++ % MEMORY)] = bytes[i];
        }
    }

    /// The last exception with what follows it: a Java stack trace from its message on, or the message after a
    /// Python traceback. Without one, the last lines. What libraries remark in passing is no reason.
    String summary() {
        List<String> lines = Notices.dropped(text().lines().toList());
        for (int i = lines.size() - 1; i >= 0; i--) {
            var java = JAVA_EXCEPTION.matcher(lines.get(i));
            if (java.find()) {
                List<String> trace = new ArrayList<>(lines.subList(i, lines.size()));
                trace.set(0, lines.get(i).substring(java.end()));
                return first(trace);
            }
            if (PYTHON_TRACEBACK.matcher(lines.get(i)).matches()) {
                int message = i + 1;
                while (message < lines.size() && lines.get(message).startsWith(" ")) {
                    message++;
                }
                return first(lines.subList(message, lines.size()));
            }
        }
        return first(lines.subList(Math.max(0, lines.size() - SUMMARY_LINES), lines.size()));
    }

    private static String first(List<String> lines) {
        String text = String.join("\n", lines.subList(0, Math.min(SUMMARY_LINES, lines.size())))
                .strip();
        return text.substring(0, Math.min(SUMMARY_CHARACTERS, text.length()));
    }

    private synchronized String text() {
        if (written <= MEMORY) {
            return new String(tail, 0, (int) written, StandardCharsets.UTF_8);
        }
        int start = (int) (written % MEMORY);
        byte[] inOrder = new byte[MEMORY];
        System.arraycopy(tail, start, inOrder, 0, MEMORY - start);
        System.arraycopy(tail, 0, inOrder, MEMORY - start, start);
        return new String(inOrder, StandardCharsets.UTF_8);
    }
}
