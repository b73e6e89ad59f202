package dev.rein.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class JobLifeTest {
    private static final String DESCRIBE = "SageMaker.DescribeTrainingJob";
    private static final String STREAMS = "Logs_20140328.DescribeLogStreams";
    private static final String EVENTS = "Logs_20140328.GetLogEvents";

    private RecordingPlatform platform;
    private Session session;

    @BeforeEach
    void start() throws IOException {
        platform = new RecordingPlatform();
        session = platform.session();
    }

    @AfterEach
    void stop() {
        session.close();
        platform.close();
    }

    /// A job as the platform describes it; `more` is further JSON members.
    private static String job(String status, String image, String more) {
        return """
                {"TrainingJobName":"j-2026-11-22-21-49-16-593","TrainingJobArn":"arn:aws:sagemaker:us-west-2:000000000000:training-job/j",
                 "TrainingJobStatus":"%s","RoleArn":"arn:aws:iam::000000000000:role/R",
                 "AlgorithmSpecification":{"TrainingImage":"%s","TrainingInputMode":"File"},
                 "ResourceConfig":{"InstanceCount":1,"InstanceType":"ml.p3.2xlarge","VolumeSizeInGB":30},
                 "StoppingCondition":{"MaxRuntimeInSeconds":60},"OutputDataConfig":{"S3OutputPath":"s3://b/","KmsKeyId":""},
                 "ModelArtifacts":{"S3ModelArtifacts":"s3://b/j/output/model.tar.gz"},
                 "HyperParameters":{"sagemaker_program":"\\"CartPole.java\\"","sagemaker_region":"\\"us-west-2\\"",
                  "sagemaker_submit_directory":"\\"s3://b/j/source/sourcedir.tar.gz\\"","sagemaker_container_log_level":"20","lr":"0.1"}
                 %s}
                """.formatted(status, image, more);
    }

    private static String events(String token, String... events) {
        return "{\"events\":[" + String.join(",", events) + "],\"nextForwardToken\":\"" + token + "\"}";
    }

    private static String event(long time, String message) {
        return "{\"timestamp\":%d,\"message\":\"%s\"}".formatted(time, message);
    }

    private RLEstimator attach(List<String> lines) {
        return RLEstimator.attach("j-2026-11-22-21-49-16-593", session, line -> lines.add(line.message()));
    }

    @Nested
    class GivenAJobThatRuns {
        @Test
        void attachShowsItsLogToTheLastLineOnce() {
            platform.on(
                            DESCRIBE,
                            job("InProgress", "rein-toolkit:0.1.0", ""),
                            job("InProgress", "rein-toolkit:0.1.0", ""),
                            job("Stopping", "rein-toolkit:0.1.0", ""),
                            job("Completed", "rein-toolkit:0.1.0", ""))
                    .refuse(STREAMS, "ResourceNotFoundException", "The specified log group does not exist.")
                    .on(STREAMS, "{\"logStreams\":[{\"logStreamName\":\"j/algo-1-1\"}]}")
                    .on(
                            EVENTS,
                            events("f/1", event(5, "one"), event(5, "two")),
                            events("f/1"),
                            events("f/2", event(5, "three")),
                            events("f/2"));
            List<String> lines = new ArrayList<>();

            attach(lines);

            assertThat(lines).containsExactly("one", "two", "three");
        }

        @Test
        void aTokenThatIsNoLongerKnownLosesAndDoublesNothing() {
            platform.on(
                            DESCRIBE,
                            job("InProgress", "rein-toolkit:0.1.0", ""),
                            job("InProgress", "rein-toolkit:0.1.0", ""),
                            job("Completed", "rein-toolkit:0.1.0", ""))
                    .on(STREAMS, "{\"logStreams\":[{\"logStreamName\":\"j/algo-1-1\"}]}")
                    .on(EVENTS, events("f/1", event(4, "one"), event(5, "two"), event(5, "three")), events("f/1"))
                    .refuse(EVENTS, "InvalidParameterException", "The specified nextToken is invalid.")
                    .on(
                            EVENTS,
                            events("g/1", event(5, "two"), event(5, "three"), event(5, "four"), event(6, "five")),
                            events("g/1"));
            List<String> lines = new ArrayList<>();

            attach(lines);

            assertThat(lines).containsExactly("one", "two", "three", "four", "five");
            assertThat(platform.calls(EVENTS).get(3).json().path("startTime").longValue())
                    .isEqualTo(5);
        }

        @Test
        void anEmptyPageIsNotTakenForTheEnd() {
            platform.on(
                            DESCRIBE,
                            job("InProgress", "rein-toolkit:0.1.0", ""),
                            job("Completed", "rein-toolkit:0.1.0", ""))
                    .on(STREAMS, "{\"logStreams\":[{\"logStreamName\":\"j/algo-1-1\"}]}")
                    .on(EVENTS, events("f/1"), events("f/2", event(5, "late")), events("f/2"));
            List<String> lines = new ArrayList<>();

            attach(lines);

            assertThat(lines).containsExactly("late");
        }

        @Test
        void itsStatesItsLogAndItsSecondsArePrintedAsPythonPrintsThem() {
            String starting = transition("Starting", 1000, "Preparing the hosts");
            String training = transition("Training", 2000, "Running the script");
            String told = transition("Training", 2000, "Half way");
            platform.on(
                            DESCRIBE,
                            job("InProgress", "rein-toolkit:0.1.0", seconds(3, starting)),
                            job("InProgress", "rein-toolkit:0.1.0", seconds(3, starting, training)),
                            job("InProgress", "rein-toolkit:0.1.0", seconds(4, starting, told)),
                            job(
                                    "Completed",
                                    "rein-toolkit:0.1.0",
                                    seconds(5, starting, told, transition("Completed", 5000, "Done"))
                                            + ",\"TrainingTimeInSeconds\":7,\"BillableTimeInSeconds\":6,\"EnableManagedSpotTraining\":true"))
                    .on(STREAMS, "{\"logStreams\":[{\"logStreamName\":\"j/algo-1-1\"}]}")
                    .on(
                            EVENTS,
                            events("f/0"),
                            events("f/0"),
                            events("f/1", event(2500, "reward 1")),
                            events("f/1"),
                            events("f/1"),
                            events("f/2", event(4500, "reward 2")),
                            events("f/2"));
            var printed = new ByteArrayOutputStream();

            session.logsForJob(
                    "j-2026-11-22-21-49-16-593",
                    new LogPrinter(new PrintStream(printed, true, StandardCharsets.UTF_8), false));

            assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                    .containsExactly(
                            "1970-01-01 00:00:01 Starting - Preparing the hosts",
                            "1970-01-01 00:00:02 Training - Running the script",
                            "reward 1",
                            "1970-01-01 00:00:04 Training - Half way",
                            "reward 2",
                            "1970-01-01 00:00:05 Completed - Done",
                            "Training seconds: 7",
                            "Billable seconds: 6",
                            "Managed Spot Training savings: 14.3%");
        }

        private static String transition(String status, long millis, String message) {
            return "{\"Status\":\"%s\",\"StartTime\":%s,\"StatusMessage\":\"%s\"}"
                    .formatted(status, millis / 1000.0, message);
        }

        private static String seconds(int modified, String... transitions) {
            return ",\"LastModifiedTime\":" + modified + ",\"SecondaryStatusTransitions\":["
                    + String.join(",", transitions) + "]";
        }

        @Test
        void hostsAreMergedByTime() {
            platform.on(
                            DESCRIBE,
                            job("InProgress", "rein-toolkit:0.1.0", ""),
                            job("Completed", "rein-toolkit:0.1.0", ""))
                    .on(
                            STREAMS,
                            "{\"logStreams\":[{\"logStreamName\":\"j/algo-1-1\"},{\"logStreamName\":\"j/algo-2-1\"}]}")
                    .on(
                            EVENTS,
                            events("a", event(1, "first"), event(4, "fourth")),
                            events("a"),
                            events("b", event(2, "second"), event(3, "third")),
                            events("b"));
            List<String> lines = new ArrayList<>();

            attach(lines);

            assertThat(lines).containsExactly("first", "second", "third", "fourth");
        }
    }

    @Nested
    class GivenAJobThatFailed {
        @Test
        void theReasonTheStatusAndWhatWasAllowedAreTold() {
            platform.on(
                    DESCRIBE,
                    job("Failed", "rein-toolkit:0.1.0", ",\"FailureReason\":\"AlgorithmError: exit code 3\""));

            var failure = catchThrowableOfType(UnexpectedStatusException.class, () -> attach(new ArrayList<>()));

            assertThat(failure)
                    .hasMessageStartingWith("Error for Training job j-2026-11-22-21-49-16-593: Failed."
                            + " Reason: AlgorithmError: exit code 3");
            assertThat(failure.actualStatus()).isEqualTo("Failed");
            assertThat(failure.allowedStatuses()).containsExactly("Completed", "Stopped");
        }

        @Test
        void aLackOfCapacityIsToldApart() {
            platform.on(
                    DESCRIBE, job("Failed", "rein-toolkit:0.1.0", ",\"FailureReason\":\"CapacityError: none left\""));

            assertThatThrownBy(() -> attach(new ArrayList<>())).isInstanceOf(CapacityException.class);
        }
    }

    @Nested
    class GivenAJobThatCompleted {
        private static final String COACH =
                "520713654638.dkr.ecr.us-west-2.amazonaws.com/sagemaker-rl-tensorflow:coach0.11.1-gpu-py3";

        private void completed(String image, String more) throws IOException {
            platform.onXml(
                            "GetCallerIdentity",
                            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
                                    + "<GetCallerIdentityResult><Account>000000000000</Account>"
                                    + "</GetCallerIdentityResult></GetCallerIdentityResponse>")
                    .onBytes("GET /b/j/output/model.tar.gz", Tar.of(Map.of("policy.bin", "abc")))
                    .onBytes("GET /b/j/source/sourcedir.tar.gz", Tar.of(Map.of("train.py", "1")));
            platform.on(DESCRIBE, job("Completed", image, more))
                    .on("SageMaker.ListTags", "{\"Tags\":[{\"Key\":\"team\",\"Value\":\"rl\"}]}")
                    .on(
                            "SageMaker.CreateEndpoint",
                            "{\"EndpointArn\":\"arn:aws:sagemaker:us-west-2:000000000000:endpoint/e\"}")
                    .on(
                            "SageMaker.DescribeEndpoint",
                            "{\"EndpointName\":\"e\",\"EndpointConfigName\":\"e\",\"EndpointStatus\":\"Creating\"}",
                            "{\"EndpointName\":\"e\",\"EndpointConfigName\":\"e\",\"EndpointStatus\":\"InService\"}");
        }

        @Test
        void deployMakesAModelAConfigurationAndAnEndpointInThatOrder() throws IOException {
            completed("rein-toolkit:0.1.0", "");

            RLEstimator estimator = attach(new ArrayList<>());
            int before = platform.operations().size();
            estimator.deploy(1, "ml.m5.large", "e");

            assertThat(platform.operations()
                            .subList(before, platform.operations().size()))
                    .containsExactly(
                            DESCRIBE,
                            "SageMaker.CreateModel",
                            "SageMaker.CreateEndpointConfig",
                            "SageMaker.CreateEndpoint",
                            "SageMaker.DescribeEndpoint",
                            "SageMaker.DescribeEndpoint");
            var model = platform.only("SageMaker.CreateModel").json();
            assertThat(model.at("/PrimaryContainer/Image").asString()).isEqualTo("rein-toolkit:0.1.0");
            assertThat(model.at("/PrimaryContainer/ModelDataUrl").asString()).isEqualTo("s3://b/j/output/model.tar.gz");
            assertThat(model.at("/Tags/0/Key").asString()).isEqualTo("team");
        }

        @Test
        void theEnvironmentAndTheIsolationComeBackAndGoOnToTheModel() throws IOException {
            completed("my-rl:1", ",\"Environment\":{\"A\":\"b\"},\"EnableNetworkIsolation\":true");

            attach(new ArrayList<>()).deploy(1, "ml.m5.large", "e");

            var model = platform.only("SageMaker.CreateModel").json();
            assertThat(model.at("/PrimaryContainer/Environment/A").asString()).isEqualTo("b");
            assertThat(model.path("EnableNetworkIsolation").booleanValue()).isTrue();
        }

        @Test
        void coachIsServedByTensorFlowServingForTheProcessorOfTheEndpoint() throws IOException {
            completed(COACH, "");

            Predictor predictor = attach(new ArrayList<>()).deploy(1, "ml.m4.xlarge", "e");

            assertThat(predictor).isInstanceOf(TensorFlowPredictor.class);
            assertThat(platform.only("SageMaker.CreateModel")
                            .json()
                            .at("/PrimaryContainer/Image")
                            .asString())
                    .isEqualTo("520713654638.dkr.ecr.us-west-2.amazonaws.com/sagemaker-tensorflow-serving:1.12-cpu");
        }

        @Test
        void anImageOfAPrivateRegistryStaysTheImage() throws IOException {
            String mirrored =
                    "123456789012.dkr.ecr.us-west-2.amazonaws.com/sagemaker-rl-ray-container:ray-1.6.0-torch-cpu-py36";
            completed(mirrored, "");

            attach(new ArrayList<>()).deploy(1, "ml.m5.large", "e");

            assertThat(platform.only("SageMaker.CreateModel")
                            .json()
                            .at("/PrimaryContainer/Image")
                            .asString())
                    .isEqualTo(mirrored);
        }

        @Test
        void everyArgumentComesBack() throws IOException {
            RLEstimator original = RLEstimator.builder()
                    .session(session)
                    .sourceArchive("s3://bkt/j/source/sourcedir.tar.gz")
                    .entryPoint("CartPole.java")
                    .imageUri("my-rl:1")
                    .role("arn:aws:iam::000000000000:role/R")
                    .instanceGroups(List.of(
                            new InstanceGroup("learners", "ml.p3.2xlarge", 1),
                            new InstanceGroup("actors", "ml.c5.large", 4)))
                    .keepAlivePeriodInSeconds(60)
                    .volumeSize(50)
                    .volumeKmsKey("volume-key")
                    .maxRun(100)
                    .maxWait(200)
                    .useSpotInstances(true)
                    .maxRetryAttempts(3)
                    .inputMode("FastFile")
                    .outputPath("s3://mybkt/p")
                    .outputKmsKey("output-key")
                    .disableOutputCompression(true)
                    .subnets(List.of("subnet-1"))
                    .securityGroupIds(List.of("sg-1"))
                    .modelUri("s3://models/old.tar.gz")
                    .modelChannelName("before")
                    .encryptInterContainerTraffic(true)
                    .environment(Map.of("A", "b"))
                    .metricDefinitions(List.of(new MetricDefinition("m", "m=(.*)")))
                    .trainingRepositoryAccessMode("Vpc")
                    .trainingRepositoryCredentialsProviderArn("arn:aws:lambda:us-west-2:000000000000:function:f")
                    .trainingPlan("arn:aws:sagemaker:us-west-2:000000000000:training-plan/p")
                    .containerEntryPoint(List.of("run", "me"))
                    .containerArguments(List.of("--fast"))
                    .checkpointS3Uri("s3://mybkt/checkpoints")
                    .checkpointLocalPath("/opt/ml/saved")
                    .enableInfraCheck(true)
                    .enableRemoteDebug(true)
                    .enableSageMakerMetrics(true)
                    .enableNetworkIsolation(true)
                    .debuggerHookConfig(false)
                    .containerLogLevel(10)
                    .hyperparameters(Map.of("lr", 0.1, "layers", List.of(64, 64)))
                    .build();
            original.fit(Map.of(), false, null, "j-2026-11-22-21-49-16-593");
            ObjectNode described =
                    (ObjectNode) platform.only("SageMaker.CreateTrainingJob").json();
            described
                    .put("TrainingJobArn", "arn:aws:sagemaker:us-west-2:000000000000:training-job/j")
                    .put("TrainingJobStatus", "Completed");
            platform.on(DESCRIBE, described.toString())
                    .on(
                            "SageMaker.ListTags",
                            "{\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"}],\"NextToken\":\"more\"}",
                            "{\"Tags\":[{\"Key\":\"b\",\"Value\":\"2\"}]}");

            attach(new ArrayList<>()).fit(Map.of(), false, null, "j-2026-11-22-21-49-16-593");

            ObjectNode again = (ObjectNode)
                    platform.calls("SageMaker.CreateTrainingJob").getLast().json();
            assertThat(again.remove("Tags").findValuesAsString("Key")).containsExactly("a", "b");
            described.remove(List.of("TrainingJobArn", "TrainingJobStatus"));
            assertThat(again).isEqualTo(described);
        }

        @Test
        void fittingAgainUsesTheCodeTheJobHad() throws IOException {
            completed("rein-toolkit:0.1.0", "");

            attach(new ArrayList<>()).fit(Map.of(), false, null, "again");

            assertThat(platform.operations()).noneMatch(operation -> operation.startsWith("PUT "));
            var hyperParameters =
                    platform.only("SageMaker.CreateTrainingJob").json().path("HyperParameters");
            assertThat(hyperParameters.path("sagemaker_submit_directory").asString())
                    .isEqualTo("\"s3://b/j/source/sourcedir.tar.gz\"");
            assertThat(hyperParameters.path("lr").asString()).isEqualTo("0.1");
        }
    }

    @Nested
    class GivenAnEndpoint {
        @Test
        void anObservationGoesInAndAnActionComesOut() {
            platform.on("POST /endpoints/e/invocations", "{\"action\":1}");

            Action action = new Predictor("e", session).predict(0.1f, 0f, 0f, 0f);

            assertThat(action.index()).isEqualTo(1);
            var call = platform.only("POST /endpoints/e/invocations");
            assertThat(call.json().path("observation").size()).isEqualTo(4);
            assertThat(call.header("Content-Type")).isEqualTo("application/json");
        }

        @Test
        void bytesAndRoutingGoThroughAsTheyAre() {
            platform.on("POST /endpoints/e/invocations", "raw");
            var routing = new Predictor.Routing(Optional.of("k=v"), Optional.of("blue"), Optional.of("7"));

            byte[] answer =
                    new Predictor("e", session).predict(new byte[] {1, 2}, "application/octet-stream", "*/*", routing);

            assertThat(new String(answer, StandardCharsets.UTF_8)).isEqualTo("raw");
            var call = platform.only("POST /endpoints/e/invocations");
            assertThat(call.body()).containsExactly(1, 2);
            assertThat(call.header("X-Amzn-SageMaker-Custom-Attributes")).isEqualTo("k=v");
            assertThat(call.header("X-Amzn-SageMaker-Target-Variant")).isEqualTo("blue");
            assertThat(call.header("X-Amzn-SageMaker-Inference-Id")).isEqualTo("7");
        }

        @Test
        void deletingTakesTheConfigurationFirst() {
            platform.on("SageMaker.DescribeEndpoint", "{\"EndpointName\":\"e\",\"EndpointConfigName\":\"c\"}");

            new Predictor("e", session).deleteEndpoint();

            assertThat(platform.operations())
                    .containsExactly(
                            "SageMaker.DescribeEndpoint", "SageMaker.DeleteEndpointConfig", "SageMaker.DeleteEndpoint");
        }
    }
}
