package dev.rein.server.training;

import static dev.rein.server.training.TrainingWorld.job;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.server.archive.ArchiveLimits;
import dev.rein.server.archive.TarGz;
import dev.rein.server.wire.ApiException;
import dev.rein.server.wire.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sagemaker.model.Channel;
import software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobRequest;
import software.amazon.awssdk.services.sagemaker.model.DebugRuleConfiguration;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.ListTrainingJobsRequest;
import software.amazon.awssdk.services.sagemaker.model.MetricData;
import software.amazon.awssdk.services.sagemaker.model.MetricDefinition;
import software.amazon.awssdk.services.sagemaker.model.ProfilerRuleConfiguration;
import software.amazon.awssdk.services.sagemaker.model.ResourceConfig;
import software.amazon.awssdk.services.sagemaker.model.SecondaryStatus;
import software.amazon.awssdk.services.sagemaker.model.SecondaryStatusTransition;
import software.amazon.awssdk.services.sagemaker.model.Tag;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobSummary;

final class TrainingJobsTest {
    @TempDir
    Path folder;

    private TrainingWorld world;

    @BeforeEach
    void start() throws IOException {
        world = new TrainingWorld(folder);
    }

    @AfterEach
    void stop() throws IOException {
        world.close();
    }

    private static List<String> statuses(DescribeTrainingJobResponse job) {
        return job.secondaryStatusTransitions().stream()
                .map(SecondaryStatusTransition::statusAsString)
                .toList();
    }

    @Nested
    final class GivenAScriptThatSucceeds {
        @Test
        void itsModelAndOutputAreStoredAndTheJobSaysWhere() throws Exception {
            DescribeTrainingJobResponse ended = world.run(
                    job("good", "echo weights > model/policy.rein; mkdir output/data/log; echo x > output/data/log/a"));
            assertThat(ended.trainingJobStatus()).as(ended.failureReason()).isEqualTo(TrainingJobStatus.COMPLETED);
            assertThat(ended.modelArtifacts().s3ModelArtifacts())
                    .isEqualTo("s3://results/runs/good/output/model.tar.gz");
            assertThat(world.unpack("s3://results/runs/good/output/model.tar.gz")
                            .resolve("policy.rein"))
                    .hasContent("weights\n");
            assertThat(world.unpack("s3://results/runs/good/output/output.tar.gz")
                            .resolve("log/a"))
                    .hasContent("x\n");
        }

        @Test
        void itIsDescribedWithEverythingThatClientsRead() throws Exception {
            DescribeTrainingJobResponse ended = world.run(job("told", "true")
                    .hyperParameters(Map.of("lr", "\"0.1\"", "n", "5"))
                    .tags(Tag.builder().key("team").value("rl").build()));
            assertThat(statuses(ended))
                    .containsExactly("Starting", "Downloading", "Training", "Uploading", "Completed");
            assertThat(ended.secondaryStatusTransitions()).allSatisfy(transition -> {
                assertThat(transition.statusMessage()).isNotEmpty();
                assertThat(transition.endTime()).isAfterOrEqualTo(transition.startTime());
            });
            assertThat(ended.secondaryStatus()).isEqualTo(SecondaryStatus.COMPLETED);
            assertThat(ended.outputDataConfig().kmsKeyId()).isEmpty();
            assertThat(ended.hyperParameters()).isEqualTo(Map.of("lr", "\"0.1\"", "n", "5"));
            assertThat(ended.stoppingCondition().maxRuntimeInSeconds()).isEqualTo(600);
            assertThat(ended.lastModifiedTime()).isAfterOrEqualTo(ended.creationTime());
            assertThat(ended.trainingStartTime()).isNotNull();
            assertThat(ended.trainingEndTime()).isAfterOrEqualTo(ended.trainingStartTime());
            assertThat(ended.trainingTimeInSeconds()).isGreaterThanOrEqualTo(0);
            assertThat(ended.billableTimeInSeconds()).isEqualTo(ended.trainingTimeInSeconds());
            assertThat(ended.trainingJobArn()).isEqualTo("arn:aws:sagemaker:us-west-2:000000000000:training-job/told");
            assertThat(world.documents.tags(ended.trainingJobArn())).isEqualTo(Map.of("team", "rl"));
        }

