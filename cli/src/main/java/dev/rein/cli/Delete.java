package dev.rein.cli;

import dev.rein.sdk.Predictor;
import dev.rein.sdk.Session;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Takes an endpoint down, with its configuration and models. The training job and its artifacts stay.
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "Take an endpoint down. The training job and its artifacts stay.")
final class Delete implements Callable<Integer> {
    @Parameters(paramLabel = "ENDPOINT")
    private String endpoint = "";

    @Mixin
    private Output output = new Output();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        try (Session session = Here.session()) {
            Predictor predictor = new Predictor(endpoint, session);
            predictor.deleteModel();
            predictor.deleteEndpoint();
            output.print(
                    spec.commandLine().getOut(),
                    Map.of("endpoint", endpoint, "deleted", true),
                    "Deleted endpoint %s and its model.".formatted(endpoint));
        }
        return 0;
    }
}
