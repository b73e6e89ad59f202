package dev.rein.workload;

import dev.rein.workload.training.OptMl;
import dev.rein.workload.training.Training;
import java.io.IOException;
import java.time.Clock;
import java.util.Map;

/// `train` runs this host's part of a training job; `serve` answers for a trained model until it is told to end.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
        String verb = arguments.length == 1 ? arguments[0] : "";
        switch (verb) {
            case "train" -> halt(train(System.getenv()));
            default -> {
                System.err.println("usage: Main train | serve");
                halt(2);
            }
        }
    }

    private static int train(Map<String, String> environment) throws IOException {
        try (Training training = Training.open(OptMl.from(environment), environment, Clock.systemUTC())) {
            return training.run();
        }
    }

    /// Ends at once, also while a SIGTERM's shutdown hooks wait for the outcome.
    private static void halt(int exitCode) {
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(exitCode);
    }
}