        /// The Python SDK sends some of them unasked.
        @Test
        void debuggersAndProfilersAreAcceptedAndDescribedAndDoNothing() throws Exception {
            DescribeTrainingJobResponse ended = world.run(job("debugged", "true")
                    .debugHookConfig(hook -> hook.s3OutputPath("s3://b/debug"))
                    .debugRuleConfigurations(List.of(DebugRuleConfiguration.builder()
                            .ruleConfigurationName("LossNotDecreasing")
                            .ruleEvaluatorImage("debugger-rules:latest")
                            .build()))
                    .tensorBoardOutputConfig(board -> board.s3OutputPath("s3://b/board"))
                    .profilerConfig(profiler -> profiler.s3OutputPath("s3://b/profile"))
                    .profilerRuleConfigurations(List.of(ProfilerRuleConfiguration.builder()
                            .ruleConfigurationName("ProfilerReport")
                            .ruleEvaluatorImage("debugger-rules:latest")
                            .build()))
                    .experimentConfig(experiment -> experiment.experimentName("mine")));
            assertThat(ended.trainingJobStatus()).isEqualTo(TrainingJobStatus.COMPLETED);
            assertThat(ended.debugHookConfig().s3OutputPath()).isEqualTo("s3://b/debug");
            assertThat(ended.tensorBoardOutputConfig().s3OutputPath()).isEqualTo("s3://b/board");
            assertThat(ended.profilerConfig().s3OutputPath()).isEqualTo("s3://b/profile");
            assertThat(ended.experimentConfig().experimentName()).isEqualTo("mine");
        }

        @Test
        void nothingOfItIsLeftOnTheMachine() throws Exception {
            world.run(job("tidy", "echo x > model/m"));
            world.jobs.close();
            assertThat(world.backend.known()).isEmpty();
            assertThat(folder.resolve("hosts/hosts/training-job")).isEmptyDirectory();
            assertThat(folder.resolve("work/uploads/tidy")).doesNotExist();
        }

        @Test
        void filesAreStoredOneByOneWhenNoCompressionIsWanted() throws Exception {
            DescribeTrainingJobResponse ended = world.run(job("flat", "mkdir model/a; echo x > model/a/b")
                    .outputDataConfig(
                            output -> output.s3OutputPath("s3://results/runs").compressionType("NONE")));
            assertThat(ended.modelArtifacts().s3ModelArtifacts()).isEqualTo("s3://results/runs/flat/output/model/");
            assertThat(world.exists("s3://results/runs/flat/output/model/a/b")).isTrue();
        }

        @Test
        void theHostIsToldWhoItIsAndWhereThePlatformIs() throws Exception {
            world.run(job("env", "env | sort").environment(Map.of("SEED", "$(reboot)")));
            List<String> lines = world.logs.streams.values().iterator().next();
            assertThat(lines)
                    .contains(
                            "SEED=$(reboot)",
                            "TRAINING_JOB_NAME=env",
                            "TRAINING_JOB_ARN=arn:aws:sagemaker:us-west-2:000000000000:training-job/env",
                            "AWS_REGION=us-west-2",
                            "AWS_ENDPOINT_URL=http://127.0.0.1:1",
                            "AWS_ENDPOINT_URL_S3=http://127.0.0.1:2",
                            "S3_ENDPOINT_URL=http://127.0.0.1:2")
                    .noneMatch(line -> line.startsWith("SM_"));
            assertThat(world.logs.streams.keySet().iterator().next()).matches("env/algo-1-\\d{13}");
        }
    }

    @Nested
    final class GivenAScriptThatFails {
        @Test
        void theFailureFileIsTheReason() throws Exception {
            DescribeTrainingJobResponse ended =
                    world.run(job("told", "printf 'the sea is rough' > output/failure; exit 3"));
            assertThat(ended.trainingJobStatus()).isEqualTo(TrainingJobStatus.FAILED);
            assertThat(ended.failureReason()).isEqualTo("AlgorithmError: the sea is rough, exit code: 3");
            assertThat(statuses(ended)).endsWith("Uploading", "Failed");
            assertThat(ended.modelArtifacts()).isNull();
            assertThat(world.exists("s3://results/runs/told/output/model.tar.gz"))
                    .isFalse();
        }

