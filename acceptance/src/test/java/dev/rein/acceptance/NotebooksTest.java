package dev.rein.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The notebooks, executed whole by their own script against a platform that `rein up` started. Their cells assert what
/// they say; here it counts that they ran and drew their curves.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NotebooksTest {
    private static final Path NOTEBOOKS = Checkout.root().resolve("examples/notebooks");

    private Rein rein;

    @BeforeAll
    void up(@TempDir Path scratch) throws Exception {
        assumeTrue(
                Python.has("nbclient", "sagemaker", "matplotlib", "ipykernel", "jjava"),
                "%s lacks what notebooks need: install examples/notebooks/requirements.txt and set REIN_TEST_PYTHON"
                        .formatted(Python.interpreter()));
        Path home = Files.createDirectories(scratch.resolve("home"));
        Files.createSymbolicLink(home.resolve("runtimes"), Runtimes.cache());
        rein = new Rein(home);
        rein.up();
    }

    @AfterAll
    void down() throws Exception {
        if (rein != null) {
            rein.end();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cartpole-with-rein", "cartpole-in-java", "attach-and-deploy"})
    void thoseOfReinsOwnToolkitRunAndDrawTheirCurves(String name) throws Exception {
        assertThat(plots(run(name))).isPositive();
    }

    @Tag("runtimes")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "cartpole-with-coach",
                "batch-rl-with-coach",
                "cartpole-with-ray",
                "newsvendor-with-ray",
                "distributed-rollouts"
            })
    void thoseOfOtherToolkitsRunAndDrawTheirCurves(String name) throws Exception {
        assertThat(plots(run(name))).isPositive();
    }

    private JsonNode run(String name) throws IOException, InterruptedException {
        Path said = rein.home().resolve(name + ".out");
        ProcessBuilder builder = new ProcessBuilder(NOTEBOOKS.resolve("run").toString(), name)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().put("REIN_HOME", rein.home().toString());
        builder.environment().put("REIN_NO_BUILD", "1");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("REIN_NOTEBOOK_PYTHON", Python.interpreter());
        Process process = builder.start();
        if (!process.waitFor(20, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        assertThat(process.waitFor()).as(Files.readString(said)).isZero();
        return JsonMapper.shared()
                .readTree(Files.readString(NOTEBOOKS.resolve("target").resolve(name + ".ipynb")));
    }

    private static long plots(JsonNode notebook) {
        return notebook.path("cells")
                .valueStream()
                .flatMap(cell -> cell.path("outputs").valueStream())
                .filter(output -> Stream.of("image/png", "image/svg+xml")
                        .anyMatch(type -> output.path("data").has(type)))
                .count();
    }
}
