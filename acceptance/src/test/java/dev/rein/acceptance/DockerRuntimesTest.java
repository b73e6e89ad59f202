package dev.rein.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;

/// Jobs and endpoints in the images that `runtimes/image.sh` makes of the runtimes: gigabytes, each of which the daemon
/// has or its test is skipped.
@Tag("runtimes")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerRuntimesTest {
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    private Platform platform;
    private Aws aws;

    @BeforeAll
    void start(@TempDir Path scratch) throws IOException {
        platform = Containers.platform(scratch.resolve("home"));
        aws = new Aws(platform.awsEnvironment());
    }

    @AfterAll
    void stop() {
        if (platform != null) {
            aws.close();
            platform.close();
        }
    }

    @ParameterizedTest(name = "on {0} hosts")
    @CsvSource({"1, training_iteration", "2, All 2 hosts have joined"})
    void anOldRayTrainsAndItsCheckpointIsServed(int hosts, String said) throws Exception {
        String image = image("rein-ray:2.3.1", "ray-2.3.1");
        var ended = trained(
                "ray-on-" + hosts,
                image,
                hosts,
                "ray/train-cartpole-ray.py",
                Map.of(
                        "rl.training.stop.training_iteration", "2",
                        "rl.training.config.num_workers", "2",
                        "rl.training.config.framework", "\"torch\""));
        assertThat(aws.messages("ray-on-" + hosts)).anyMatch(line -> line.contains(said));
        if (hosts == 1) {
            assertThat(served("ray", image, ended, "{\"observation\": [0.0, 0.0, 0.1, 0.2]}"))
                    .matches("\\{\"action\": ?[01]}");
        }
    }

    @Test
    void theCurrentRayTrainsAndItsCheckpointIsServed() throws Exception {
        String image = image("rein-ray:2.60.0", "ray-2.60.0");
        var ended = trained("ray-current", image, 1, "ray/train-current.py", Map.of("iterations", "1", "runners", "1"));
        assertThat(served("ray-current", image, ended, "{\"observation\": [0.0, 0.0, 0.1, 0.2]}"))
                .matches("\\{\"action\": ?[01]}");
    }

    @ParameterizedTest(name = "on {0} hosts")
    @ValueSource(ints = {1, 2})
    void coachTrainsAndItsPolicyIsServed(int hosts) throws Exception {
        String image = image("rein-coach:1.0.1", "coach");
        var ended = trained(
                "coach-on-" + hosts,
                image,
                hosts,
                "coach/coach-train.py",
                Map.of(
                        "rl.improve_steps:EnvironmentSteps", "2048",
                        "rl.steps_between_evaluation_periods:EnvironmentSteps", "2048"));
        if (hosts == 1) {
            assertThat(served("coach", image, ended, "{\"instances\": [[0.0, 0.0, 0.1, 0.2]]}"))
                    .contains("predictions");
        }
    }

    @Test
    void stableBaselinesTrainsInTheImageOfGymnasiumAndItsPolicyIsServed() throws Exception {
        String image = image("rein-gymnasium:1.4.0", "gymnasium");
        var ended = trained("sb3", image, 1, "gymnasium/train-sb3.py", Map.of("steps", "5000"));
        assertThat(served("sb3", image, ended, "[[0.0, 0.0, 0.1, 0.2]]")).matches("\\[.*[01].*]");
    }

    @Test
    void aScriptSavesAModelInTheImageOfTensorFlowAndItIsServed() throws Exception {
        String image = image("rein-tensorflow:2.21.0", "tensorflow");
        var ended = trained("tensorflow", image, 1, "train.py", """
                import os, tensorflow as tf
                class Twice(tf.Module):
                    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32)])
                    def __call__(self, x):
                        return 2.0 * x
                model = Twice()
                tf.saved_model.save(model, os.environ["SM_MODEL_DIR"] + "/1", signatures=model.__call__)
                """, Map.of());
        assertThat(served("tensorflow", image, ended, "{\"instances\": [[1.0, 2.5]]}"))
                .containsPattern("2\\.0, ?5\\.0");
    }

    // --- steps ---

    private static String image(String name, String runtime) {
        assumeTrue(Containers.has(name), "no image %s here: runtimes/image.sh %s".formatted(name, runtime));
        return name;
    }

    /// @param script below `examples`
    private DescribeTrainingJobResponse trained(
            String job, String image, int hosts, String script, Map<String, String> hyperparameters) throws Exception {
        Path file = Checkout.root().resolve("examples").resolve(script);
        return trained(job, image, hosts, file.getFileName().toString(), Files.readString(file), hyperparameters);
    }

    private DescribeTrainingJobResponse trained(
            String job, String image, int hosts, String entry, String script, Map<String, String> hyperparameters)
            throws Exception {
        aws.submit(
                job,
                entry,
                Map.of(entry, script),
                hyperparameters,
                request -> request.algorithmSpecification(
                                algorithm -> algorithm.trainingImage(image).trainingInputMode("File"))
                        .resourceConfig(resources -> resources
                                .instanceType("ml.t3.medium")
                                .instanceCount(hosts)
                                .volumeSizeInGB(1))
                        .stoppingCondition(stopping -> stopping.maxRuntimeInSeconds(1200)));
        DescribeTrainingJobResponse ended = aws.ended(job, PATIENCE);
        List<String> messages = aws.messages(job);
        assertThat(ended.trainingJobStatus())
                .as("%s%n%s", ended.failureReason(), String.join("\n", messages))
                .isEqualTo(TrainingJobStatus.COMPLETED);
        assertThat(messages).anyMatch(line -> line.contains("Image %s is served by runtime".formatted(image)));
        assertThat(aws.archive(ended.modelArtifacts().s3ModelArtifacts())).isNotEmpty();
        return ended;
    }

    /// Deploys what a job trained, in its own image.
    ///
    /// @return the endpoint's answer
    private String served(String endpoint, String image, DescribeTrainingJobResponse job, String question)
            throws InterruptedException {
        aws.model(endpoint, image, job.modelArtifacts().s3ModelArtifacts());
        aws.sagemaker.createEndpoint(create -> create.endpointName(endpoint).endpointConfigName(endpoint));
        try {
            aws.inService(endpoint, PATIENCE);
            return aws.ask(endpoint, "application/json", question);
        } finally {
            aws.sagemaker.deleteEndpoint(delete -> delete.endpointName(endpoint));
        }
    }
}
