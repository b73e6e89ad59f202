package dev.rein.server.training;

import dev.rein.server.backend.HostRuntime;
import dev.rein.server.capacity.InstanceType;
import dev.rein.server.objects.S3Uri;
import dev.rein.server.wire.ApiException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sagemaker.model.AlgorithmSpecification;
import software.amazon.awssdk.services.sagemaker.model.Channel;
import software.amazon.awssdk.services.sagemaker.model.CompressionType;
import software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobRequest;
import software.amazon.awssdk.services.sagemaker.model.InstanceGroup;
import software.amazon.awssdk.services.sagemaker.model.MetricDefinition;
import software.amazon.awssdk.services.sagemaker.model.ResourceConfig;
import software.amazon.awssdk.services.sagemaker.model.S3DataSource;
import software.amazon.awssdk.services.sagemaker.model.S3DataType;
import software.amazon.awssdk.services.sagemaker.model.StoppingCondition;
import software.amazon.awssdk.services.sagemaker.model.TrainingInputMode;

/// What AWS's service model cannot say about a CreateTrainingJob request. Finds everything that is wrong, then
/// tells it at once.
final class CreateCheck {
    private static final Pattern ROLE = Pattern.compile("arn:aws[a-z-]*:iam::\\d{12}:role/[\\w+=,.@/-]+");
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

    /// Folders of `/opt/ml` that mean something else than checkpoints.
    private static final Set<String> TAKEN = Set.of("input", "model", "output", "code");

    private final CreateTrainingJobRequest request;
    private final List<HostRuntime> runtimes;
    private final List<String> problems = new ArrayList<>();

    private CreateCheck(CreateTrainingJobRequest request, List<HostRuntime> runtimes) {
        this.request = request;
        this.runtimes = runtimes;
    }

    /// @throws ApiException a ValidationException that names every problem
    static void check(CreateTrainingJobRequest request, List<HostRuntime> runtimes) {
        List<String> problems = new CreateCheck(request, runtimes).problems();
        if (problems.size() == 1) {
            throw ApiException.validation(problems.getFirst());
        } else if (!problems.isEmpty()) {
            throw ApiException.validation(
                    "%d validation errors detected: %s".formatted(problems.size(), String.join("; ", problems)));
        }
    }

    private List<String> problems() {
        algorithm();
        role();
        resources();
        channels();
        output();
        checkpoints();
        stopping();
        hyperparameters();
        return problems;
    }

    private void algorithm() {
        AlgorithmSpecification algorithm = request.algorithmSpecification();
        if (algorithm == null) {
            problem("AlgorithmSpecification: missing (expected: a TrainingImage)");
            return;
        }
        String image = algorithm.trainingImage();
        if (image == null) {
            problem(("AlgorithmSpecification.TrainingImage: missing (expected: %s). Algorithms of the marketplace"
                            + " (AlgorithmName) are not served here.")
                    .formatted(served()));
        } else if (JobPlan.runtime(image, runtimes).isEmpty()) {
            problem("AlgorithmSpecification.TrainingImage: \"%s\" is served by no runtime here (expected: %s)"
                    .formatted(image, served()));
        }
        if (image != null && algorithm.algorithmName() != null) {
            problem("AlgorithmSpecification.AlgorithmName: \"%s\" beside a TrainingImage (expected: the image alone)"
                    .formatted(algorithm.algorithmName()));
        }
        inputMode("AlgorithmSpecification.TrainingInputMode", algorithm.trainingInputMode());
        algorithm.metricDefinitions().forEach(this::metric);
    }

    private String served() {
        List<String> images =
                runtimes.stream().flatMap(runtime -> runtime.images().stream()).toList();
        return images.isEmpty() ? "no image: this server has no runtime" : "one of " + String.join(", ", images);
    }

    private void inputMode(String where, @Nullable TrainingInputMode mode) {
        if (mode == TrainingInputMode.PIPE || mode == TrainingInputMode.UNKNOWN_TO_SDK_VERSION) {
            problem("%s: %s is not supported (expected: File or FastFile)".formatted(where, mode));
        }
    }

    private void metric(MetricDefinition metric) {
        try {
            Pattern regex = Pattern.compile(metric.regex());
            if (regex.matcher("").groupCount() < 1) {
                problem("MetricDefinitions: the Regex of \"%s\", %s, has no group (expected: the number in parentheses)"
                        .formatted(metric.name(), metric.regex()));
            }
        } catch (PatternSyntaxException e) {
            problem("MetricDefinitions: the Regex of \"%s\", %s, cannot be read: %s"
                    .formatted(metric.name(), metric.regex(), e.getDescription()));
        }
    }

    private void role() {
        String role = request.roleArn();
        if (role == null || !ROLE.matcher(role).matches()) {
            problem("RoleArn: \"%s\" (expected: arn:aws:iam::<12 digits>:role/<name>)".formatted(role));
        }
    }

