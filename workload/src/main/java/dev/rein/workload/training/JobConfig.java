package dev.rein.workload.training;

import dev.rein.workload.json.Json;
import dev.rein.workload.json.PythonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What the platform tells a host in `/opt/ml/input/config`, decoded.
///
/// @param user      the script's own hyperparameters
/// @param platform  reserved names, meant for whoever runs the script
/// @param framework every other `sagemaker_*` name
/// @param inputData channels as written
/// @param resources hosts as written
record JobConfig(Json.Obj user, Json.Obj platform, Json.Obj framework, Json.Obj inputData, Json.Obj resources) {
    private static final Set<String> RESERVED = Set.of(
            "sagemaker_program",
            "sagemaker_submit_directory",
            "sagemaker_enable_cloudwatch_metrics",
            "sagemaker_region",
            "sagemaker_container_log_level",
            "sagemaker_job_name",
            "default_user_module_name",
            "_tuning_objective_metric",
            "sagemaker_s3_output");

    /// A missing file means no hyperparameters, no channels, or a single host.
    static JobConfig read(OptMl ml) throws IOException {
        Map<String, Json> user = new LinkedHashMap<>();
        Map<String, Json> platform = new LinkedHashMap<>();
        Map<String, Json> framework = new LinkedHashMap<>();
        object(ml.inputConfig().resolve("hyperparameters.json")).members().forEach((name, written) -> {
            Map<String, Json> kind =
                    RESERVED.contains(name) ? platform : name.startsWith("sagemaker_") ? framework : user;
            kind.put(name, decoded(written));
        });
        Json.Obj inputData = object(ml.inputConfig().resolve("inputdataconfig.json"));
        Json.Obj resources = object(ml.inputConfig().resolve("resourceconfig.json"));
        if (resources.members().isEmpty()) {
            resources =
                    new Json.Obj(Map.of("current_host", Json.of("algo-1"), "hosts", Json.ofTexts(List.of("algo-1"))));
        }
        return new JobConfig(new Json.Obj(user), new Json.Obj(platform), new Json.Obj(framework), inputData, resources);
    }

    /// Clients write `"5"` or `"\"text\""`; what is no JSON is meant as it stands.
    private static Json decoded(Json written) {
        if (!(written instanceof Json.Text(String text))) {
            return written;
        }
        try {
            return Json.parse(text);
        } catch (IllegalArgumentException plainText) {
            return written;
        }
    }

    private static Json.Obj object(Path file) throws IOException {
        try {
            if (Json.parse(Files.readString(file)) instanceof Json.Obj object) {
                return object;
            }
            throw TrainingFailure.configuration("%s: not a JSON object".formatted(file));
        } catch (NoSuchFileException absent) {
            return new Json.Obj(Map.of());
        } catch (IllegalArgumentException notJson) {
            throw TrainingFailure.configuration("%s: %s".formatted(file, notJson.getMessage()), notJson);
        }
    }

    List<String> hosts() {
        return resources.texts("hosts");
    }

    String currentHost() {
        return resources.text("current_host").orElse("algo-1");
    }

    /// A reserved hyperparameter as text, whatever it was written as.
    Optional<String> platformText(String name) {
        return platform.get(name).map(PythonText::str);
    }
}
