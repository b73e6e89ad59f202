package dev.rein.cli;

import dev.rein.sdk.Session;
import dev.rein.server.ReinServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// Starts a platform on a folder of its own, asks it a few things and leaves: what the launcher records its start
/// cache from.
@Command(name = "rehearse", hidden = true, description = "Load what the other commands load; used by the launcher.")
final class Rehearse implements Callable<Integer> {
    @Override
    public Integer call() throws IOException {
        Path scratch = Files.createTempDirectory("rein-rehearsal");
        try {
            ReinHome home = new ReinHome(scratch);
            try (ReinServer _ = ReinServer.start(Up.configuration(home, "127.0.0.1", 0, 0));
                    Session session = Session.local(scratch)) {
                session.defaultBucket();
                session.sagemaker().listTrainingJobs();
                home.running();
                Status.text(home, home.written().orElseThrow());
            }
        } finally {
            delete(scratch);
        }
        return 0;
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
