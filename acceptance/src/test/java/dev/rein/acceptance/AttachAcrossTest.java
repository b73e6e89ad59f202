package dev.rein.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rein.sdk.RLEstimator;
import dev.rein.sdk.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;

/// Jobs of one SDK, found again by the other.
class AttachAcrossTest {
    @TempDir
    private Path scratch = Path.of("");

    @Test
    void thePythonSdkAttachesToAJobOfTheJavaSdkAndTheOtherWayRound() throws Exception {
        Path script =
                Files.writeString(scratch.resolve("train.sh"), "echo m=5\necho policy >\"$SM_MODEL_DIR/policy.txt\"\n");
        try (var platform = Platform.start(scratch.resolve("home"));
                Session session = platform.session()) {
            RLEstimator.builder()
                    .session(session)
                    .entryPoint(script.toString())
                    .imageUri("rein-toolkit:latest")
                    .role("ReinRole")
                    .instanceType("ml.m5.large")
                    .instanceCount(1)
                    .volumeSize(2)
                    .maxRun(100)
                    .maxRetryAttempts(2)
                    .tags(Map.of("team", "rl"))
                    .hyperparameters(Map.of("steps", 7))
                    .build()
                    .fit(Map.of(), true, null, "of-java");

            Python.run(
                    "sagemaker",
                    "sagemaker_sdk_attach.py",
                    platform.awsEnvironment(),
                    scratch,
                    "of-java",
                    script.toString(),
                    "of-python");

            List<String> lines = new ArrayList<>();
            RLEstimator attached = RLEstimator.attach("of-python", session, line -> lines.add(line.message()));
            assertThat(attached.hyperparameters()).isEqualTo(Map.of("steps", 9, "name", "a b"));
            attached.fit(Map.of(), true, line -> lines.add(line.message()), "again");
            assertThat(lines).contains("m=5");
            DescribeTrainingJobResponse again = attached.describe();
            assertThat(again.environment()).isEqualTo(Map.of("A", "b"));
            assertThat(again.stoppingCondition().maxRuntimeInSeconds()).isEqualTo(200);
            assertThat(again.algorithmSpecification().metricDefinitions())
                    .extracting(metric -> metric.name() + " " + metric.regex())
                    .containsExactly("m m=(.*)");
        }
    }
}
