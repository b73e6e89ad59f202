package dev.rein.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;
import software.amazon.awssdk.services.sagemaker.waiters.SageMakerWaiter;

/// Programs that know nothing of Rein, unmodified, pointed at it by AWS's own environment variables.
class ForeignClientsTest {
    private static final String CART_POLE =
            Checkout.root().resolve("examples/cartpole/CartPole.java").toString();

    private static final Pattern PYTHON = Pattern.compile("(?s)```python\\R(.*?)```");

    @TempDir
    private Path scratch = Path.of("");

    @Test
    void boto3TrainsFollowsDeploysInvokesAndDeletes() throws Exception {
        try (var platform = Platform.start(scratch.resolve("home"))) {
            Python.run("boto3", "boto3_life_of_a_job.py", platform.awsEnvironment(), scratch, CART_POLE, "40000");
        }
    }

    @Test
    void theAwsCliTrainsFollowsDeploysInvokesAndDeletes() throws Exception {
        try (var platform = Platform.start(scratch.resolve("home"))) {
            Python.runBeside(
                    "awscli", "aws_cli_life_of_a_job.sh", platform.awsEnvironment(), scratch, CART_POLE, "40000");
        }
    }

    @Test
    void theWaitersOfTheAwsSdkForJavaEndWithTheJob() throws Exception {
        try (var platform = Platform.start(scratch.resolve("home"));
                var aws = new Aws(platform.awsEnvironment());
                var waiter = SageMakerWaiter.builder()
                        .client(aws.sagemaker)
                        .overrideConfiguration(override -> override.maxAttempts(600)
                                .backoffStrategyV2(BackoffStrategy.fixedDelay(Duration.ofMillis(200))))
                        .build()) {
            aws.submit("brief", "echo done", _ -> {});
            aws.submit("broken", "exit 3", _ -> {});
            var brief = waiter.waitUntilTrainingJobCompletedOrStopped(describe -> describe.trainingJobName("brief"));
            assertThat(brief.matched().response().orElseThrow().trainingJobStatus())
                    .isEqualTo(TrainingJobStatus.COMPLETED);
            assertThatThrownBy(() -> waiter.waitUntilTrainingJobCompletedOrStopped(
                            describe -> describe.trainingJobName("broken")))
                    .isInstanceOf(SdkClientException.class)
                    .hasMessageContaining("failure state");
        }
    }

    @Test
    void sagemakersPythonSdkFitsAttachesDeploysAndPredicts() throws Exception {
        try (var platform = Platform.start(scratch.resolve("home"))) {
            Python.run(
                    "sagemaker",
                    "sagemaker_sdk_rl_estimator.py",
                    platform.awsEnvironment(),
                    scratch,
                    CART_POLE,
                    "40000");
        }
    }

    @Test
    void thePythonProgramOfTheReadmeRunsAsItStands() throws Exception {
        String readme = Files.readString(Checkout.root().resolve("README.md"));
        Matcher python = PYTHON.matcher(readme);
        assertThat(python.find()).isTrue();
        Path program = Files.writeString(scratch.resolve("readme.py"), python.group(1));
        Files.createSymbolicLink(
                scratch.resolve("examples"), Checkout.root().resolve("examples")); // it is run in the checkout
        try (var platform = Platform.start(scratch.resolve("home"))) {
            Python.run("sagemaker", program.toString(), platform.awsEnvironment(), scratch);
        }
        assertThat(scratch.resolve("readme.py.out")).content().contains("{'action': 1}");
    }
}
