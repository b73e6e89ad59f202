package dev.rein.workload.training;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Processes an entry point started and did not wait for: they would outlive the job, and hold its log open.
///
/// A process whose parent has ended belongs to nobody here any more, but has inherited the environment: each run
/// puts a mark of its own there and finds by `/proc` who carries it. Becoming everyone's parent instead
/// (`PR_SET_CHILD_SUBREAPER`) is a native call, whose preparation costs a JVM a tenth of a second at every start.
/// What hides from both is the platform's to end, with the host's namespace or process group.
final class Orphans {
    /// The variable the entry point is started with.
    static final String VARIABLE = "REIN_RUN";

    private static final Path PROC = Path.of("/proc");

    private final String mark =
            ProcessHandle.current().pid() + "-" + System.currentTimeMillis() + "-" + System.nanoTime();

    String mark() {
        return mark;
    }

    /// Kills every process that descends from this one or carries the mark, and those that come to light by it.
    void kill() {
        Set<Long> killed = new HashSet<>(); // the dead stay listed while nobody waits for them
        for (boolean more = true; more; ) {
            more = false;
            for (ProcessHandle left : left()) {
                if (killed.add(left.pid())) {
                    left.destroyForcibly();
                    more = true;
                }
            }
        }
    }

    private List<ProcessHandle> left() {
        List<ProcessHandle> left =
                new ArrayList<>(ProcessHandle.current().descendants().toList());
        if (Files.isDirectory(PROC.resolve("self"))) {
            String assignment = VARIABLE + "=" + mark + "\0";
            try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
                for (Path process : processes) {
                    if (carries(process, assignment)) {
                        ProcessHandle.of(Long.parseLong(process.getFileName().toString()))
                                .ifPresent(left::add);
                    }
                }
            } catch (IOException unreadable) {
                return left;
            }
        }
        return left;
    }

    private static boolean carries(Path process, String assignment) {
        try {
            return ("\0" + Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1))
                    .contains("\0" + assignment);
        } catch (IOException goneOrAnothers) {
            return false;
        }
    }
}
