package dev.rein.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sagemaker.model.ExperimentConfig;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The same estimators as `record_golden_requests.py` made with the SageMaker Python SDK 2.257.7, and the same
/// requests.
class GoldenRequestsTest {
    private static final String JOB = "job-2026-11-22-21-49-16-593";
    private static final String BUCKET = "sagemaker-us-west-2-000000000000";
    private static final String REPACKED = "/" + BUCKET + "/m/model.tar.gz";

    @TempDir
    private Path folder = Path.of("");

    /// @param builder    adds the arguments
    /// @param inputs     channels of `fit`
    /// @param experiment of `fit`
    private record Fit(
            String name,
            UnaryOperator<RLEstimator.Builder> builder,
            Map<String, JobInput> inputs,
            @Nullable ExperimentConfig experiment) {
        Fit(String name, UnaryOperator<RLEstimator.Builder> builder) {
            this(name, builder, Map.of(), null);
        }
    }

    private static RLEstimator.Builder gpu(RLEstimator.Builder builder) {
        return builder.instanceType("ml.p3.2xlarge").instanceCount(1);
    }

    private static RLEstimator.Builder cpu(RLEstimator.Builder builder) {
        return builder.instanceType("ml.m5.large").instanceCount(1);
    }

    private static RLEstimator.Builder coach(RLEstimator.Builder builder, String version, RLFramework framework) {
        return builder.toolkit(RLToolkit.COACH).toolkitVersion(version).framework(framework);
    }

    private static RLEstimator.Builder image(RLEstimator.Builder builder) {
        return cpu(builder).imageUri("rein-toolkit:0.1.0");
    }

    private static List<Fit> fits() {
        return List.of(
                new Fit("ray-pytorch", b -> {
                    Map<String, Object> mine = new LinkedHashMap<>();
                    mine.put("a", 1);
                    mine.put("b", "x");
                    mine.put("c", List.of(1, 2));
                    return gpu(b).toolkit(RLToolkit.RAY)
                            .toolkitVersion("1.6.0")
                            .framework(RLFramework.PYTORCH)
                            .hyperparameters(mine);
                }),
                new Fit("coach-tensorflow", b -> coach(cpu(b), "0.11.1", RLFramework.TENSORFLOW)),
                new Fit("coach-mxnet-gpu", b -> coach(gpu(b), "0.11.0", RLFramework.MXNET)),
                new Fit("coach-1.0.0", b -> coach(cpu(b), "1.0.0", RLFramework.TENSORFLOW)),
                new Fit("image", b -> image(b).metricDefinitions(List.of(new MetricDefinition("m", "m=(.*)")))),
                new Fit("hyperparameters", b -> image(b).hyperparameters(awkward())),
                new Fit(
                        "everything",
                        GoldenRequestsTest::everything,
                        inOrder(
                                "train",
                                TrainingInput.of("s3://data/train"),
                                "test",
                                TrainingInput.of("s3://data/test").withContentType("text/csv")),
                        ExperimentConfig.builder()
                                .experimentName("e")
                                .trialName("t")
                                .build()),
                new Fit("isolated", b -> image(b).enableNetworkIsolation(true)),
                new Fit(
                        "groups",
                        b -> b.imageUri("rein-toolkit:0.1.0")
                                .instanceGroups(List.of(
                                        new InstanceGroup("learners", "ml.p3.2xlarge", 1),
                                        new InstanceGroup("actors", "ml.c5.large", 4)))),
                new Fit("no-debugger", b -> image(b).debuggerHookConfig(false).disableProfiler(true)),
                new Fit("trainium", b -> image(b).instanceType("ml.trn1.2xlarge")),
                new Fit(
                        "code-location",
                        b -> image(b).codeLocation("s3://codebkt/mine")
                                .outputPath("s3://mybkt/out/p")
                                .outputKmsKey("k")),
                new Fit(
                        "file-system",
                        b -> image(b).subnets(List.of("subnet-1")).securityGroupIds(List.of("sg-1")),
                        Map.of("fs", FileSystemInput.of("fs-0123456789abcdef0", "EFS", "/data")),
                        null));
    }

