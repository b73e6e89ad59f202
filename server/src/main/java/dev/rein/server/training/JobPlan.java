package dev.rein.server.training;

import dev.rein.server.backend.ContainerOptions;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostRuntime;
import dev.rein.server.capacity.InstanceType;
import dev.rein.server.capacity.Resources;
import dev.rein.server.objects.S3Uri;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import software.amazon.awssdk.services.sagemaker.model.CheckpointConfig;
import software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobRequest;
import software.amazon.awssdk.services.sagemaker.model.InstanceGroup;
import software.amazon.awssdk.services.sagemaker.model.ResourceConfig;
import software.amazon.awssdk.services.sagemaker.model.VpcConfig;

/// What a checked request comes to: which hosts, of which size, for how long. Only for requests that [CreateCheck]
/// has found nothing wrong with.
record JobPlan(String name, CreateTrainingJobRequest request, List<PlannedHost> hosts) {
    /// AWS's name for the group of a job that names none.
    static final String ONE_GROUP = "homogeneousCluster";

    /// AWS's limit for a job that gives none: a day.
    static final int USUAL_MAX_RUNTIME_SECONDS = 86_400;

    private static final String USUAL_CHECKPOINTS = "/opt/ml/checkpoints";

    /// @param name `algo-1` …, numbered over all groups
    record PlannedHost(String name, String group, InstanceType type) {}

    JobPlan {
        hosts = List.copyOf(hosts);
    }

    static JobPlan of(CreateTrainingJobRequest request) {
        var hosts = new ArrayList<PlannedHost>();
        ResourceConfig resources = request.resourceConfig();
        if (resources.hasInstanceGroups()) {
            for (InstanceGroup group : resources.instanceGroups()) {
                add(hosts, group.instanceGroupName(), group.instanceTypeAsString(), group.instanceCount());
            }
        } else {
            add(hosts, ONE_GROUP, resources.instanceTypeAsString(), resources.instanceCount());
        }
        return new JobPlan(request.trainingJobName(), request, hosts);
    }

    private static void add(List<PlannedHost> hosts, String group, String typeName, int count) {
        InstanceType type = InstanceType.parse(typeName)
                .orElseThrow(() -> new IllegalArgumentException("instance type: %s".formatted(typeName)));
        for (int i = 0; i < count; i++) {
            hosts.add(new PlannedHost("algo-" + (hosts.size() + 1), group, type));
        }
    }

    /// Host names in the order of `resourceconfig.json`: as text, so `algo-10` comes before `algo-2`.
    List<String> peers() {
        return hosts.stream().map(PlannedHost::name).sorted().toList();
    }

    /// The network its hosts are in: the job's own, or the one of all jobs with the same subnets and security groups.
    /// Which of them AWS would let reach each other is the matter of rules that there are none of here.
    String network() {
        if (!sharesNetwork()) {
            return TrainingJob.KIND + "/" + name;
        }
        VpcConfig vpc = request.vpcConfig();
        String key = String.join(",", new TreeSet<>(vpc.subnets())) + ";"
                + String.join(",", new TreeSet<>(vpc.securityGroupIds()));
        return "vpc/" + UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8));
    }

    private boolean sharesNetwork() {
        return request.vpcConfig() != null && !networkIsolation();
    }

    /// How many hosts a host may reach, itself among them: at least these.
    int reach() {
        return hosts.size() + (sharesNetwork() ? 1 : 0);
    }

    /// What it has in common with other jobs that wait for its hosts, and it for theirs: the pair that the launcher of
    /// the RL examples makes one cluster of meets in a network and at a place in S3.
    Optional<String> cluster() {
        boolean secondary = launcherSetting("rl_cluster_type").equalsIgnoreCase("secondary");
        boolean waits = !Set.of("", "0").contains(launcherSetting("rl_num_instances_secondary"));
        return sharesNetwork() && (secondary || waits)
                ? Optional.of(String.join("/", network(), launcherSetting("s3_bucket"), launcherSetting("s3_prefix")))
                : Optional.empty();
    }

    private String launcherSetting(String name) {
        return request.hyperParameters().getOrDefault(name, "").replace("\"", "");
    }

    HostId id(PlannedHost host) {
        return id(name, host.name());
    }

    static HostId id(String job, String host) {
        return new HostId(TrainingJob.KIND + "/" + job, host);
    }

    /// All hosts together, each no larger than the machine.
    Resources need(Resources machine) {
        double cpus = 0;
        long memory = 0;
        int gpus = 0;
        for (PlannedHost host : hosts) {
            Resources one = host.type().resources().atMost(machine);
            cpus += one.cpus();
            memory += one.memoryBytes();
            gpus += one.gpus();
        }
        return new Resources(cpus, memory, gpus);
    }

    int maxRuntimeSeconds() {
        Integer given = request.stoppingCondition() == null
                ? null
                : request.stoppingCondition().maxRuntimeInSeconds();
        return given == null ? USUAL_MAX_RUNTIME_SECONDS : given;
    }

    String image() {
        return request.algorithmSpecification().trainingImage();
    }

    static Optional<HostRuntime> runtime(String image, List<HostRuntime> runtimes) {
        return runtimes.stream()
                .filter(runtime -> runtime.runs(image))
                .findFirst()
                .map(runtime -> runtime.asked(image));
    }

    /// The runtime's own command, or the request's in its place: ContainerEntrypoint replaces all of it,
    /// ContainerArguments alone replaces the word `train`.
    List<String> command(HostRuntime runtime) {
        var algorithm = request.algorithmSpecification();
        var command = new ArrayList<String>();
        if (algorithm.hasContainerEntrypoint()) {
            command.addAll(algorithm.containerEntrypoint());
        } else {
            command.addAll(runtime.train());
            if (algorithm.hasContainerArguments() && command.getLast().equals("train")) {
                command.removeLast();
            }
        }
        command.addAll(algorithm.containerArguments());
        return command;
    }

    ContainerOptions container(PlannedHost host) {
        return new ContainerOptions(
                request.algorithmSpecification().hasContainerEntrypoint(),
                host.type().gpus(),
                request.resourceConfig().volumeSizeInGB() == null
                        ? 0
                        : request.resourceConfig().volumeSizeInGB());
    }

    boolean networkIsolation() {
        return Boolean.TRUE.equals(request.enableNetworkIsolation());
    }

    /// `<S3OutputPath>/<job>/output`.
    S3Uri output() {
        return S3Uri.parse(request.outputDataConfig().s3OutputPath())
                .resolve(name)
                .resolve("output");
    }

    Optional<S3Uri> checkpoints() {
        return Optional.ofNullable(request.checkpointConfig())
                .map(CheckpointConfig::s3Uri)
                .map(S3Uri::parse);
    }

    /// Where checkpoints are, relative to `/opt/ml`.
    String checkpointFolder() {
        String path = Optional.ofNullable(request.checkpointConfig())
                .map(CheckpointConfig::localPath)
                .orElse(USUAL_CHECKPOINTS);
        return path.replaceFirst("^/opt/ml/+", "").replaceFirst("/+$", "");
    }
}
