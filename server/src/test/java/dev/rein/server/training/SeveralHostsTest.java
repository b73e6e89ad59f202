package dev.rein.server.training;

import static dev.rein.server.training.TrainingWorld.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rein.server.backend.process.Isolation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobRequest;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.InstanceGroup;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Jobs of several hosts from their creation to their end.
@ParameterizedClass
@EnumSource(
        value = Isolation.class,
        names = {"SANDBOX_OWN_USER", "PLAIN"})
class SeveralHostsTest {
    /// Sets `me` to the host's own name.
    private static final String ME =
            "me=$(sed 's/.*current_host\":\"\\([^\"]*\\).*/\\1/' input/config/resourceconfig.json); ";

    @TempDir
    Path folder;

    private final Isolation highest;
    private TrainingWorld world;

    SeveralHostsTest(Isolation highest) {
        this.highest = highest;
    }

    @BeforeEach
    void start() throws IOException {
        world = new TrainingWorld(folder, highest);
    }

    @AfterEach
    void stop() throws IOException {
        world.close();
        if (Files.exists(folder.resolve("hosts/networks"))) {
            assertThat(folder.resolve("hosts/networks")).isEmptyDirectory();
        }
    }

    @Test
    void eachIsToldWhoItIsAndWhoElseThereIs() throws Exception {
        DescribeTrainingJobResponse ended = world.run(job(
                        "groups", ME + "cp input/config/resourceconfig.json model/$me.json")
                .resourceConfig(resources -> resources
                        .volumeSizeInGB(1)
                        .instanceGroups(group("learner", "ml.m5.large", 1), group("actors", "ml.c5.large", 2))));
        Path model = world.unpack(ended.modelArtifacts().s3ModelArtifacts());
        JsonNode first = JsonMapper.shared().readTree(Files.readString(model.resolve("algo-1.json")));
        JsonNode third = JsonMapper.shared().readTree(Files.readString(model.resolve("algo-3.json")));
        assertThat(third.path("current_host").asString()).isEqualTo("algo-3");
        assertThat(third.path("current_group_name").asString()).isEqualTo("actors");
        assertThat(third.path("current_instance_type").asString()).isEqualTo("ml.c5.large");
        assertThat(first.path("current_instance_type").asString()).isEqualTo("ml.m5.large");
        assertThat(third.path("hosts").toString()).isEqualTo("[\"algo-1\",\"algo-2\",\"algo-3\"]");
        assertThat(third.path("instance_groups").toString())
                .isEqualTo(
                        "[{\"instance_group_name\":\"learner\",\"instance_type\":\"ml.m5.large\",\"hosts\":[\"algo-1\"]},"
                                + "{\"instance_group_name\":\"actors\",\"instance_type\":\"ml.c5.large\",\"hosts\":[\"algo-2\",\"algo-3\"]}]");
        assertThat(third.path("network_interface_name").asString()).isEqualTo(world.backend.networkInterface(3, false));
    }

    @Test
    void eachHasItsOwnLogAndKnowsTheOthersNames() throws Exception {
        assumeTrue(world.backend.networkInterface(2, false).equals("eth0"), "no networks for jobs here");
        world.run(several(
                job("names", ME + "echo I am $me; getent hosts algo-1 algo-2 | tr -s ' '; cut -d: -f1 /proc/net/dev"),
                2));
        Map<String, List<String>> logs = world.logs.streams.entrySet().stream()
                .collect(Collectors.toMap(
                        entry -> entry.getKey().replaceAll(".*/(algo-\\d).*", "$1"), Map.Entry::getValue));
        assertThat(logs.keySet()).containsExactlyInAnyOrder("algo-1", "algo-2");
        logs.forEach((host, lines) -> assertThat(lines.stream().map(String::strip))
                .contains("I am " + host, "10.77.0.2 algo-1", "10.77.0.3 algo-2", "eth0"));
    }

    @Test
    void withoutNetworksEachIsToldWhereTheAddressesAre() throws Exception {
        assumeTrue(
                world.backend.isolation().compareTo(Isolation.PROCESS_NAMESPACE) >= 0, "names are the hosts' own here");
        world.run(several(job("plain", "grep algo-2 $REIN_HOSTS_FILE"), 2));
        assertThat(world.logs.streams.values())
                .hasSize(2)
                .allSatisfy(lines -> assertThat(lines)
                        .satisfiesExactly(
                                note -> assertThat(note).contains("share the machine's ports", "$REIN_HOSTS_FILE"),
                                address -> assertThat(address).matches("127\\.\\d+\\.\\d+\\.2 algo-2")));
    }

    @Test
    void ofModelFilesOfOneNameTheFirstHostsWins() throws Exception {
        DescribeTrainingJobResponse ended =
                world.run(several(job("merged", ME + "echo $me >model/policy; echo $me >output/data/$me"), 2));
        Path model = world.unpack(ended.modelArtifacts().s3ModelArtifacts());
        assertThat(model.resolve("policy")).hasContent("algo-1\n");
        Path output = world.unpack("s3://results/runs/merged/output/output.tar.gz");
        assertThat(output.resolve("algo-1")).hasContent("algo-1\n");
        assertThat(output.resolve("algo-2")).hasContent("algo-2\n");
    }

