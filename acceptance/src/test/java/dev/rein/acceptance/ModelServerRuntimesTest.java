package dev.rein.acceptance;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Models of each framework behind the model server: what it answers is what the framework says. Each script is a
/// suite of its own, run by the runtime's Python.
@Tag("runtimes")
class ModelServerRuntimesTest {
    @TempDir
    private Path scratch = Path.of("");

    @Test
    void savedModelsAnswerAsTensorFlowDoes() throws Exception {
        Python.runIn(Runtimes.python("tensorflow"), "serving/test_tensorflow.py", Map.of(), scratch);
    }

    @Test
    void symbolsAndParametersAnswerAsMxnetDoes() throws Exception {
        Python.runIn(Runtimes.python("coach"), "serving/test_mxnet.py", Map.of(), scratch);
    }
}
