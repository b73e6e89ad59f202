package dev.rein.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import java.util.Arrays;
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
        suite(runtime, "test_tensorflow.py");
    }

    @Test
    void symbolsAndParametersAnswerAsMxnetDoes() throws Exception {
        suite("coach", "test_mxnet.py");
    }

    @Test
    void torchScriptAndOnnxAnswerAsPyTorchDoes() throws Exception {
        suite("gymnasium", "test_pytorch.py");
    }

    @Test
    void checkpointsOfOldRayActAsTheirPolicies() throws Exception {
        suite("ray-2.3.1", "test_ray.py");
    }

    @Test
    void checkpointsOfNewRayActAsTheirModules() throws Exception {
        suite("ray-2.60.0", "test_ray.py");
    }

    private void suite(String runtime, String script) throws Exception {
        Python.runIn(Runtimes.python(runtime), "serving/" + script, Runtimes.modules(runtime), scratch);
    }

    /// What SageMaker left to a model made by hand.
    @ParameterizedTest
    @ValueSource(strings = {"ray-2.3.1", "ray-2.60.0"})
    void aRayEstimatorOfTheJavaSdkDeploysItsCheckpoint(String runtime) throws Exception {
        try (var platform = platform(runtime);
                var session = platform.session()) {
            RLEstimator estimator = ray(session, runtime, "train_ray_policy.py").build();
            estimator.fit();
            JsonNode expected = expected(estimator);
            // what the trained algorithm itself did: not always the same
            assertThat(expected.path("actions").valueStream().map(JsonNode::intValue))
                    .contains(0, 1);
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

    /// Observations of a `Dict` with a `Tuple` in it, and actions between bounds of their own.
    @ParameterizedTest
    @ValueSource(strings = {"ray-2.3.1", "ray-2.60.0"})
    void aPolicyOfSpacesWithPartsAnswersAsItActsInItsEnvironment(String runtime) throws Exception {
        try (var platform = platform(runtime);
                var session = platform.session()) {
            RLEstimator estimator = ray(session, runtime, "train_ray_spaces.py").build();
            estimator.fit();
            JsonNode expected = expected(estimator);
            Predictor predictor = estimator.deploy(1, "ml.m5.large");
            JsonNode all = predictor.predict(Map.of("observations", expected.path("observations")));
            JsonNode one = predictor.predict(
                    Map.of("observation", expected.path("observations").get(0)));
            assertThat(numbers(all.path("actions"))).containsExactly(numbers(expected.path("actions")), within(1e-4));
            assertThat(numbers(one.path("action")))
                    .containsExactly(numbers(expected.path("actions").get(0)), within(1e-4));
            predictor.deleteModel();
            predictor.deleteEndpoint();
        }
    }

    private static double[] numbers(JsonNode lists) {
        return lists.isNumber()
                ? new double[] {lists.doubleValue()}
                : lists.valueStream()
                        .flatMapToDouble(inner -> Arrays.stream(numbers(inner)))
                        .toArray();
    }

    /// Of the images of Amazon's table, or the one that stands for the current Ray.
    private static RLEstimator.Builder ray(Session session, String runtime, String script) {
        RLEstimator.Builder builder = RLEstimator.builder()
                .session(session)
                .entryPoint(script(script))
                .role("arn:aws:iam::000000000000:role/ReinRole")
                .instanceType("ml.m5.large")
                .instanceCount(1);
        return runtime.equals("ray-2.3.1")
                ? builder.toolkit(RLToolkit.RAY).toolkitVersion("1.6.0").framework(RLFramework.PYTORCH)
                : builder.imageUri("rein-ray:latest");
    }

    private JsonNode expected(RLEstimator estimator) throws IOException {
        estimator.downloadModel(scratch.resolve("model"));
        return new JsonMapper().readTree(Files.readString(scratch.resolve("model/expected.json")));
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
    void aHandlerWithoutANetworkAnswersAndReachesNobody() throws Exception {
        try (var platform = platform("gymnasium")) {
            Python.run("boto3", "boto3_isolated_model.py", platform.awsEnvironment(), scratch);
        }
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

    @Test
    void policiesOfStableBaselinesAnswerWhatItSays() throws Exception {
        sagemakersPythonSdkDeploysPolicies("stable-baselines", "gymnasium");
    }

    @Test
    void policiesOfRayOnTensorFlowAnswerWhatItSays() throws Exception {
        sagemakersPythonSdkDeploysPolicies("ray-tensorflow", "ray-2.3.1", "tensorflow");
    }

    @Test
    void policiesOfTheCurrentRayActAlikeFromCheckpointAndOnnx() throws Exception {
        sagemakersPythonSdkDeploysPolicies("ray-current", "ray-2.60.0", "gymnasium");
    }

    private void sagemakersPythonSdkDeploysPolicies(String program, String... runtimes) throws Exception {
        String examples = "examples/", tests = "acceptance/src/test/python/serving/";
        for (String name : List.of(
                examples + "gymnasium/train-sb3.py",
                examples + "ray/train-current.py",
                tests + "train_sb3_policy.py",
                tests + "train_ray_policy.py")) {
            Path script = Checkout.root().resolve(name);
            Files.copy(script, scratch.resolve(script.getFileName()));
        }
        try (var platform = platform(runtimes)) {
            Python.run("sagemaker", "sagemaker_sdk_deploys_policies.py", platform.awsEnvironment(), scratch, program);
        }
    }

    private static String example(String name) {
        return Checkout.root().resolve("examples/coach").resolve(name).toString();
    }
}