        @Test
        void aLongFailureFileIsCutAt1024Characters() throws Exception {
            DescribeTrainingJobResponse ended = world.run(job(
                    "long",
                    "i=0; while [ $i -lt 500 ]; do printf 'äbcdefghij'; i=$((i+1)); done > output/failure; exit 1"));
            assertThat(ended.failureReason()).hasSize("AlgorithmError: ".length() + 1024 + ", exit code: 1".length());
        }

        @Test
        void withoutAFailureFileTheExitCodeIsTold() throws Exception {
            assertThat(world.run(job("mute", "exit 3")).failureReason())
                    .startsWith("AlgorithmError: ")
                    .endsWith("exit code: 3");
        }

        @Test
        void aFailureFileThatIsALinkTellsNothingOfTheServer() throws Exception {
            assertThat(world.run(job("sly", "ln -s /etc/passwd output/failure; exit 1"))
                            .failureReason())
                    .doesNotContain("root");
        }

        @Test
        void aCommandThatIsNotThereFailsTheJob() throws Exception {
            DescribeTrainingJobResponse ended = world.run(job("none", "")
                    .algorithmSpecification(algorithm -> algorithm
                            .trainingImage("shell:latest")
                            .trainingInputMode("File")
                            .containerEntrypoint("/no/such/program")));
            assertThat(ended.trainingJobStatus()).isEqualTo(TrainingJobStatus.FAILED);
            assertThat(ended.failureReason()).contains("/no/such/program");
        }

        @Test
        void oneFailedHostEndsTheOthersAndIsNamed() throws Exception {
            DescribeTrainingJobResponse ended = world.run(job(
                            "pair",
                            "if grep -q '\"current_host\":\"algo-2\"' input/config/resourceconfig.json; then exit 4; fi; exec sleep 100")
                    .resourceConfig(resources -> resources
                            .instanceType("ml.m5.large")
                            .instanceCount(2)
                            .volumeSizeInGB(1)));
            assertThat(ended.failureReason()).contains("Host algo-2").endsWith("exit code: 4");
        }
    }

    @Nested
    final class GivenAStop {
        @Test
        void theScriptIsAskedToEndAndWhatItWroteIsKept() throws Exception {
            world.create(
                    job("asked", "trap 'echo late > model/m; exit 0' TERM; touch ready; while :; do sleep 0.05; done"));
            world.untilExists("asked", "ready");
            world.stop("asked");
            assertThat(world.describe("asked").trainingJobStatus())
                    .isIn(TrainingJobStatus.STOPPING, TrainingJobStatus.STOPPED);
            DescribeTrainingJobResponse ended = world.ended("asked");
            assertThat(ended.trainingJobStatus()).isEqualTo(TrainingJobStatus.STOPPED);
            assertThat(statuses(ended)).endsWith("Stopping", "Uploading", "Stopped");
            assertThat(world.unpack(ended.modelArtifacts().s3ModelArtifacts()).resolve("m"))
                    .hasContent("late\n");
        }

        @Test
        void aScriptThatIgnoresItIsKilledAfterTheGrace() throws Exception {
            world.create(job("deaf", "trap '' TERM; echo half > model/m; touch ready; while :; do sleep 0.05; done"));
            world.untilExists("deaf", "ready");
            world.stop("deaf");
            DescribeTrainingJobResponse ended = world.ended("deaf");
            assertThat(ended.trainingJobStatus()).isEqualTo(TrainingJobStatus.STOPPED);
            assertThat(world.exists("s3://results/runs/deaf/output/model.tar.gz"))
                    .isTrue();
        }

