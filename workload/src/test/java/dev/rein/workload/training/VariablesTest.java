package dev.rein.workload.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rein.workload.json.Json;
import dev.rein.workload.json.PythonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each folder of the fixture holds a host's three configuration files and what AWS's own toolkit
/// (`sagemaker-training` 5.1.4) made of them, recorded with two cores and no GPU.
class VariablesTest {
    /// We know the job's name from the hyperparameter too, as the older toolkit does; AWS's newer one says null.
    private static final String JOB_NAME_OF_HYPERPARAMETER = "\"job_name\":\"rl-2026-11-23\"";

    @TempDir
    Path base;

    static Stream<Path> recordings() throws IOException {
        try (Stream<Path> folders = Files.list(Path.of("src/test/resources/contract"))) {
            return folders.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void areThoseOfAwsToolkit(Path recording) throws Exception {
        Json.Obj expected = object(recording.resolve("expected.json"));
        Variables variables = variables(recording);

        Map<String, String> actual = new TreeMap<>(variables.environment());
        actual.keySet().removeAll(Set.of("CURRENT_HOST", "SAGEMAKER_JOB_NAME", "SAGEMAKER_REGION"));
        actual.replaceAll((_, value) ->
                value.replace(base.toString(), "/opt/ml").replace(JOB_NAME_OF_HYPERPARAMETER, "\"job_name\":null"));
        Map<String, String> recorded = new TreeMap<>();
        ((Json.Obj) expected.get("environment").orElseThrow())
                .members()
                .forEach((name, value) -> recorded.put(name, PythonText.str(value)));

        assertThat(actual).isEqualTo(recorded);
        assertThat(variables.arguments())
                .isEqualTo(((Json.Arr) expected.get("arguments").orElseThrow()).texts());
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void nameJobHostAndRegionBeside(Path recording) throws Exception {
        Map<String, String> environment = variables(recording).environment();

        assertThat(environment.get("CURRENT_HOST")).isEqualTo(environment.get("SM_CURRENT_HOST"));
        assertThat(new TreeSet<>(environment.keySet())).contains("SAGEMAKER_JOB_NAME", "SAGEMAKER_REGION");
    }

    private Variables variables(Path recording) throws IOException {
        OptMl ml = new OptMl(base);
        Files.createDirectories(ml.inputConfig());
        for (String name : List.of("hyperparameters.json", "inputdataconfig.json", "resourceconfig.json")) {
            Files.copy(
                    recording.resolve("input/config").resolve(name),
                    ml.inputConfig().resolve(name));
        }
        Map<String, String> outer = new TreeMap<>();
        object(recording.resolve("environment.json"))
                .members()
                .forEach((name, value) -> outer.put(name, PythonText.str(value)));
        return new Variables(ml, JobConfig.read(ml), outer, new Variables.Machine(2, 0));
    }

    private static Json.Obj object(Path file) throws IOException {
        return (Json.Obj) Json.parse(Files.readString(file));
    }
}
