package dev.rein.acceptance;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

/// The contract in containers that know nothing of Rein: Python and Amazon's own `sagemaker-training`. It is the
/// container's first process and sets no signal handler; a script's errors it leaves to the log, unless a framework
/// asks.
///
/// Slow, as every stop takes it two minutes: `mvn verify -pl acceptance -am -Dexcluded.tests=runtimes
/// -Dtest=SageMakerTrainingContractTest -Dsurefire.failIfNoSpecifiedTests=false`.
@Tag("slow")
class SageMakerTrainingContractTest extends ContainerContract {
    /// Of Python, since Amazon's toolkit starts a shell script with another shell.
    private static final String SHOW = """
            import os, sys
            for name, value in os.environ.items():
                print(f"env {name}={value}")
            for argument in sys.argv[1:]:
                print(f"arg <{argument}>")
            """;

    @Override
    Toolkit toolkit() {
        return new Toolkit(SHOW, "entry.py", "entry", false, false, "ExitCode -9");
    }

    @Override
    String image() {
        return "sagemaker-training:5.1.4";
    }

    @Override
    Platform start(Path home) throws IOException {
        if (!Containers.has(image())) {
            Containers.make("acceptance/src/test/docker/sagemaker-training.sh", image());
        }
        return Containers.platform(home);
    }

    @Override
    boolean hostsHaveNames() {
        return true;
    }
}