        @Test
        void aJobInTheQueueIsStoppedWithoutEverRunning() throws Exception {
            world.create(job("big", "touch ready; exec sleep 100").resourceConfig(huge()));
            world.untilExists("big", "ready");
            world.create(job("next", "echo ran"));
            DescribeTrainingJobResponse waiting =
                    world.until("next", job -> job.secondaryStatus() == SecondaryStatus.PENDING);
            assertThat(waiting.secondaryStatusTransitions().getLast().statusMessage())
                    .isEqualTo("Training job waiting for capacity: needs 2 vCPU and 8 GiB");
            world.stop("next");
            assertThat(world.ended("next").trainingJobStatus()).isEqualTo(TrainingJobStatus.STOPPED);
            assertThat(world.logs.streams.keySet()).noneMatch(stream -> stream.startsWith("next/"));
        }

        @Test
        void afterTheEndItIsRefused() throws Exception {
            world.run(job("over", "true"));
            assertThatThrownBy(() -> world.stop("over"))
                    .isInstanceOf(ApiException.class)
                    .hasMessage("The request was rejected because the training job is in status Completed.");
        }

        @Test
        void racingTheExitItEndsOnceEitherWay() throws Exception {
            for (int i = 0; i < 10; i++) {
                String name = "race-" + i;
                world.create(job(name, "echo x > model/m; sleep 0.0" + i));
                world.until(name, job -> !BEFORE.contains(job.secondaryStatus())); // it may be over by then
                try {
                    world.stop(name);
                } catch (ApiException e) {
                    assertThat(e).hasMessageContaining("in status Completed");
                }
                DescribeTrainingJobResponse ended = world.ended(name);
                assertThat(ended.trainingJobStatus()).isIn(TrainingJobStatus.COMPLETED, TrainingJobStatus.STOPPED);
                assertThat(world.exists(ended.modelArtifacts().s3ModelArtifacts()))
                        .isTrue();
                assertThat(world.describe(name)).isEqualTo(ended);
            }
        }
    }

    private static final Set<SecondaryStatus> BEFORE =
            Set.of(SecondaryStatus.STARTING, SecondaryStatus.PENDING, SecondaryStatus.DOWNLOADING);

    /// More than the test's machine of 4 vCPU has.
    private static ResourceConfig huge() {
        return ResourceConfig.builder()
                .instanceType("ml.p3.16xlarge")
                .instanceCount(1)
                .volumeSizeInGB(1)
                .build();
    }

    @Nested
    final class GivenATimeLimit {
        @Test
        void theJobIsStoppedAndKeepsWhatItWrote() throws Exception {
            DescribeTrainingJobResponse ended = world.run(job("slow", "echo x > model/m; exec sleep 100")
                    .stoppingCondition(stopping -> stopping.maxRuntimeInSeconds(1)));
            assertThat(ended.trainingJobStatus()).isEqualTo(TrainingJobStatus.STOPPED);
            assertThat(ended.secondaryStatus()).isEqualTo(SecondaryStatus.MAX_RUNTIME_EXCEEDED);
            assertThat(ended.modelArtifacts().s3ModelArtifacts()).isNotNull();
        }

        @Test
        void itHoldsAcrossARestart() throws Exception {
            world.create(job("slow", "touch ready; exec sleep 100")
                    .stoppingCondition(stopping -> stopping.maxRuntimeInSeconds(4)));
            world.untilExists("slow", "ready");
            world.restart();
            assertThat(world.ended("slow").secondaryStatus()).isEqualTo(SecondaryStatus.MAX_RUNTIME_EXCEEDED);
        }
    }

    @Nested
    final class GivenARestartOfTheServer {
        @Test
        void aRunningJobGoesOnAndRunsOnce() throws Exception {
            world.create(job("steady", "echo run >> model/runs; touch ready; while [ ! -e go ]; do sleep 0.02; done"));
            world.untilExists("steady", "ready");
            world.restart(() -> touch("steady", "go"));
            DescribeTrainingJobResponse ended = world.ended("steady");
            assertThat(ended.trainingJobStatus()).as(ended.failureReason()).isEqualTo(TrainingJobStatus.COMPLETED);
            assertThat(world.unpack(ended.modelArtifacts().s3ModelArtifacts()).resolve("runs"))
                    .hasContent("run\n");
        }

