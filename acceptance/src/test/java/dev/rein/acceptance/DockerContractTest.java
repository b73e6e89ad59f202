package dev.rein.acceptance;

import java.io.IOException;
import java.nio.file.Path;

/// The contract in containers, with the image that `runtimes/image.sh` makes of Rein's own runtime.
class DockerContractTest extends ContainerContract {
    @Override
    Platform start(Path home) throws IOException {
        Containers.make("runtimes/image.sh", "rein-toolkit", image());
        return Containers.platform(home);
    }

    @Override
    boolean hostsHaveNames() {
        return true;
    }
}
