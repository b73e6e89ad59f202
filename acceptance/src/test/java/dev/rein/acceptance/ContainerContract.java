package dev.rein.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.sagemaker.model.Channel;
import software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobRequest;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.InstanceGroup;
import software.amazon.awssdk.services.sagemaker.model.S3DataDistribution;
import software.amazon.awssdk.services.sagemaker.model.S3DataType;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What an entry point may rely on inside its host, and the platform of it: SageMaker's container contract, seen
/// from the script and from S3. The same for every backend; each has a subclass that starts a platform on it.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ContainerContract {
    /// A stop that is ignored takes two minutes.
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private static final String OUTPUT = "s3://acceptance/";

    /// Shows its environment as it was handed over, for a shell drops names it cannot hold; and its arguments.
    private static final String SHOW = """
            tr '\\0' '\\n' </proc/$$/environ | sed 's/^/env /'
            for a; do printf 'arg <%s>\\n' "$a"; done
            """;

    private Platform platform;
    private Aws aws;

    /// A platform whose hosts run on the backend in question.
    abstract Platform start(Path home) throws IOException;

    /// Whether hosts find each other by name here, which some machines do not allow.
    abstract boolean hostsHaveNames() throws Exception;

    /// The program `train` of the image.
    Toolkit toolkit() {
        return new Toolkit(SHOW, "entry.sh", "entry.sh", true, true, "ExitCode 137");
    }

    /// What runs the entry point.
    String image() {
        return "rein-toolkit:latest";
    }

    @BeforeAll
    void open(@TempDir Path scratch) throws IOException {
        platform = start(scratch.resolve("home"));
        aws = new Aws(platform.awsEnvironment(), image());
    }

    @AfterAll
    void stop() {
        if (aws != null) {
            aws.close();
            platform.close();
        }
    }

    private DescribeTrainingJobResponse ended(String job, TrainingJobStatus expected) throws InterruptedException {
        DescribeTrainingJobResponse described = aws.ended(job, PATIENCE);
        assertThat(described.trainingJobStatus())
                .as("%s: %s%n%s", job, described.failureReason(), aws.messages(job))
                .isEqualTo(expected);
        return described;
    }

    private List<String> lines(String job, String prefix) {
        return aws.messages(job).stream()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()))
                .toList();
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    private static Channel channel(String name, S3DataType type, String uri, S3DataDistribution distribution) {
        return Channel.builder()
                .channelName(name)
                .dataSource(source ->
                        source.s3DataSource(s3 -> s3.s3DataType(type).s3Uri(uri).s3DataDistributionType(distribution)))
                .build();
    }

    private static Channel prefix(String name, String uri) {
        return channel(name, S3DataType.S3_PREFIX, uri, S3DataDistribution.FULLY_REPLICATED);
    }

    @Nested
    class TheHost {
        private static final Map<String, String> HYPERPARAMETERS = Map.of(
                "a", "5",
                "batch-size", "64",
                "rl.lr", "0.10",
                "flag", "true",
                "bins", "[1, 2]",
                "dict", "{\"b\": 1, \"a\": \"x\"}",
                "nothing", "null",
                "text", "\"two words, a ' and $HOME *\"",
                "raw", "not json");

        @Test
        void isToldEverythingByTheNamesAndInTheFormsOfTheContract() throws Exception {
            aws.put("told/data/one.txt", "1".getBytes(UTF_8));
            aws.submit(
                    "told",
                    toolkit().entry(),
                    Map.of(toolkit().entry(), toolkit().show()),
                    HYPERPARAMETERS,
                    request -> request.environment(Map.of("MINE", "as given"))
                            .inputDataConfig(prefix("training", OUTPUT + "told/data/")));
            ended("told", TrainingJobStatus.COMPLETED);
            Map<String, String> told = environment("told");
            String ml = told.getOrDefault("SAGEMAKER_BASE_DIR", "/opt/ml");

            Map<String, String> expected = new TreeMap<>();
            expected.put("MINE", "as given");
            expected.put("TRAINING_JOB_NAME", "told");
            expected.put("TRAINING_JOB_ARN", "arn:aws:sagemaker:us-west-2:000000000000:training-job/told");
            expected.put("AWS_REGION", "us-west-2");
            expected.put("SM_HOSTS", "[\"algo-1\"]");
            expected.put("SM_CURRENT_HOST", "algo-1");
            expected.put("SM_NUM_GPUS", "0");
            expected.put("SM_NUM_NEURONS", "0");
            expected.put("SM_CURRENT_INSTANCE_TYPE", "ml.m5.large");
            expected.put("SM_CURRENT_INSTANCE_GROUP", "homogeneousCluster");
            expected.put("SM_CURRENT_INSTANCE_GROUP_HOSTS", "[\"algo-1\"]");
            expected.put("SM_INSTANCE_GROUPS", "[\"homogeneousCluster\"]");
            expected.put("SM_DISTRIBUTION_INSTANCE_GROUPS", "[]");
            expected.put("SM_IS_HETERO", "false");
            expected.put("SM_HP_A", "5");
            expected.put("SM_HP_BATCH-SIZE", "64");
            expected.put("SM_HP_RL.LR", "0.1");
            expected.put("SM_HP_FLAG", "true");
            expected.put("SM_HP_BINS", "[1,2]");
            expected.put("SM_HP_DICT", "{\"a\":\"x\",\"b\":1}");
            expected.put("SM_HP_NOTHING", "");
            expected.put("SM_HP_TEXT", "two words, a ' and $HOME *");
            expected.put("SM_HP_RAW", "not json");
            expected.put("SM_CHANNELS", "[\"training\"]");
            expected.put("SM_CHANNEL_TRAINING", ml + "/input/data/training");
            expected.put("SM_INPUT_DIR", ml + "/input");
            expected.put("SM_INPUT_CONFIG_DIR", ml + "/input/config");
            expected.put("SM_MODEL_DIR", ml + "/model");
            expected.put("SM_OUTPUT_DIR", ml + "/output");
            expected.put("SM_OUTPUT_DATA_DIR", ml + "/output/data");
            expected.put("SM_OUTPUT_INTERMEDIATE_DIR", ml + "/output/intermediate");
            expected.put("SM_MODULE_DIR", OUTPUT + "told/source/sourcedir.tar.gz");
            expected.put("SM_MODULE_NAME", toolkit().module());
            expected.put("SM_USER_ENTRY_POINT", toolkit().entry());
            expected.put("SM_LOG_LEVEL", "20");
            assertThat(told).containsAllEntriesOf(expected);
            assertThat(told)
                    .containsKeys(
                            "SM_NETWORK_INTERFACE_NAME",
                            "SM_NUM_CPUS",
                            "SM_INSTANCE_GROUPS_DICT",
                            "SM_FRAMEWORK_MODULE",
                            "SM_FRAMEWORK_PARAMS",
                            "AWS_ACCESS_KEY_ID",
                            "AWS_ENDPOINT_URL",
                            "S3_ENDPOINT_URL");
            assertThat(told.get("PYTHONPATH")).startsWith(ml + "/code");
            assertThat(json(told.getOrDefault("SM_HPS", "")).path("rl.lr").asDouble())
                    .isEqualTo(0.1);
            assertThat(json(told.getOrDefault("SM_RESOURCE_CONFIG", ""))
                            .path("hosts")
                            .get(0)
                            .asString())
                    .isEqualTo("algo-1");
            JsonNode channel =
                    json(told.getOrDefault("SM_INPUT_DATA_CONFIG", "")).path("training");
            assertThat(channel.path("TrainingInputMode").asString()).isEqualTo("File");
            assertThat(channel.path("S3DistributionType").asString()).isEqualTo("FullyReplicated");
            JsonNode all = json(told.getOrDefault("SM_TRAINING_ENV", ""));
            assertThat(all.path("is_master").asBoolean()).isTrue();
            assertThat(all.path("master_hostname").asString()).isEqualTo("algo-1");
            assertThat(all.path("channel_input_dirs").path("training").asString())
                    .isEqualTo(ml + "/input/data/training");
            assertThat(all.path("hyperparameters").path("bins").size()).isEqualTo(2);

            assertThat(lines("told", "arg "))
                    .containsExactly(
                            "<-a>", "<5>",
                            "<--batch-size>", "<64>",
                            "<--bins>", "<[1, 2]>",
                            "<--dict>", "<a=x,b=1>",
                            "<--flag>", "<True>",
                            "<--nothing>", "<>",
                            "<--raw>", "<not json>",
                            "<--rl.lr>", "<0.1>",
                            "<--text>", "<two words, a ' and $HOME *>");
        }

        @Test
        void findsItsTreeItsFilesAndItsChannelsAndMayWriteThem() throws Exception {
            aws.put("tree/data/a.txt", "alpha".getBytes(UTF_8));
            aws.put("tree/data/deep/b.txt", "beta".getBytes(UTF_8));
            aws.put("tree/other/c.txt", "gamma".getBytes(UTF_8));
            String manifest = aws.put(
                    "tree/manifest.json",
                    "[{\"prefix\": \"%stree/\"}, \"other/c.txt\", \"data/deep/b.txt\"]"
                            .formatted(OUTPUT)
                            .getBytes(UTF_8));
            aws.submit(
                    "tree",
                    """
                    [ "$PWD" -ef "$SM_INPUT_DIR/../code" ] && echo "cwd code"
                    cd "$SM_INPUT_DIR/.."
                    for d in input/data/training model output output/data output/intermediate code; do
                      touch "$d/probe" && echo "writable $d"
                      rm "$d/probe"
                    done
                    find input code output model -type f | sort | sed 's/^/file /'
                    for f in hyperparameters inputdataconfig resourceconfig; do
                      echo "$f $(tr -d '\\n' <input/config/$f.json)"
                    done
                    echo "content $(cat input/data/training/deep/b.txt)"
                    """,
                    request -> request.inputDataConfig(
                            prefix("training", OUTPUT + "tree/data/"),
                            channel(
                                    "listed",
                                    S3DataType.MANIFEST_FILE,
                                    manifest,
                                    S3DataDistribution.FULLY_REPLICATED)));
            ended("tree", TrainingJobStatus.COMPLETED);
            assertThat(lines("tree", "cwd ")).containsExactly("code");
            assertThat(lines("tree", "writable "))
                    .containsExactly(
                            "input/data/training", "model", "output", "output/data", "output/intermediate", "code");
            assertThat(lines("tree", "file "))
                    .containsExactly(
                            "code/entry.sh",
                            "input/config/hyperparameters.json",
                            "input/config/inputdataconfig.json",
                            "input/config/resourceconfig.json",
                            "input/data/listed/data/deep/b.txt",
                            "input/data/listed/other/c.txt",
                            "input/data/training/a.txt",
                            "input/data/training/deep/b.txt");
            assertThat(lines("tree", "content ")).containsExactly("beta");
            JsonNode hyperparameters = json(lines("tree", "hyperparameters ").getFirst());
            assertThat(hyperparameters.path("sagemaker_program").asString())
                    .as("as it came over the wire")
                    .isEqualTo("\"entry.sh\"");
            JsonNode resources = json(lines("tree", "resourceconfig ").getFirst());
            assertThat(resources.path("current_host").asString()).isEqualTo("algo-1");
            assertThat(resources.path("current_group_name").asString()).isEqualTo("homogeneousCluster");
            assertThat(resources.path("current_instance_type").asString()).isEqualTo("ml.m5.large");
            assertThat(json(lines("tree", "inputdataconfig ").getFirst()).propertyNames())
                    .containsExactlyInAnyOrder("training", "listed");
        }

        @Test
        void sharesShardsWithItsPeersAndHasWholeWhatIsReplicated() throws Exception {
            assumeTrue(hostsHaveNames(), "hosts have no names of their own here");
            for (int i = 0; i < 5; i++) {
                aws.put("shards/data/part-" + i, "x".getBytes(UTF_8));
            }
            aws.submit(
                    "shards",
                    """
                    echo "of $SM_CURRENT_HOST $(ls "$SM_CHANNEL_PARTS" | tr '\\n' ' ')"
                    echo "whole $(ls "$SM_CHANNEL_ALL" | wc -l)"
                    echo "hosts $SM_HOSTS"
                    echo "$SM_CURRENT_HOST" >"$SM_MODEL_DIR/$SM_CURRENT_HOST"
                    """,
                    request -> request.inputDataConfig(
                                    channel(
                                            "parts",
                                            S3DataType.S3_PREFIX,
                                            OUTPUT + "shards/data/",
                                            S3DataDistribution.SHARDED_BY_S3_KEY),
                                    prefix("all", OUTPUT + "shards/data/"))
                            .resourceConfig(resources -> resources
                                    .instanceType("ml.m5.large")
                                    .instanceCount(2)
                                    .volumeSizeInGB(1)));
            DescribeTrainingJobResponse job = ended("shards", TrainingJobStatus.COMPLETED);
            List<String> shards = lines("shards", "of ");
            assertThat(shards).hasSize(2);
            assertThat(String.join(" ", shards)).contains("algo-1", "algo-2");
            assertThat(shards.stream()
                            .flatMap(line ->
                                    Pattern.compile("part-\\d").matcher(line).results())
                            .map(found -> found.group())
                            .sorted())
                    .containsExactly("part-0", "part-1", "part-2", "part-3", "part-4");
            assertThat(lines("shards", "whole ")).containsExactly("5", "5");
            assertThat(lines("shards", "hosts ")).containsOnly("[\"algo-1\",\"algo-2\"]");
            assertThat(aws.archive(job.modelArtifacts().s3ModelArtifacts())).containsOnlyKeys("algo-1", "algo-2");
        }

        @Test
        void knowsItsGroupAmongThoseOfAHeterogeneousCluster() throws Exception {
            assumeTrue(hostsHaveNames(), "hosts have no names of their own here");
            aws.submit(
                    "groups",
                    """
                    echo "of $SM_CURRENT_HOST $SM_CURRENT_INSTANCE_GROUP $SM_CURRENT_INSTANCE_TYPE $SM_CURRENT_INSTANCE_GROUP_HOSTS"
                    echo "all $SM_HOSTS $SM_INSTANCE_GROUPS $SM_IS_HETERO"
                    """,
                    request -> request.resourceConfig(resources -> resources
                            .volumeSizeInGB(1)
                            .instanceGroups(group("learner", "ml.m5.large"), group("actors", "ml.c5.large"))));
            ended("groups", TrainingJobStatus.COMPLETED);
            assertThat(lines("groups", "of "))
                    .containsExactlyInAnyOrder(
                            "algo-1 learner ml.m5.large [\"algo-1\"]", "algo-2 actors ml.c5.large [\"algo-2\"]");
            assertThat(lines("groups", "all "))
                    .hasSize(2)
                    .containsOnly("[\"algo-1\",\"algo-2\"] [\"learner\",\"actors\"] true");
        }

        private static InstanceGroup group(String name, String type) {
            return InstanceGroup.builder()
                    .instanceGroupName(name)
                    .instanceType(type)
                    .instanceCount(1)
                    .build();
        }

        private Map<String, String> environment(String job) {
            Map<String, String> environment = new TreeMap<>();
            lines(job, "env ").forEach(line -> {
                String[] pair = line.split("=", 2);
                environment.put(pair[0], pair[1]);
            });
            return environment;
        }
    }

    @Nested
    class TheEnd {
        @Test
        void ofAGoodScriptLeavesModelAndOutputAtTheirKeysWithoutALeadingFolder() throws Exception {
            aws.submit("good", """
                    mkdir "$SM_MODEL_DIR/deep"; echo m >"$SM_MODEL_DIR/deep/model.txt"
                    echo o >"$SM_OUTPUT_DATA_DIR/curve.csv"
                    echo to the left; echo to the right >&2
                    """, _ -> {});
            DescribeTrainingJobResponse job = ended("good", TrainingJobStatus.COMPLETED);
            assertThat(job.modelArtifacts().s3ModelArtifacts()).isEqualTo(OUTPUT + "good/output/model.tar.gz");
            assertThat(aws.archive(OUTPUT + "good/output/model.tar.gz"))
                    .containsExactly(Map.entry("deep/model.txt", "m\n"));
            assertThat(aws.archive(OUTPUT + "good/output/output.tar.gz"))
                    .containsExactly(Map.entry("curve.csv", "o\n"));
            assertThat(aws.messages("good")).contains("to the left", "to the right");
        }

        @ParameterizedTest(name = "{0}")
        @CsvSource(
                delimiter = '|',
                value = {
                    "exits-7  | exit 7                                            | ExitCode 7",
                    "own-word | echo the tank is empty >$SM_OUTPUT_DIR/failure; exit 2 | the tank is empty"
                })
        void ofABadScriptIsToldInTheFailureReason(String job, String script, String reason) throws Exception {
            aws.submit(job, script + "\n", _ -> {});
            assertThat(ended(job, TrainingJobStatus.FAILED).failureReason())
                    .startsWith("AlgorithmError: ")
                    .contains(reason);
        }

        @Test
        void bySigkillIsTold() throws Exception {
            aws.submit("killed", "kill -9 $$\n", _ -> {});
            assertThat(ended("killed", TrainingJobStatus.FAILED).failureReason())
                    .startsWith("AlgorithmError: ")
                    .contains(toolkit().killed())
                    .doesNotContainIgnoringCase("memory");
        }

        @Test
        void ofOneHostIsTheJobsWithinHalfAMinuteAndNamesTheHost() throws Exception {
            assumeTrue(hostsHaveNames(), "hosts have no names of their own here");
            aws.submit(
                    "half",
                    """
                    echo "here is $SM_CURRENT_HOST"
                    [ "$SM_CURRENT_HOST" = algo-1 ] || { date +'ended %s'; exit 5; }
                    while :; do sleep 0.1; done
                    """,
                    request -> request.resourceConfig(resources -> resources
                            .instanceType("ml.m5.large")
                            .instanceCount(2)
                            .volumeSizeInGB(1)));
            DescribeTrainingJobResponse job = ended("half", TrainingJobStatus.FAILED);
            assertThat(job.failureReason()).contains("Host algo-2", "ExitCode 5");
            assertThat(lines("half", "here is ")).containsExactlyInAnyOrder("algo-1", "algo-2");
            if (toolkit().passesSignals()) {
                Instant ended = Instant.ofEpochSecond(
                        Long.parseLong(lines("half", "ended ").getFirst()));
                assertThat(Duration.between(ended, job.trainingEndTime())).isLessThan(Duration.ofSeconds(30));
            }
        }

        @Test
        void withLastWordsQuotesThem() throws Exception {
            aws.submit("speaks", "echo 'ValueError: no such reward' >&2; exit 1\n", _ -> {});
            assertThat(words(ended("speaks", TrainingJobStatus.FAILED))).contains("no such reward");
        }

        /// The reason, where the toolkit quotes; else the log.
        private String words(DescribeTrainingJobResponse job) {
            return toolkit().quotesErrors()
                    ? job.failureReason()
                    : String.join("\n", aws.messages(job.trainingJobName()));
        }

        @Test
        void ofAPipThatFindsNothingNamesThePackage() throws Exception {
            aws.submit(
                    "pip",
                    "train.py",
                    Map.of("train.py", "print('never')\n", "requirements.txt", "rein-no-such-package==9.9\n"),
                    Map.of(),
                    request -> request.environment(Map.of(
                            "PIP_NO_INDEX", "1",
                            "PIP_BREAK_SYSTEM_PACKAGES", "1",
                            "PIP_DISABLE_PIP_VERSION_CHECK", "1")));
            DescribeTrainingJobResponse job = aws.ended("pip", PATIENCE);
            List<String> said = aws.messages("pip");
            assumeTrue(
                    said.stream().noneMatch(line -> line.contains("No module named pip"))
                            && !String.valueOf(job.failureReason()).contains("python3 cannot be started"),
                    "no Python with pip here");
            assertThat(job.trainingJobStatus()).isEqualTo(TrainingJobStatus.FAILED);
            assertThat(job.failureReason()).contains("InstallRequirementsError");
            assertThat(words(job)).contains("rein-no-such-package");
            assertThat(said).doesNotContain("never");
        }

        @Test
        void byAStopComesWithSigtermAndWhatIsWrittenThenIsKept() throws Exception {
            assumeTrue(toolkit().passesSignals(), "its program train, the container's first, does not pass signals on");
            aws.submit("stopped", """
                    trap 'echo last words >"$SM_MODEL_DIR/policy"; exit 0' TERM
                    echo running
                    while :; do sleep 0.1; done
                    """, _ -> {});
            Aws.await("the first line", PATIENCE, () -> aws.messages("stopped").contains("running"));
            aws.sagemaker.stopTrainingJob(stop -> stop.trainingJobName("stopped"));
            ended("stopped", TrainingJobStatus.STOPPED);
            assertThat(aws.archive(OUTPUT + "stopped/output/model.tar.gz"))
                    .containsExactly(Map.entry("policy", "last words\n"));
        }

        @Test
        @Tag("slow")
        void byAStopThatIsIgnoredComesAfterTwoMinutesAndWhatIsWrittenIsKept() throws Exception {
            aws.submit("stubborn", """
                    trap '' TERM
                    echo half >"$SM_MODEL_DIR/policy"
                    echo running
                    while :; do sleep 0.1; done
                    """, _ -> {});
            Aws.await("the first line", PATIENCE, () -> aws.messages("stubborn").contains("running"));
            long asked = System.nanoTime();
            aws.sagemaker.stopTrainingJob(stop -> stop.trainingJobName("stubborn"));
            assertThat(aws.ended("stubborn", PATIENCE).trainingJobStatus()).isEqualTo(TrainingJobStatus.STOPPED);
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isGreaterThan(Duration.ofSeconds(115));
            assertThat(aws.archive(OUTPUT + "stubborn/output/model.tar.gz"))
                    .containsExactly(Map.entry("policy", "half\n"));
        }
    }

    @Nested
    class WhatIsSynced {
        @Test
        void reachesS3WhileTheJobRunsAndCheckpointsComeBackBefore() throws Exception {
            aws.put("synced/checkpoints/step-1", "one".getBytes(UTF_8));
            aws.submit("synced", """
                    cd "$SM_OUTPUT_DIR/.."
                    echo "restored $(cat checkpoints/step-1)"
                    echo two >checkpoints/step-2
                    mkdir output/intermediate/deep; echo 42 >output/intermediate/deep/progress
                    while :; do sleep 0.1; done
                    """, ContainerContract::withCheckpoints);
            String intermediate = OUTPUT + "synced/output/intermediate/deep/progress";
            String checkpoint = OUTPUT + "synced/checkpoints/step-2";
            Aws.await("both on S3 while it runs", PATIENCE, () -> aws.exists(intermediate) && aws.exists(checkpoint));
            assertThat(aws.describe("synced").trainingJobStatus()).isEqualTo(TrainingJobStatus.IN_PROGRESS);
            assertThat(aws.object(checkpoint).asUtf8String()).isEqualTo("two\n");
            assertThat(aws.object(intermediate).asUtf8String()).isEqualTo("42\n");
            aws.sagemaker.stopTrainingJob(stop -> stop.trainingJobName("synced"));
            ended("synced", TrainingJobStatus.STOPPED);
            assertThat(lines("synced", "restored ")).containsExactly("one");
        }
    }

    private static void withCheckpoints(CreateTrainingJobRequest.Builder request) {
        request.checkpointConfig(checkpoint -> checkpoint.s3Uri(OUTPUT + "synced/checkpoints"));
    }
}
