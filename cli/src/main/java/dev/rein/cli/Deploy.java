package dev.rein.cli;

import dev.rein.sdk.Predictor;
import dev.rein.sdk.RLEstimator;
import dev.rein.sdk.Session;
import dev.rein.sdk.UnexpectedStatusException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import software.amazon.awssdk.services.sagemaker.model.SageMakerException;

/// Serves the model of a training job behind an endpoint.
@Command(name = "deploy", mixinStandardHelpOptions = true, description = "Serve the model of a training job.")
final class Deploy implements Callable<Integer> {
    @Parameters(paramLabel = "JOB")
    private String job = "";

    @Option(names = "--name", paramLabel = "ENDPOINT", description = "the endpoint's name (default: made of the time)")
    private @Nullable String name;

    @Option(
            names = "--instance-type",
            defaultValue = "ml.m5.large",
            description = "what each replica may use (default: ${DEFAULT-VALUE})")
    private String instanceType = "ml.m5.large";

    @Option(names = "--replicas", defaultValue = "1", description = "how many (default: ${DEFAULT-VALUE})")
    private int replicas = 1;

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        try (Session session = Here.session()) {
            Predictor predictor = RLEstimator.attach(job, session, _ -> {}).deploy(replicas, instanceType, name);
            output.print(
                    Map.of("endpoint", predictor.endpointName(), "job", job),
                    "In service: %s%nTo ask it: rein predict %s '{\"observation\": [...]}'"
                            .formatted(predictor.endpointName(), predictor.endpointName()));
        } catch (SageMakerException e) {
            throw Here.aboutJob(job, e);
        } catch (UnexpectedStatusException e) {
            throw new IllegalStateException(
                    e.getMessage() + "\nrein endpoints lists it until it is taken away: rein delete ENDPOINT", e);
        }
        return 0;
    }
}