        @Test
        void aJobInTheQueueKeepsItsPlace() throws Exception {
            world.create(job("first", "touch ready; while [ ! -e go ]; do sleep 0.02; done")
                    .resourceConfig(huge()));
            world.untilExists("first", "ready");
            world.create(job("second", "true").resourceConfig(huge()));
            world.create(job("third", "true").resourceConfig(huge()));
            world.until("third", job -> job.secondaryStatus() == SecondaryStatus.PENDING);
            world.restart(() -> touch("first", "go"));
            assertThat(world.ended("third").trainingStartTime())
                    .isAfterOrEqualTo(world.ended("second").trainingEndTime());
        }

        @Test
        void aStopGoesOn() throws Exception {
            world.create(job("halted", "trap '' TERM; touch ready; while :; do sleep 0.02; done"));
            world.untilExists("halted", "ready");
            world.stop("halted");
            world.restart();
            assertThat(world.ended("halted").trainingJobStatus()).isEqualTo(TrainingJobStatus.STOPPED);
        }

        @Test
        void aJobWhoseHostIsGoneFailsAndIsNotRunAgain() throws Exception {
            world.create(job("lost", "touch ready; exec sleep 100"));
            world.untilExists("lost", "ready");
            world.restart(() -> world.lose("lost"));
            DescribeTrainingJobResponse ended = world.ended("lost");
            assertThat(ended.trainingJobStatus()).isEqualTo(TrainingJobStatus.FAILED);
            assertThat(ended.failureReason()).startsWith("InternalServerError").contains("algo-1");
        }

        @Test
        void hostsOfJobsThatAreOverAreRemoved() throws Exception {
            world.create(job("orphan", "touch ready; exec sleep 100"));
            world.untilExists("orphan", "ready");
            world.restart(() -> world.documents.delete(TrainingJob.KIND, "orphan"));
            java.time.Instant deadline = java.time.Instant.now().plusSeconds(20);
            while (!world.backend.known().isEmpty()) {
                assertThat(java.time.Instant.now()).isBefore(deadline);
                Thread.sleep(10);
            }
        }