    private static Map<String, @Nullable Object> awkward() {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("text", "a b");
        values.put("yes", true);
        values.put("nothing", null);
        values.put("real", 0.5);
        values.put("list", List.of(1, "two", false));
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("k", List.of(1, 2));
        map.put("ä", "ö");
        values.put("map", map);
        values.put("empty", Map.of());
        return values;
    }

    private static RLEstimator.Builder everything(RLEstimator.Builder builder) {
        return image(builder)
                .instanceCount(2)
                .keepAlivePeriodInSeconds(60)
                .volumeSize(50)
                .volumeKmsKey("volume-key")
                .maxRun(100)
                .maxWait(200)
                .useSpotInstances(true)
                .inputMode("FastFile")
                .outputKmsKey("output-key")
                .tags(Map.of("team", "rl"))
                .subnets(List.of("subnet-1"))
                .securityGroupIds(List.of("sg-1"))
                .modelUri("s3://models/old.tar.gz")
                .encryptInterContainerTraffic(true)
                .environment(Map.of("A", "b"))
                .maxRetryAttempts(3)
                .trainingRepositoryAccessMode("Vpc")
                .trainingRepositoryCredentialsProviderArn("arn:aws:lambda:us-west-2:000000000000:function:f")
                .enableInfraCheck(true)
                .containerEntryPoint(List.of("run", "me"))
                .containerArguments(List.of("--fast"))
                .disableOutputCompression(true)
                .enableRemoteDebug(true)
                .enableSessionTagChaining(true)
                .trainingPlan("arn:aws:sagemaker:us-west-2:000000000000:training-plan/p")
                .checkpointS3Uri("s3://mybkt/checkpoints")
                .checkpointLocalPath("/opt/ml/saved")
                .enableSageMakerMetrics(true)
                .containerLogLevel(10);
    }

    private static Map<String, JobInput> inOrder(String first, JobInput one, String second, JobInput two) {
        Map<String, JobInput> inputs = new LinkedHashMap<>();
        inputs.put(first, one);
        inputs.put(second, two);
        return inputs;
    }

    @TestFactory
    Stream<DynamicTest> fitSendsWhatThePythonSdkSends() {
        return fits().stream()
                .map(fit -> DynamicTest.dynamicTest(fit.name(), () -> {
                    try (var platform = new RecordingPlatform();
                            Session session = platform.session()) {
                        fit.builder()
                                .apply(builder(session))
                                .build()
                                .fit(fit.inputs(), false, null, JOB, fit.experiment());

                        assertThat(requests(platform)).isEqualTo(golden(fit.name()));
                    }
                }));
    }

    @Test
    void deployOfCoachOnTensorFlowSendsWhatThePythonSdkSends() throws IOException {
        deploy("deploy-coach-tensorflow", b -> coach(gpu(b), "0.11.1", RLFramework.TENSORFLOW), named("ml.m5.large"));
    }

    @Test
    void deployOfCoachOnMxnetSendsWhatThePythonSdkSends() throws IOException {
        deploy("deploy-coach-mxnet", b -> coach(cpu(b), "0.11.0", RLFramework.MXNET), named("ml.p3.2xlarge"));
    }

    @Test
    void deployOfAnImagePacksTheModelAnewAndSendsWhatThePythonSdkSends() throws IOException {
        byte[] packed = deploy(
                "deploy-image",
                b -> cpu(b).imageUri("my-rl:1"),
                named("ml.m5.large")
                        .volumeSize(10)
                        .modelDataDownloadTimeout(100)
                        .containerStartupHealthCheckTimeout(200)
                        .kmsKey("endpoint-key")
                        .tags(Map.of("team", "rl")));

        assertThat(Tar.files(packed)).isEqualTo(Map.of("policy.bin", "abc", "code/train.py", "print('hello')\n"));
    }

