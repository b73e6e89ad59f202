package dev.rein.workload.training;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/// Runs the entry point and watches it to its end.
///
/// Its standard output is this program's own; its standard error passes through, so that its last words can be
/// told.
final class EntryProcess {
    private static final String INCUBATOR_NOTICE = "WARNING: Using incubator modules: jdk.incubator.vector\n";

    private final String shown;
    private final Process process;
    private final LastWords lastWords = new LastWords();
    private final Thread pump;

    private EntryProcess(String shown, Process process) {
        this.shown = shown;
        this.process = process;
        this.pump = Thread.ofPlatform().name("stderr").daemon().start(this::pump);
    }

    /// @param environment the whole environment of the process
    static EntryProcess start(Command command, Path folder, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command.words())
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.INHERIT);
        builder.environment().clear();
        builder.environment().putAll(environment);
        return new EntryProcess(command.shown(), builder.start());
    }

    /// Waits for its end, and ends what it left running.
    ///
    /// @throws TrainingFailure if it ends with another exit code than 0
    void await(String failureKind, Orphans orphans) throws InterruptedException {
        int exit = process.waitFor();
        orphans.kill();
        pump.join(1000); // a process that left our reach may hold the pipe open for ever
        if (exit != 0) {
            throw TrainingFailure.process(failureKind, exit, lastWords.summary(), shown);
        }
    }

    /// SIGTERM, as the platform would send it; the entry point decides when to end.
    void terminate() {
        process.destroy();
    }

    @SuppressWarnings("StreamResourceLeak") // this program's own standard error stays open for its last message
    private void pump() {
        byte[] buffer = new byte[8192];
        OutputStream to = new FileOutputStream(FileDescriptor.err);
        try (InputStream from = process.getErrorStream()) {
            int n = from.read(buffer);
            // The JVM begins with a line about the Vector API that tells the user nothing.
            int skipped = n > 0 && new String(buffer, 0, n, StandardCharsets.UTF_8).startsWith(INCUBATOR_NOTICE)
                    ? INCUBATOR_NOTICE.length()
                    : 0;
            for (; n >= 0; n = from.read(buffer)) {
                to.write(buffer, skipped, n - skipped);
                lastWords.add(buffer, skipped, n);
                skipped = 0;
            }
        } catch (IOException readerGone) {
            process.destroy(); // nobody listens to what it says; it would block on a full pipe
        }
    }
}
