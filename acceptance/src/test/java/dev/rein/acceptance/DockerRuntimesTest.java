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
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;

/// Ray in the image that `runtimes/image.sh` makes of its runtime: gigabytes, which the daemon has or the test is
/// skipped.
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
    void rayTrains(int hosts, String said) throws Exception {
        String image = "rein-ray:2.3.1";
        assumeTrue(Containers.has(image), "no image %s here: runtimes/image.sh ray-2.3.1".formatted(image));
        String job = "ray-on-" + hosts;
        aws.submit(
                job,
                "train.py",
                Map.of("train.py", Files.readString(Checkout.root().resolve("examples/ray/train-cartpole-ray.py"))),
                Map.of(
                        "rl.training.stop.training_iteration", "2",
                        "rl.training.config.num_workers", "2",
                        "rl.training.config.framework", "\"torch\""),
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
        assertThat(messages)
                .anyMatch(line -> line.contains(said))
                .anyMatch(line -> line.contains("Image %s is served by runtime".formatted(image)));
        assertThat(aws.archive(ended.modelArtifacts().s3ModelArtifacts())).isNotEmpty();
    }
}
