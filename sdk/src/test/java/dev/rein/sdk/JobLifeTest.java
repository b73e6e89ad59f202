package dev.rein.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

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

        private void completed(String image, String more) {
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
        void deployMakesAModelAConfigurationAndAnEndpointInThatOrder() {
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
        void theEnvironmentAndTheIsolationComeBackAndGoOnToTheModel() {
            completed("my-rl:1", ",\"Environment\":{\"A\":\"b\"},\"EnableNetworkIsolation\":true");

            attach(new ArrayList<>()).deploy(1, "ml.m5.large", "e");

            var model = platform.only("SageMaker.CreateModel").json();
            assertThat(model.at("/PrimaryContainer/Environment/A").asString()).isEqualTo("b");
            assertThat(model.path("EnableNetworkIsolation").booleanValue()).isTrue();
        }

        @Test
        void coachIsServedByTensorFlowServingForTheProcessorOfTheEndpoint() {
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
        void anImageOfAPrivateRegistryStaysTheImage() {
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
        void fittingAgainUsesTheCodeTheJobHad() {
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
