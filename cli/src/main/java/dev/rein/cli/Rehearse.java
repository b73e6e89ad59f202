package dev.rein.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// Goes the whole way twice, short and unseen: with the platform in this process, then with one in the background.
///
/// The launcher records this program's start cache from it; the server in the background records its own. What is
/// done here starts quickly later.
@Command(name = "rehearse", hidden = true, description = "Load what the other commands load; used by the launcher.")
final class Rehearse implements Callable<Integer> {
    @Override
    public Integer call() throws IOException, InterruptedException {
        Path scratch = Files.createTempDirectory("rein-rehearsal");
        try {
            goTheWay(new ReinHome(scratch.resolve("inside")));
            ReinHome beside = new ReinHome(scratch.resolve("beside"));
            ReinHome.Running server = new ServerProcess(Installation.ofLauncher(), beside)
                    .startRecording(List.of("--port", "0", "--s3-port", "0"));
            try {
                goTheWay(beside);
                Status.text(beside, server);
            } finally {
                ServerProcess.stopRecording(server);
            }
        } finally {
            delete(scratch);
        }
        return 0;
    }

    /// Too short to learn anything: that it ends unsolved is no failure here.
    private static void goTheWay(ReinHome home) throws IOException {
        var quickstart = new Quickstart(home);
        new CommandLine(quickstart)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(Writer.nullWriter()))
                .parseArgs("--steps", "4096");
        quickstart.call();
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