        private void touch(String job, String file) {
            try {
                Files.createFile(world.ml(job).resolve(file));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    @Nested
    final class GivenInput {
        @Test
        void objectsKeepTheirKeysBelowThePrefix() throws Exception {
            world.objects.put("s3://data/set/a.csv", "a".getBytes(UTF_8));
            world.objects.put("s3://data/set/deep/b.csv", "b".getBytes(UTF_8));
            DescribeTrainingJobResponse ended = world.run(
                    job("fed", "cp -r input/data/train/. model; cat input/config/inputdataconfig.json > model/config")
                            .inputDataConfig(channel("train", "s3://data/set", "S3Prefix", "FullyReplicated")));
            assertThat(ended.trainingJobStatus()).as(ended.failureReason()).isEqualTo(TrainingJobStatus.COMPLETED);
            Path model = world.unpack(ended.modelArtifacts().s3ModelArtifacts());
            assertThat(model.resolve("a.csv")).hasContent("a");
            assertThat(model.resolve("deep/b.csv")).hasContent("b");
            assertThat(model.resolve("config"))
                    .hasContent(
                            "{\"train\":{\"TrainingInputMode\":\"File\",\"S3DistributionType\":\"FullyReplicated\",\"RecordWrapperType\":\"None\"}}");
        }

        @Test
        void aManifestBringsWhatItLists() throws Exception {
            world.objects.put("s3://data/p/x/1", "1".getBytes(UTF_8));
            world.objects.put("s3://data/p/x/2", "2".getBytes(UTF_8));
            world.objects.put("s3://data/m", "[{\"prefix\":\"s3://data/p/\"},\"x/2\"]".getBytes(UTF_8));
            DescribeTrainingJobResponse ended =
                    world.run(job("listed", "cd input/data/train && find . -type f > ../../../model/files")
                            .inputDataConfig(channel("train", "s3://data/m", "ManifestFile", "FullyReplicated")));
            assertThat(world.unpack(ended.modelArtifacts().s3ModelArtifacts()).resolve("files"))
                    .hasContent("./x/2\n");
        }

        @Test
        void shardsAreDividedAmongTheHosts() throws Exception {
            for (int i = 0; i < 5; i++) {
                world.objects.put("s3://data/s/" + i, new byte[0]);
            }
            DescribeTrainingJobResponse ended = world.run(job(
                            "split",
                            "ls input/data/train > model/$(sed 's/.*current_host\":\"\\([^\"]*\\).*/\\1/' input/config/resourceconfig.json)")
                    .resourceConfig(resources -> resources
                            .instanceType("ml.m5.large")
                            .instanceCount(2)
                            .volumeSizeInGB(1))
                    .inputDataConfig(channel("train", "s3://data/s/", "S3Prefix", "ShardedByS3Key")));
            Path model = world.unpack(ended.modelArtifacts().s3ModelArtifacts());
            assertThat(model.resolve("algo-1")).hasContent("0\n2\n4\n");
            assertThat(model.resolve("algo-2")).hasContent("1\n3\n");
        }

        @Test
        void aKeyThatWouldLeaveTheFolderFailsTheJob() throws Exception {
            world.objects.put("s3://data/evil/../../../escaped", "x".getBytes(UTF_8));
            DescribeTrainingJobResponse ended = world.run(job("evil", "true")
                    .inputDataConfig(channel("c", "s3://data/evil/", "S3Prefix", "FullyReplicated")));
            assertThat(ended.failureReason())
                    .startsWith("ClientError: Data download failed")
                    .contains("..");
            world.jobs.close(); // what is left of the job goes while one looks
            try (Stream<Path> files = Files.walk(folder)) {
                assertThat(files.map(file -> file.getFileName().toString())).doesNotContain("escaped");
            }
        }

        @Test
        void anEmptyPrefixFailsTheJobInAwssWords() throws Exception {
            DescribeTrainingJobResponse ended = world.run(job("empty", "true")
                    .inputDataConfig(channel("c", "s3://data/none", "S3Prefix", "FullyReplicated")));
            assertThat(ended.failureReason()).contains("No S3 objects found under S3 URL \"s3://data/none\"");
        }

        @Test
        void codeIsUnpackedBeforeTheStart() throws Exception {
            Path source = Files.createDirectory(folder.resolve("source"));
            Files.writeString(source.resolve("train.sh"), "echo trained > model/m");
            Path archive = folder.resolve("code.tar.gz");
            TarGz.pack(source, archive, ArchiveLimits.USUAL);
            world.objects.put("s3://code/source.tar.gz", Files.readAllBytes(archive));
            DescribeTrainingJobResponse ended = world.run(job("coded", "sh code/train.sh")
                    .hyperParameters(Map.of("sagemaker_submit_directory", "\"s3://code/source.tar.gz\"")));
            assertThat(ended.trainingJobStatus()).as(ended.failureReason()).isEqualTo(TrainingJobStatus.COMPLETED);
        }

        @Test
        void codeThatIsNoArchiveFailsTheJob() throws Exception {
            world.objects.put("s3://code/source.tar.gz", "hello".getBytes(UTF_8));
            assertThat(world.run(job("garbage", "true")
                                    .hyperParameters(Map.of("sagemaker_submit_directory", "s3://code/source.tar.gz")))
                            .failureReason())
                    .startsWith("ClientError: the code at s3://code/source.tar.gz cannot be unpacked");
        }

        private Channel channel(String name, String uri, String type, String distribution) {
            return Channel.builder()
                    .channelName(name)
                    .dataSource(source -> source.s3DataSource(
                            s3 -> s3.s3Uri(uri).s3DataType(type).s3DataDistributionType(distribution)))
                    .build();
        }
    }

    @Nested
    final class GivenFoldersThatAreSynced {
        @Test
        void intermediateOutputIsOnS3WhileTheJobRuns() throws Exception {
            world.create(job(
                    "live",
                    "mkdir output/intermediate/d; echo 1 > output/intermediate/d/a; touch ready; exec sleep 100"));
            world.untilExists("live", "ready");
            java.time.Instant deadline = java.time.Instant.now().plusSeconds(20);
            while (!world.exists("s3://results/runs/live/output/intermediate/d/a")) {
                assertThat(java.time.Instant.now()).isBefore(deadline);
                Thread.sleep(10);
            }
            world.stop("live");
            world.ended("live");
        }

        @Test
        void checkpointsAreRestoredAndKeptInStep() throws Exception {
            world.objects.put("s3://ckpt/run/old", "1".getBytes(UTF_8));
            world.objects.put("s3://ckpt/run2/other", "1".getBytes(UTF_8));
            DescribeTrainingJobResponse ended = world.run(job(
                            "resumed",
                            "ls checkpoints > model/found; echo 2 > checkpoints/new; ln -s /etc/passwd checkpoints/sly")
                    .checkpointConfig(checkpoints -> checkpoints.s3Uri("s3://ckpt/run")));
            assertThat(world.unpack(ended.modelArtifacts().s3ModelArtifacts()).resolve("found"))
                    .hasContent("old\n");
            assertThat(world.exists("s3://ckpt/run/new")).isTrue();
            assertThat(world.exists("s3://ckpt/run/sly")).isFalse();
        }
    }

    @Nested
    final class GivenAHostileModelFolder {
        @Test
        void linksOutArePutAsideAndTold() throws Exception {
            DescribeTrainingJobResponse ended = world.run(job(
                    "links",
                    "echo x > model/m; ln -s /etc/passwd model/passwd; ln -s m model/alias; mkfifo model/pipe"));
            assertThat(ended.trainingJobStatus()).isEqualTo(TrainingJobStatus.COMPLETED);
            Path model = world.unpack(ended.modelArtifacts().s3ModelArtifacts());
            assertThat(model.resolve("passwd").toFile()).doesNotExist();
            assertThat(Files.exists(model.resolve("passwd"), LinkOption.NOFOLLOW_LINKS))
                    .isFalse();
            assertThat(model.resolve("alias")).hasContent("x\n");
            assertThat(ended.secondaryStatusTransitions().getLast().statusMessage())
                    .startsWith("Training job completed. Left out: ")
                    .contains("passwd")
                    .contains("pipe");
        }

        @Test
        void aFolderReplacedByALinkHoldsNothing() throws Exception {
            DescribeTrainingJobResponse ended = world.run(job("swapped", "rmdir model && ln -s /etc model"));
            assertThat(ended.trainingJobStatus()).as(ended.failureReason()).isEqualTo(TrainingJobStatus.COMPLETED);
            try (Stream<dev.rein.server.objects.ObjectStore.Entry> entries =
                    world.objects.list(dev.rein.server.objects.S3Uri.parse("s3://results/runs/swapped"))) {
                assertThat(entries).allMatch(entry -> entry.size() < 200);
            }
        }

        @Test
        void aFileLargerThanTheLimitFailsTheJob() throws Exception {
            DescribeTrainingJobResponse ended = world.run(job("sparse", "truncate -s 1T model/m"));
            assertThat(ended.trainingJobStatus()).isEqualTo(TrainingJobStatus.FAILED);
            assertThat(ended.failureReason()).startsWith("ClientError").contains("bytes");
            assertThat(world.exists("s3://results/runs/sparse/output/model.tar.gz"))
                    .isFalse();
        }
    }

    @Nested
    final class GivenMetrics {
        @Test
        void theLastValueOfEachIsTold() throws Exception {
            DescribeTrainingJobResponse ended = world.run(measured(
                    "measured",
                    "for i in 1 2 3; do echo \"step=$i return=$i.5\"; done; printf 'return=nan\\n'",
                    "return=([-+.\\w]+)"));
            assertThat(ended.finalMetricDataList())
                    .extracting(MetricData::metricName, MetricData::value)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple("m", 3.5f));
        }

        @Test
        void anExpressionThatRunsAwayHarmsNobody() throws Exception {
            DescribeTrainingJobResponse ended = world.run(
                    measured("runaway", "echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "((a+)+)b"));
            assertThat(ended.trainingJobStatus()).isEqualTo(TrainingJobStatus.COMPLETED);
        }

        private CreateTrainingJobRequest.Builder measured(String name, String script, String regex) {
            CreateTrainingJobRequest.Builder request = job(name, script);
            return request.algorithmSpecification(request.build().algorithmSpecification().toBuilder()
                    .metricDefinitions(
                            MetricDefinition.builder().name("m").regex(regex).build())
                    .build());
        }
    }

    @Nested
    final class GivenManyJobs {
        @Test
        void ofAHundredOfOneNameOneIsCreated() throws Exception {
            var answers = new ArrayList<Future<Object>>();
            try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 100; i++) {
                    answers.add(callers.submit(() -> {
                        try {
                            return world.create(job("one", "echo run >> model/runs"))
                                    .trainingJobArn();
                        } catch (ApiException e) {
                            return e;
                        }
                    }));
                }
            }
            var arns = new ArrayList<String>();
            for (Future<Object> answer : answers) {
                switch (answer.get()) {
                    case String arn -> arns.add(arn);
                    case ApiException e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.RESOURCE_IN_USE);
                        assertThat(e)
                                .hasMessage("Training job names must be unique within an AWS account and region, and a"
                                        + " training job with this name already exists"
                                        + " (arn:aws:sagemaker:us-west-2:000000000000:training-job/one)");
                    }
                    default -> throw new AssertionError();
                }
            }
            assertThat(arns).hasSize(1);
            DescribeTrainingJobResponse ended = world.ended("one");
            assertThat(world.unpack(ended.modelArtifacts().s3ModelArtifacts()).resolve("runs"))
                    .hasContent("run\n");
        }