    private void resources() {
        ResourceConfig resources = request.resourceConfig();
        if (resources == null) {
            problem("ResourceConfig: missing (expected: InstanceType and InstanceCount)");
        } else if (resources.hasInstanceGroups() && !resources.instanceGroups().isEmpty()) {
            if (resources.instanceTypeAsString() != null || resources.instanceCount() != null) {
                problem(
                        "ResourceConfig: both InstanceGroups and InstanceType or InstanceCount (expected: one of them)");
            }
            var names = new HashSet<String>();
            for (InstanceGroup group : resources.instanceGroups()) {
                instances(
                        "ResourceConfig.InstanceGroups." + group.instanceGroupName(),
                        group.instanceTypeAsString(),
                        group.instanceCount());
                if (!names.add(group.instanceGroupName())) {
                    problem("ResourceConfig.InstanceGroups: \"%s\" twice (expected: names of their own)"
                            .formatted(group.instanceGroupName()));
                }
            }
        } else {
            instances("ResourceConfig", resources.instanceTypeAsString(), resources.instanceCount());
        }
    }

    private void instances(String where, @Nullable String type, @Nullable Integer count) {
        if (type == null || InstanceType.parse(type).isEmpty()) {
            problem("%s.InstanceType: \"%s\" (expected: an instance type such as ml.m5.large, ml.c5.xlarge or ml.local)"
                    .formatted(where, type));
        }
        if (count == null || count < 1 || count > 64) {
            problem("%s.InstanceCount: %s (expected: 1..64)".formatted(where, count));
        }
    }

    private void channels() {
        var names = new HashSet<String>();
        for (Channel channel : request.inputDataConfig()) {
            String where = "InputDataConfig." + channel.channelName();
            if (!names.add(channel.channelName())) {
                problem("%s: two channels of this name (expected: names of their own)".formatted(where));
            }
            if (channel.channelName().matches("\\.+")) {
                problem("%s: not a name for a folder (expected: letters, digits, '.', '-' and '_')".formatted(where));
            }
            inputMode(where + ".InputMode", channel.inputMode());
            if (channel.compressionType() == CompressionType.GZIP) {
                problem("%s.CompressionType: Gzip (expected: None; files arrive as they are in File mode)"
                        .formatted(where));
            }
            dataSource(where, channel);
        }
    }

    private void dataSource(String where, Channel channel) {
        S3DataSource source =
                channel.dataSource() == null ? null : channel.dataSource().s3DataSource();
        if (source == null) {
            problem("%s.DataSource: no S3DataSource (expected: one; file systems are not supported)".formatted(where));
            return;
        }
        s3(where + ".S3Uri", source.s3Uri());
        if (source.s3DataType() != S3DataType.S3_PREFIX && source.s3DataType() != S3DataType.MANIFEST_FILE) {
            problem("%s.S3DataType: %s (expected: S3Prefix or ManifestFile)"
                    .formatted(where, source.s3DataTypeAsString()));
        }
    }

    private void output() {
        if (request.outputDataConfig() == null) {
            problem("OutputDataConfig: missing (expected: an S3OutputPath)");
        } else {
            s3("OutputDataConfig.S3OutputPath", request.outputDataConfig().s3OutputPath());
        }
    }

    private void checkpoints() {
        if (request.checkpointConfig() == null) {
            return;
        }
        s3("CheckpointConfig.S3Uri", request.checkpointConfig().s3Uri());
        String local = request.checkpointConfig().localPath();
        if (local != null) {
            List<String> steps = List.of(local.replaceFirst("/+$", "").split("/+"));
            boolean fits = local.startsWith("/opt/ml/")
                    && steps.size() >= 4
                    && !TAKEN.contains(steps.get(3))
                    && !steps.contains("..")
                    && !steps.contains(".");
            if (!fits) {
                problem("CheckpointConfig.LocalPath: \"%s\" (expected: a folder below /opt/ml other than %s)"
                        .formatted(
                                local, String.join(", ", TAKEN.stream().sorted().toList())));
            }
        }
    }

    private void stopping() {
        StoppingCondition condition = request.stoppingCondition();
        boolean spot = Boolean.TRUE.equals(request.enableManagedSpotTraining());
        if (condition == null || condition.maxWaitTimeInSeconds() == null) {
            if (spot) {
                problem("StoppingCondition.MaxWaitTimeInSeconds: missing (expected: at least MaxRuntimeInSeconds, for"
                        + " managed spot training)");
            }
            return;
        }
        if (!spot) {
            problem(("StoppingCondition.MaxWaitTimeInSeconds: %s without EnableManagedSpotTraining (expected: only with"
                            + " it)")
                    .formatted(condition.maxWaitTimeInSeconds()));
        } else if (condition.maxRuntimeInSeconds() != null
                && condition.maxWaitTimeInSeconds() < condition.maxRuntimeInSeconds()) {
            problem("StoppingCondition.MaxWaitTimeInSeconds: %s (expected: at least MaxRuntimeInSeconds, %s)"
                    .formatted(condition.maxWaitTimeInSeconds(), condition.maxRuntimeInSeconds()));
        }
    }

    private void hyperparameters() {
        if (request.hyperParameters().size() > 100) {
            problem("HyperParameters: %s of them (expected: at most 100)"
                    .formatted(request.hyperParameters().size()));
        }
    }

    private void s3(String where, @Nullable String text) {
        try {
            S3Uri uri = S3Uri.parse(text == null ? "" : text);
            if (!BUCKET.matcher(uri.bucket()).matches()) {
                problem("%s: \"%s\" names no possible bucket (expected: 3 to 63 of a-z, 0-9, '.' and '-')"
                        .formatted(where, text));
            }
        } catch (IllegalArgumentException e) {
            problem("%s: \"%s\" (expected: s3://bucket/prefix)".formatted(where, text));
        }
    }

    private void problem(String sentence) {
        problems.add(sentence);
    }
}
