package dev.rein.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rein.sdk.Action;
import dev.rein.sdk.Predictor;
import dev.rein.sdk.RLEstimator;
import dev.rein.sdk.RLFramework;
import dev.rein.sdk.RLToolkit;
import dev.rein.sdk.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Models of each framework behind the model server: what it answers is what the framework says. Each script is a
/// suite of its own, run by the runtime's Python.
@Tag("runtimes")
class ModelServerRuntimesTest {
    @TempDir
    private Path scratch = Path.of("");

    @ParameterizedTest
    @ValueSource(strings = {"tensorflow", "coach"})
    void savedModelsAnswerAsTensorFlowDoes(String runtime) throws Exception {
        Python.runIn(Runtimes.python(runtime), "serving/test_tensorflow.py", Map.of(), scratch);
    }

    @Test
    void symbolsAndParametersAnswerAsMxnetDoes() throws Exception {
        Python.runIn(Runtimes.python("coach"), "serving/test_mxnet.py", Map.of(), scratch);
    }

    @Test
    void torchScriptAndOnnxAnswerAsPyTorchDoes() throws Exception {
        Python.runIn(Runtimes.python("gymnasium"), "serving/test_pytorch.py", Map.of(), scratch);
    }

    @Test
    void checkpointsOfOldRayActAsTheirPolicies() throws Exception {
        Python.runIn(Runtimes.python("ray-2.3.1"), "serving/test_ray.py", Map.of(), scratch);
    }

    @Test
    void checkpointsOfNewRayActAsTheirModules() throws Exception {
        Python.runIn(Runtimes.python("ray-2.60.0"), "serving/test_ray.py", Map.of(), scratch);
    }

    /// What SageMaker left to a model made by hand.
    @Test
    void aRayEstimatorOfTheJavaSdkDeploysItsCheckpoint() throws Exception {
        try (var platform = platform("ray-2.3.1");
                var session = platform.session()) {
            RLEstimator estimator = fitted(ray(session).framework(RLFramework.PYTORCH), "torch");
            JsonNode expected = expected(estimator);
            Predictor predictor = estimator.deploy(1, "ml.m5.large");
            for (int i = 0; i < expected.path("actions").size(); i++) {
                JsonNode row = expected.path("observations").get(i);
                Action action = predictor.predict(
                        row.get(0).floatValue(),
                        row.get(1).floatValue(),
                        row.get(2).floatValue(),
                        row.get(3).floatValue());
                assertThat(action.index())
                        .isEqualTo(expected.path("actions").get(i).intValue());
            }
            JsonNode all = predictor.predict(Map.of("instances", expected.path("observations")));
            assertThat(all.path("predictions")).isEqualTo(expected.path("actions"));
            predictor.deleteModel();
            predictor.deleteEndpoint();
        }
    }

    private RLEstimator.Builder ray(Session session) {
        return RLEstimator.builder()
                .session(session)
                .entryPoint(script("train_ray_policy.py"))
                .toolkit(RLToolkit.RAY)
                .toolkitVersion("1.6.0")
                .role("arn:aws:iam::000000000000:role/ReinRole")
                .instanceType("ml.m5.large")
                .instanceCount(1);
    }

    private static RLEstimator fitted(RLEstimator.Builder builder, String framework) {
        RLEstimator estimator =
                builder.hyperparameters(Map.of("framework", framework)).build();
        estimator.fit();
        return estimator;
    }

    /// What the trained algorithm itself did: not always the same.
    private JsonNode expected(RLEstimator estimator) throws IOException {
        estimator.downloadModel(scratch.resolve("model"));
        JsonNode expected = new JsonMapper().readTree(Files.readString(scratch.resolve("model/expected.json")));
        assertThat(expected.path("actions").valueStream().map(JsonNode::intValue))
                .contains(0, 1);
        return expected;
    }

    /// Whose environments are the tests' own, these made beforehand.
    private Platform platform(String... runtimes) throws IOException, InterruptedException {
        for (String runtime : runtimes) {
            Runtimes.python(runtime);
        }
        Path home = Files.createDirectory(scratch.resolve("home"));
        Files.createSymbolicLink(home.resolve("runtimes"), Runtimes.cache());
        return Platform.start(home);
    }

    private static String script(String name) {
        return Checkout.root()
                .resolve("acceptance/src/test/python/serving")
                .resolve(name)
                .toString();
    }

    @Test
    void policiesOfCoachOnTensorFlowAnswerWhatCoachSays() throws Exception {
        sagemakersPythonSdkDeploysCoach("tensorflow", example("coach-train.py"), "CartPole_ClippedPPO", "CartPole_DQN");
    }

    @Test
    void policiesOfCoachOnMxnetAnswerWhatCoachSays() throws Exception {
        sagemakersPythonSdkDeploysCoach("mxnet", "CartPole_ClippedPPO", "CartPole_DQN");
    }

    private void sagemakersPythonSdkDeploysCoach(String framework, String... presets) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(framework, script("train_coach_policy.py")));
        arguments.addAll(List.of(presets));
        String server = framework.equals("mxnet") ? "coach" : framework;
        try (var platform = platform("coach", server)) {
            Python.run(
                    "sagemaker",
                    "sagemaker_sdk_deploys_frameworks.py",
                    platform.awsEnvironment(),
                    scratch,
                    arguments.toArray(String[]::new));
        }
    }

    private static String example(String name) {
        return Checkout.root().resolve("examples/coach").resolve(name).toString();
    }
}
