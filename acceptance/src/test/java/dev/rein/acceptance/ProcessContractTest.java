package dev.rein.acceptance;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// The contract on the process backend, with whatever isolation this machine allows.
class ProcessContractTest extends ContainerContract {
    @Override
    Platform start(Path home) throws IOException {
        return Platform.start(home);
    }

    @Override
    boolean hostsHaveNames() throws Exception {
        Process probe;
        try {
            probe = new ProcessBuilder("bwrap", "--unshare-all", "--ro-bind", "/", "/", "true")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException notInstalled) {
            return false;
        }
        return probe.waitFor(30, TimeUnit.SECONDS) && probe.exitValue() == 0;
    }
}
