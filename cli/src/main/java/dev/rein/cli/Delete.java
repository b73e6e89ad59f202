package dev.rein.cli;

import dev.rein.sdk.Predictor;
import dev.rein.sdk.Session;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import software.amazon.awssdk.services.sagemaker.model.SageMakerException;

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

    @Override
    public Integer call() {
        try (Session session = Here.session()) {
            endpoint(session, endpoint);
            output.print(
                    Map.of("endpoint", endpoint, "deleted", true),
                    "Deleted endpoint %s and its model.".formatted(endpoint));
        }
        return 0;
    }

    /// Takes an endpoint down, even one whose configuration or model somebody has deleted before.
    static void endpoint(Session session, String name) {
        Predictor predictor = new Predictor(name, session);
        String configuration = session.sagemaker()
                .describeEndpoint(describe -> describe.endpointName(name))
                .endpointConfigName();
        unlessGone(predictor::deleteModel);
        unlessGone(() -> session.sagemaker().deleteEndpointConfig(delete -> delete.endpointConfigName(configuration)));
        predictor.deleteEndpoint(false);
    }

    private static void unlessGone(Runnable deletion) {
        try {
            deletion.run();
        } catch (SageMakerException e) {
            if (!String.valueOf(e.getMessage()).startsWith("Could not find")) {
                throw e;
            }
        }
    }
}
