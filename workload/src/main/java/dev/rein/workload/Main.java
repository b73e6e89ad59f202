package dev.rein.workload;

import dev.rein.workload.serving.ModelServer;
import dev.rein.workload.start.StartCaches;
import dev.rein.workload.training.OptMl;
import dev.rein.workload.training.Training;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/// `train` runs this host's part of a training job; `serve` answers for a trained model until it is told to end;
/// `caches FOLDER` makes what lets the two start quickly.
public final class Main {
    private Main() {}

    @SuppressWarnings("CatchAndPrintStackTrace") // standard error is the log of a host
    public static void main(String[] arguments) {
        String verb = arguments.length == 0 ? "" : arguments[0];
        int exitCode = 1;
        try {
            exitCode = switch (verb + " " + (arguments.length - 1)) {
                case "train 0" -> train(System.getenv());
                case "serve 0" -> serve(System.getenv());
                case "caches 1" -> caches(Path.of(arguments[1]));
                default -> usage();
            };
        } catch (IllegalArgumentException configuration) {
            System.err.println(configuration.getMessage());
        } catch (Exception unforeseen) {
            unforeseen.printStackTrace();
        }
        halt(exitCode);
    }

    private static int train(Map<String, String> environment) throws IOException {
        try (Training training = Training.open(OptMl.from(environment), environment, Clock.systemUTC())) {
            return training.run();
        }
    }

    private static int serve(Map<String, String> environment) throws Exception {
        OptMl ml = OptMl.from(environment);
        try (ModelServer server = ModelServer.start(ModelServer.Options.from(environment, ml.model()))) {
            Thread main = Thread.currentThread();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server, main), "termination"));
            System.out.println("serving %s on port %d".formatted(ml.model(), server.port()));
            server.awaitEnd();
        }
        return 0;
    }

    private static int caches(Path folder) throws IOException, InterruptedException {
        StartCaches.make(folder);
        return 0;
    }

    /// SIGTERM: drains, and lets the main thread end the program.
    private static void end(ModelServer server, Thread main) {
        server.close();
        try {
            main.join();
        } catch (InterruptedException halted) {
            Thread.currentThread().interrupt();
        }
    }

    private static int usage() {
        System.err.println("usage: Main train | serve | caches FOLDER");
        return 2;
    }

    /// Ends at once, also while a SIGTERM's shutdown hooks wait for the outcome.
    private static void halt(int exitCode) {
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(exitCode);
    }
}
