package dev.rein.server.backend.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The machine's processes as `/proc` tells them.
final class ProcessTable {
    private static final Path PROC = Path.of("/proc");

    /// The kernel's PF_FORKNOEXEC.
    private static final long FORKED_WITHOUT_PROGRAM = 0x40;

    private ProcessTable() {}

    /// @param startTicks clock ticks from the machine's start to the process's: with the pid and the boot id a name
    ///     that is never given twice
    record Entry(long pid, long parent, char state, long startTicks) {
        boolean runs() {
            return state != 'Z' && state != 'X';
        }
    }

    static Optional<Entry> entry(long pid) {
        return stat(pid)
                .map(fields ->
                        new Entry(pid, Long.parseLong(fields[1]), fields[0].charAt(0), Long.parseLong(fields[19])));
    }

    /// Whether the process has begun a program of its own, and is no longer the copy of its parent it was made as.
    static boolean isProgram(long pid) {
        return stat(pid)
                .filter(fields -> (Long.parseLong(fields[6]) & FORKED_WITHOUT_PROGRAM) == 0)
                .isPresent();
    }

    /// From the state on, the third field of proc_pid_stat(5).
    private static Optional<String[]> stat(long pid) {
        try {
            String stat =
                    Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"), StandardCharsets.ISO_8859_1);
            // the name in parentheses may hold anything, parentheses too
            return Optional.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    static List<Entry> all() {
        var entries = new ArrayList<Entry>();
        try (var folders = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path folder : folders) {
                entry(Long.parseLong(folder.getFileName().toString())).ifPresent(entries::add);
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new UncheckedIOException(e instanceof IOException io ? io : new IOException(e));
        }
        return entries;
    }

    /// The process's children, oldest first.
    static List<Entry> children(long pid) {
        return all().stream()
                .filter(entry -> entry.parent() == pid)
                .sorted(Comparator.comparingLong(Entry::startTicks).thenComparingLong(Entry::pid))
                .toList();
    }

    /// Processes started with this `NAME=value` in their environment, as far as they may be asked.
    static List<Long> withEnvironment(String assignment) {
        byte[] wanted = assignment.getBytes(StandardCharsets.UTF_8);
        return all().stream()
                .map(Entry::pid)
                .filter(pid -> holds(PROC.resolve(pid + "/environ"), wanted))
                .toList();
    }

    private static boolean holds(Path environ, byte[] wanted) {
        try {
            byte[] bytes = Files.readAllBytes(environ);
            for (int from = 0, to; from < bytes.length; from = to + 1) {
                to = from;
                while (to < bytes.length && bytes[to] != 0) {
                    to++;
                }
                if (Arrays.equals(bytes, from, to, wanted, 0, wanted.length)) {
                    return true;
                }
            }
            return false;
        } catch (IOException goneOrForbidden) {
            return false;
        }
    }

    /// Processes with this word among the first of their command line.
    static List<Long> withArgument(String word) {
        return all().stream()
                .map(Entry::pid)
                .filter(pid -> {
                    try {
                        String line = Files.readString(PROC.resolve(pid + "/cmdline"), StandardCharsets.ISO_8859_1);
                        return Arrays.stream(line.split("\0")).limit(4).anyMatch(word::equals);
                    } catch (IOException gone) {
                        return false;
                    }
                })
                .toList();
    }

    static String bootId() throws IOException {
        return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
    }

    static void terminate(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
    }

    static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
}
