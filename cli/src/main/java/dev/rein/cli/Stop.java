package dev.rein.cli;

import dev.rein.sdk.Session;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import software.amazon.awssdk.services.sagemaker.model.SageMakerException;

/// Stops a training job; what it has written is kept.
@Command(
        name = "stop",
        mixinStandardHelpOptions = true,
        description = "Stop a training job: SIGTERM, and after 120 s SIGKILL. What it has written is kept.")
final class Stop implements Callable<Integer> {
    @Parameters(paramLabel = "JOB")
    private String job = "";

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        try (Session session = Here.session()) {
            session.stopTrainingJob(job);
            output.print(
                    Map.of("job", job, "status", "Stopping"),
                    "Stopping %s. To see it end: rein logs %s".formatted(job, job));
        } catch (SageMakerException e) {
            throw Here.aboutJob(job, e);
        }
        return 0;
    }
}
