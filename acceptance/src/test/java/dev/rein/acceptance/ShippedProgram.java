package dev.rein.acceptance;

import dev.rein.sdk.LogPrinter;
import dev.rein.sdk.RLEstimator;
import dev.rein.sdk.Session;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// A program that submits its own main class with its class path; inside the job the same class trains, with a
/// library that only its class path has.
public final class ShippedProgram {
    private ShippedProgram() {}

    public static void main(String[] arguments) throws IOException {
        String modelDir = System.getenv("SM_MODEL_DIR");
        if (modelDir == null) {
            submit(arguments);
            return;
        }
        String text = JsonMapper.shared().writeValueAsString(Map.of("arguments", arguments));
        Files.writeString(Path.of(modelDir, "policy.json"), text);
        System.out.println("trained with " + text);
    }

    private static void submit(String[] arguments) {
        try (Session session = Session.of(
                URI.create(arguments[0]), URI.create(arguments[1]), arguments[2], arguments[3], arguments[4])) {
            RLEstimator.builder()
                    .session(session)
                    .entryPoint(ShippedProgram.class)
                    .imageUri("rein-toolkit:latest")
                    .role("ReinRole")
                    .instanceType("ml.m5.large")
                    .instanceCount(1)
                    .hyperparameters(Map.of("steps", 7))
                    .build()
                    .fit(Map.of(), true, new LogPrinter(System.out, false), arguments[5]);
        }
    }
}