    @Test
    void anEntryPointOfTheDeploymentReplacesTheCodeOfTheModel() throws IOException {
        Path serve = Files.writeString(folder.resolve("serve.py"), "serve");
        Path library = Files.createDirectories(folder.resolve("common"));
        Files.writeString(library.resolve("a.py"), "a");

        try (var platform = new RecordingPlatform();
                Session session = platform.session()) {
            RLEstimator estimator =
                    completed(platform, image(builder(session)), Map.of("./policy.bin", "abc", "code/old.py", "old"));

            estimator.deploy(named("ml.m5.large").entryPoint(serve).dependencies(List.of(library)));

            assertThat(Tar.files(platform.only("PUT " + REPACKED).body()))
                    .isEqualTo(Map.of("policy.bin", "abc", "code/serve.py", "serve", "code/lib/common/a.py", "a"));
            assertThat(platform.only("SageMaker.CreateModel")
                            .json()
                            .at("/PrimaryContainer/Environment/SAGEMAKER_PROGRAM")
                            .asString())
                    .isEqualTo("serve.py");
        }
    }

    @Test
    void downloadModelWritesItsFilesAndNoneElsewhere() throws IOException {
        try (var platform = new RecordingPlatform();
                Session session = platform.session()) {
            RLEstimator estimator =
                    completed(platform, image(builder(session)), Map.of("policy.bin", "abc", "a/b.txt", "b"));
            estimator.downloadModel(folder.resolve("model"));
            assertThat(folder.resolve("model/policy.bin")).hasContent("abc");
            assertThat(folder.resolve("model/a/b.txt")).hasContent("b");
        }
        try (var platform = new RecordingPlatform();
                Session session = platform.session()) {
            RLEstimator estimator = completed(platform, image(builder(session)), Map.of("a/../../evil", "abc"));
            assertThatThrownBy(() -> estimator.downloadModel(folder.resolve("model")))
                    .hasMessageContaining("leads out of it");
            assertThat(folder.resolve("evil")).doesNotExist();
        }
    }