    @Test
    void theFailureOfOneEndsAllWithinHalfAMinuteAndNamesIt() throws Exception {
        Instant began = Instant.now();
        DescribeTrainingJobResponse ended = world.run(several(
                job("brittle", ME + "trap '' TERM; if [ $me = algo-3 ]; then exit 4; fi; while :; do sleep 1; done"),
                3));
        assertThat(ended.trainingJobStatus()).isEqualTo(TrainingJobStatus.FAILED);
        assertThat(ended.failureReason()).contains("Host algo-3").endsWith("exit code: 4");
        assertThat(Duration.between(began, Instant.now())).isLessThan(Duration.ofSeconds(30));
        assertGone("brittle");
    }

    @Test
    void theWordsOfOneThatFailsComeWithItsName() throws Exception {
        DescribeTrainingJobResponse ended = world.run(several(
                job("told", ME + "if [ $me = algo-2 ]; then echo rough >output/failure; exit 3; fi; exec sleep 100"),
                2));
        assertThat(ended.failureReason()).isEqualTo("AlgorithmError: Host algo-2: rough, exit code: 3");
    }

    @Test
    void isolatedHostsHaveNoRouteOutAndAStopAfterARestartLeavesNothing() throws Exception {
        assumeTrue(world.backend.networkInterface(2, true).equals("eth0"), "no networks for jobs here");
        world.create(several(job("alone", "tail -n +2 /proc/net/route | wc -l; touch ready; exec sleep 100"), 2)
                .enableNetworkIsolation(true));
        world.untilExists("alone", "ready");
        world.restart();
        world.stop("alone");
        assertThat(world.ended("alone").trainingJobStatus()).isEqualTo(TrainingJobStatus.STOPPED);
        // the route to each other, and none beside
        assertThat(world.logs.streams.values()).hasSize(2).allMatch(lines -> lines.equals(List.of("1")));
        assertGone("alone");
    }

    @Test
    void theyAreAllAdmittedOrNone() throws Exception {
        world.create(several(job("large", "exec sleep 100"), 2));
        world.create(job("small", "true"));
        world.until("small", job -> job.secondaryStatusAsString().equals("Pending"));
        world.stop("large");
        assertThat(world.ended("small").trainingJobStatus()).isEqualTo(TrainingJobStatus.COMPLETED);
    }

    @Test
    void jobsOfTheSameSubnetsShareANetworkAndThoseOfOthersDoNot() throws Exception {
        assumeTrue(world.backend.networkInterface(2, false).equals("eth0"), "no networks for jobs here");
        world.create(inSubnet(job("first", "touch ready; exec sleep 100"), "subnet-a"));
        world.untilExists("first", "ready");
        world.run(inSubnet(job("same", "getent hosts algo-1"), "subnet-a"));
        world.run(inSubnet(job("other", "getent hosts algo-1"), "subnet-b"));
        world.stop("first");
        world.ended("first");
        assertThat(addressIn("same")).startsWith("10.77.0.3 ");
        assertThat(addressIn("other")).startsWith("10.77.0.2 ");
        assertGone("first");
    }

    @Test
    void theSecondJobOfAPairDoesNotWaitForTheFirstToEnd() throws Exception {
        world.create(several(inSubnet(job("primary", "exec sleep 100"), "subnet-a"), 2)
                .hyperParameters(Map.of("rl_num_instances_secondary", "1")));
        world.until("primary", job -> job.secondaryStatusAsString().equals("Training"));
        DescribeTrainingJobResponse ended = world.run(inSubnet(job("secondary", "true"), "subnet-a")
                .hyperParameters(Map.of("rl_cluster_type", "\"secondary\"")));
        assertThat(ended.trainingJobStatus()).isEqualTo(TrainingJobStatus.COMPLETED);
        world.create(inSubnet(job("stranger", "true"), "subnet-a")
                .hyperParameters(Map.of("rl_cluster_type", "\"secondary\"", "s3_prefix", "elsewhere")));
        world.until("stranger", job -> job.secondaryStatusAsString().equals("Pending"));
        world.stop("primary");
        world.ended("primary");
        assertThat(world.ended("stranger").trainingJobStatus()).isEqualTo(TrainingJobStatus.COMPLETED);
    }

    private static CreateTrainingJobRequest.Builder inSubnet(CreateTrainingJobRequest.Builder job, String subnet) {
        return job.vpcConfig(vpc -> vpc.subnets(subnet).securityGroupIds("sg-rein"))
                .resourceConfig(resources ->
                        resources.instanceType("ml.t3.medium").instanceCount(1).volumeSizeInGB(1));
    }

    private String addressIn(String job) {
        return world.logs.streams.entrySet().stream()
                .filter(entry -> entry.getKey().contains(job + "/"))
                .flatMap(entry -> entry.getValue().stream())
                .map(line -> line.strip().replaceAll("\\s+", " "))
                .findFirst()
                .orElseThrow();
    }

    /// The last of a job's deletions comes just after its end is told.
    private void assertGone(String job) throws InterruptedException {
        Path left = folder.resolve("hosts/hosts/training-job").resolve(job);
        Instant deadline = Instant.now().plusSeconds(10);
        while (Files.exists(left) && Instant.now().isBefore(deadline)) {
            Thread.sleep(10);
        }
        assertThat(left).doesNotExist();
        assertThat(folder.resolve("hosts/networks/training-job+" + job)).doesNotExist();
    }

    private static CreateTrainingJobRequest.Builder several(CreateTrainingJobRequest.Builder job, int count) {
        return job.resourceConfig(resources ->
                resources.instanceType("ml.m5.large").instanceCount(count).volumeSizeInGB(1));
    }

    private static InstanceGroup group(String name, String type, int count) {
        return InstanceGroup.builder()
                .instanceGroupName(name)
                .instanceType(type)
                .instanceCount(count)
                .build();
    }
}
