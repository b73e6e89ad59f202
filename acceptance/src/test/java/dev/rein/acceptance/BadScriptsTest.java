package dev.rein.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.SecondaryStatus;
import software.amazon.awssdk.services.sagemaker.model.SecondaryStatusTransition;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;

/// Scripts that misbehave: each ends in a clear reason, the right final state, and no process left behind.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadScriptsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private Platform platform;
    private Aws aws;

    @BeforeAll
    void start(@TempDir Path scratch) throws IOException {
        platform = Platform.start(scratch.resolve("home"));
        aws = new Aws(platform.awsEnvironment());
    }

    @AfterAll
    void stop() {
        aws.close();
        platform.close();
    }

    @Test
    void exitCodeOtherThanZeroFailsTheJobWithTheCodeInTheReason() throws Exception {
        aws.submit("exit-3", "echo about to leave\nexit 3\n", _ -> {});
        DescribeTrainingJobResponse job = aws.ended("exit-3", PATIENCE);
        assertThat(job.trainingJobStatus()).isEqualTo(TrainingJobStatus.FAILED);
        assertThat(job.failureReason()).startsWith("AlgorithmError").contains("ExitCode 3");
        assertThat(aws.messages("exit-3")).contains("about to leave");
    }

    @Test
    void whatTheScriptWroteIntoTheFailureFileIsTheReason() throws Exception {
        aws.submit(
                "failure-file",
                "printf 'the simulator met a negative time step' >\"$SM_OUTPUT_DIR/failure\"\nexit 1\n",
                _ -> {});
        assertThat(aws.ended("failure-file", PATIENCE).failureReason())
                .isEqualTo("AlgorithmError: the simulator met a negative time step, exit code: 1");
    }

    @Test
    void scriptThatNeverEndsIsStoppedAtItsTimeLimitAndKeepsWhatItWrote() throws Exception {
        aws.submit(
                "endless",
                "trap 'exit 0' TERM\necho half a policy >\"$SM_MODEL_DIR/policy.txt\"\nwhile :; do sleep 0.1; done\n",
                request -> request.stoppingCondition(stopping -> stopping.maxRuntimeInSeconds(2)));
        DescribeTrainingJobResponse job = aws.ended("endless", PATIENCE);
        assertThat(job.trainingJobStatus()).isEqualTo(TrainingJobStatus.STOPPED);
        assertThat(job.secondaryStatusTransitions())
                .extracting(SecondaryStatusTransition::status)
                .contains(SecondaryStatus.MAX_RUNTIME_EXCEEDED);
        assertThat(files(job)).containsEntry("policy.txt", "half a policy\n");
    }

    @Test
    void stopEndsTheJobAsStopped() throws Exception {
        aws.submit("stop-me", "echo running\nwhile :; do sleep 0.1; done\n", _ -> {});
        Aws.await("the first line", PATIENCE, () -> aws.messages("stop-me").contains("running"));
        aws.sagemaker.stopTrainingJob(stop -> stop.trainingJobName("stop-me"));
        assertThat(aws.ended("stop-me", PATIENCE).trainingJobStatus()).isEqualTo(TrainingJobStatus.STOPPED);
    }

    @Test
    void childLeftBehindIsGoneWhenTheJobEnds() throws Exception {
        String mark = "left-behind-" + ProcessHandle.current().pid();
        aws.submit(
                "forks",
                "setsid sh -c 'while :; do sleep 0.2; done' %s >/dev/null 2>&1 &\necho forked\n".formatted(mark),
                _ -> {});
        assertThat(aws.ended("forks", PATIENCE).trainingJobStatus()).isEqualTo(TrainingJobStatus.COMPLETED);
        Aws.await(
                "the child to be gone",
                Duration.ofSeconds(15),
                () -> ProcessHandle.allProcesses()
                        .noneMatch(process ->
                                process.info().commandLine().orElse("").contains(mark)));
    }

    @Test
    void everyLineOfTwoHundredMegabytesIsInTheLog() throws Exception {
        // 2,000,000 lines of 100 bytes
        aws.submit("prints", "seq -f '%099.0f' 1 2000000\n", _ -> {});
        DescribeTrainingJobResponse job = aws.ended("prints", Duration.ofMinutes(3));
        assertThat(job.trainingJobStatus()).isEqualTo(TrainingJobStatus.COMPLETED);
        assertThat(lastMessages("prints")).contains("%099d".formatted(2_000_000));
    }

    @Test
    void linkToAFileOfTheMachineIsNotPackedIntoTheModel() throws Exception {
        aws.submit(
                "link",
                "ln -s /etc/passwd \"$SM_MODEL_DIR/passwd\"\necho weights >\"$SM_MODEL_DIR/weights\"\n",
                _ -> {});
        DescribeTrainingJobResponse job = aws.ended("link", PATIENCE);
        assertThat(job.trainingJobStatus()).isEqualTo(TrainingJobStatus.COMPLETED);
        assertThat(files(job)).containsOnlyKeys("weights");
    }

    private java.util.List<String> lastMessages(String job) {
        String group = "/aws/sagemaker/TrainingJobs";
        String stream = aws.logs
                .describeLogStreams(list -> list.logGroupName(group).logStreamNamePrefix(job + "/"))
                .logStreams()
                .getFirst()
                .logStreamName();
        return aws
                .logs
                .getLogEvents(get -> get.logGroupName(group)
                        .logStreamName(stream)
                        .startFromHead(false)
                        .limit(10))
                .events()
                .stream()
                .map(event -> event.message())
                .toList();
    }

    private Map<String, String> files(DescribeTrainingJobResponse job) throws IOException {
        return aws.archive(job.modelArtifacts().s3ModelArtifacts());
    }
}