    @Test
    void whatIsWrongWithADeploymentIsToldAtOnceBeforeAnyCall() throws IOException {
        try (var platform = new RecordingPlatform();
                Session session = platform.session()) {
            RLEstimator estimator = image(builder(session)).build();

            assertThatThrownBy(() -> estimator.deploy(
                            Deployment.on(0, "m5").endpointName("a b").dependencies(List.of(folder.resolve("absent")))))
                    .hasMessageContainingAll(
                            "initialInstanceCount: 0",
                            "Failed to parse instance type \"m5\"",
                            "endpointName: \"a b\"",
                            "Please provide an `entry_point`.",
                            "absent does not exist");
            assertThatThrownBy(() -> estimator.deploy(Deployment.serverless(1000, 0)))
                    .hasMessageContainingAll("memorySizeInMb: 1000", "maxConcurrency: 0");
            assertThatThrownBy(() -> estimator.deploy(1, "ml.m5.large"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Estimator is not associated with a training job");
            assertThat(platform.operations()).isEmpty();
        }
    }

    private static Deployment named(String instanceType) {
        return Deployment.on(1, instanceType).endpointName("e").modelName("m");
    }

    /// @return what was put into the default bucket; nothing if nothing was
    private byte[] deploy(String golden, UnaryOperator<RLEstimator.Builder> arguments, Deployment deployment)
            throws IOException {
        try (var platform = new RecordingPlatform();
                Session session = platform.session()) {
            RLEstimator estimator = completed(platform, arguments.apply(builder(session)), Map.of("policy.bin", "abc"));
            int before = requests(platform).size();

            Predictor predictor = estimator.deploy(deployment);

            assertThat(predictor.getClass())
                    .isEqualTo(
                            golden.endsWith("tensorflow")
                                    ? TensorFlowPredictor.class
                                    : golden.endsWith("mxnet") ? MXNetPredictor.class : Predictor.class);
            List<JsonNode> sent = requests(platform);
            // Python's session was told a default bucket; ours is the account's
            String text = sent.subList(before, sent.size())
                    .toString()
                    .replace(BUCKET, "mybkt")
                    .replace("Weight\":1.0", "Weight\":1");
            assertThat(JsonMapper.shared().readTree(text).valueStream().toList())
                    .isEqualTo(golden(golden));
            return platform.calls("PUT " + REPACKED).stream()
                    .findFirst()
                    .map(RecordingPlatform.Call::body)
                    .orElse(new byte[0]);
        }
    }

    /// An estimator whose job has ended, with a model of some files.
    private RLEstimator completed(RecordingPlatform platform, RLEstimator.Builder builder, Map<String, String> model)
            throws IOException {
        RLEstimator estimator = builder.build();
        estimator.fit(Map.of(), false, null, JOB);
        ObjectNode job =
                (ObjectNode) platform.only("SageMaker.CreateTrainingJob").json();
        job.put("TrainingJobStatus", "Completed")
                .putObject("ModelArtifacts")
                .put("S3ModelArtifacts", "s3://models/" + JOB + "/output/model.tar.gz");
        platform.on("SageMaker.DescribeTrainingJob", job.toString())
                .on(
                        "SageMaker.CreateEndpoint",
                        "{\"EndpointArn\":\"arn:aws:sagemaker:us-west-2:000000000000:endpoint/e\"}")
                .on(
                        "SageMaker.DescribeEndpoint",
                        "{\"EndpointName\":\"e\",\"EndpointConfigName\":\"e\",\"EndpointStatus\":\"InService\"}")
                .onXml(
                        "GetCallerIdentity",
                        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
                                + "<GetCallerIdentityResult><Account>000000000000</Account></GetCallerIdentityResult>"
                                + "</GetCallerIdentityResponse>")
                .onBytes("GET /models/" + JOB + "/output/model.tar.gz", Tar.of(model))
                .onBytes(
                        "GET /mybkt/" + JOB + "/source/sourcedir.tar.gz",
                        platform.only("PUT /mybkt/" + JOB + "/source/sourcedir.tar.gz")
                                .body());
        return estimator;
    }

    private RLEstimator.Builder builder(Session session) throws IOException {
        return RLEstimator.builder()
                .entryPoint(Files.writeString(folder.resolve("train.py"), "print('hello')\n")
                        .toString())
                .role("arn:aws:iam::000000000000:role/R")
                .outputPath("s3://mybkt/")
                .session(session);
    }

    /// What was sent and makes something, in the form of the recording.
    private static List<JsonNode> requests(RecordingPlatform platform) {
        var json = JsonMapper.shared();
        List<JsonNode> requests = new ArrayList<>();
        for (RecordingPlatform.Call call : platform.calls()) {
            if (call.operation().startsWith("SageMaker.Create")) {
                requests.add(json.valueToTree(
                        Map.of("operation", call.operation().substring("SageMaker.".length()), "body", call.json())));
            } else if (call.operation().startsWith("PUT ")) {
                Map<String, String> encryption = new TreeMap<>();
                for (String name :
                        Arrays.asList("x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id")) {
                    if (!call.header(name).isEmpty()) {
                        encryption.put(name, call.header(name));
                    }
                }
                requests.add(json.valueToTree(Map.of(
                        "operation",
                        "PutObject",
                        "path",
                        call.operation().substring("PUT ".length()),
                        "encryption",
                        encryption)));
            }
        }
        return requests;
    }

    private static List<JsonNode> golden(String name) throws IOException {
        try (InputStream recorded = GoldenRequestsTest.class.getResourceAsStream("golden/" + name + ".json")) {
            assertThat(recorded).as("golden/%s.json", name).isNotNull();
            return JsonMapper.shared().readTree(recorded).valueStream().toList();
        }
    }
}
