package dev.rein.acceptance;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

/// The contract in containers that know nothing of Rein: Python and Amazon's own `sagemaker-training`.
@Tag("slow")
class SageMakerTrainingContractTest extends ContainerContract {
    @Override
    String image() {
        return "sagemaker-training:test";
    }

    @Override
    Platform start(Path home) throws IOException {
        Containers.make("acceptance/src/test/docker/sagemaker-training.sh", image());
        return Containers.platform(home);
    }

    @Override
    boolean hostsHaveNames() {
        return true;
    }
}