        @Test
        void theyAreListedPageByPage() throws Exception {
            for (String name : List.of("a-1", "a-2", "b-1")) {
                world.run(job(name, name.equals("a-2") ? "exit 1" : "true"));
            }
            var first =
                    world.list(ListTrainingJobsRequest.builder().maxResults(2).sortBy("Name"));
            assertThat(first.trainingJobSummaries())
                    .extracting(TrainingJobSummary::trainingJobName)
                    .containsExactly("a-1", "a-2");
            assertThat(world.list(ListTrainingJobsRequest.builder()
                                    .maxResults(2)
                                    .sortBy("Name")
                                    .nextToken(first.nextToken()))
                            .trainingJobSummaries())
                    .extracting(TrainingJobSummary::trainingJobName)
                    .containsExactly("b-1");
            assertThat(world.list(ListTrainingJobsRequest.builder()
                                    .statusEquals("Failed")
                                    .nameContains("a"))
                            .trainingJobSummaries())
                    .extracting(TrainingJobSummary::trainingJobName)
                    .containsExactly("a-2");
            assertThatThrownBy(
                            () -> world.list(ListTrainingJobsRequest.builder().nextToken("stale")))
                    .isInstanceOf(ApiException.class)
                    .hasMessageStartingWith("NextToken");
        }
    }

