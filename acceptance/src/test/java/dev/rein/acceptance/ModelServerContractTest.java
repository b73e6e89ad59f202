package dev.rein.acceptance;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The model server of Python runtimes, without a framework: each script is a suite of its own.
class ModelServerContractTest {
    @TempDir
    private Path scratch = Path.of("");

    @Test
    void handlersAreCalledAndTheirFaultsTold() throws Exception {
        Python.run("numpy", "serving/test_handlers.py", Map.of(), scratch);
    }

    @Test
    void handlersSeeWhatAmazonsOwnPackageShowsThem() throws Exception {
        Python.run("sagemaker_inference", "serving/test_against_amazons.py", Map.of(), scratch);
    }
}
