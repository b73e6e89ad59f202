package dev.rein.cli;

import dev.rein.sdk.Session;
import java.nio.file.Files;
import software.amazon.awssdk.services.sagemaker.model.SageMakerException;

/// The platform a command speaks to: the one on `$REIN_HOME`.
final class Here {
    private Here() {}

    static Session session() {
        ReinHome home = ReinHome.ofEnvironment();
        if (!Files.exists(home.serverFile())) {
            throw home.nothingRuns();
        }
        return Session.local(home.path());
    }

    /// The failure of a call about a job: that there is no such job is told with its name, which AWS's words leave out.
    static RuntimeException aboutJob(String job, SageMakerException failure) {
        return String.valueOf(failure.getMessage()).startsWith("Requested resource not found")
                ? new IllegalStateException(
                        "no training job is called %s here. To see those there are: rein jobs".formatted(job), failure)
                : failure;
    }
}