    @Nested
    final class GivenARequestThatIsWrong {
        @Test
        void everyProblemIsToldAtOnce() {
            CreateTrainingJobRequest.Builder wrong = job("wrong", "true")
                    .roleArn("me")
                    .algorithmSpecification(algorithm -> algorithm
                            .trainingImage("unknown:1")
                            .algorithmName("xgboost")
                            .trainingInputMode("Pipe"))
                    .outputDataConfig(output -> output.s3OutputPath("https://x"))
                    .resourceConfig(resources ->
                            resources.instanceType("ml.huge").instanceCount(1).volumeSizeInGB(1))
                    .checkpointConfig(
                            checkpoints -> checkpoints.s3Uri("s3://ok-bucket").localPath("/opt/ml/input/../x"));
            assertThatThrownBy(() -> world.create(wrong))
                    .isInstanceOf(ApiException.class)
                    .hasMessageStartingWith("7 validation errors detected: ")
                    .hasMessageContaining("AlgorithmName: \"xgboost\" beside a TrainingImage")
                    .hasMessageContaining("\"unknown:1\" is served by no runtime here (expected: one of shell:*)")
                    .hasMessageContaining("RoleArn")
                    .hasMessageContaining("Pipe is not supported")
                    .hasMessageContaining("S3OutputPath")
                    .hasMessageContaining("ml.huge")
                    .hasMessageContaining("LocalPath");
        }

        @Test
        void aJobThatIsNotThereIsNotFound() {
            assertThatThrownBy(() -> world.describe("nobody")).hasMessage("Requested resource not found.");
            assertThatThrownBy(() -> world.stop("nobody")).hasMessage("Requested resource not found.");
        }
    }
}
