package dev.rein.sdk;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.sagemaker.model.Channel;
import software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobRequest;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.Tag;

/// Trains a reinforcement-learning script as a job and serves what it learned: SageMaker's `RLEstimator`, for the
/// JVM.
///
/// ```java
/// var estimator = RLEstimator.builder()
///         .entryPoint("CartPole.java")
///         .toolkit(RLToolkit.REIN)
///         .toolkitVersion("0.1.0")
///         .framework(RLFramework.JVM)
///         .role("ReinRole")
///         .instanceType("ml.m5.large")
///         .instanceCount(1)
///         .build();
/// estimator.fit();
/// Predictor predictor = estimator.deploy(1, "ml.m5.large");
/// ```
///
/// Everything that can be checked without a call is checked by `build()`, all problems at once. An estimator is not
/// changed by being used, and may be fitted any number of times; it belongs to one thread at a time.
public final class RLEstimator {
    private static final Pattern INSTANCE_TYPE = Pattern.compile("ml\\.[a-z0-9-]+\\.[a-z0-9]+|local|local_gpu");
    private static final Pattern ROLE_ARN = Pattern.compile("arn:aws[a-z-]*:iam::\\d{12}:role/[\\w+=,.@/-]{1,512}");
    private static final Pattern ROLE_NAME = Pattern.compile("[\\w+=,.@-]{1,64}");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}");
    private static final Pattern CLASS_NAME = Pattern.compile("([a-zA-Z_$][\\w$]*\\.)+[A-Z_$][\\w$]*");

    private final Builder settings;
    private final Session session;
    private @Nullable String latestJob;

    private RLEstimator(Builder settings, Session session, @Nullable String latestJob) {
        this.settings = settings;
        this.session = session;
        this.latestJob = latestJob;
    }

    public static Builder builder() {
        return new Builder();
    }

    /// The arguments of an estimator, by the names the SageMaker Python SDK gave them.
    public static final class Builder implements Cloneable {
        private @Nullable String entryPoint;
        private @Nullable Class<?> mainClass;
        private @Nullable Path sourceDir;
        private @Nullable String sourceArchive;
        private @Nullable RLToolkit toolkit;
        private @Nullable String toolkitVersion;
        private @Nullable RLFramework framework;
        private @Nullable String imageUri;
        private @Nullable String role;
        private @Nullable String instanceType;
        private int instanceCount;
        private List<Path> dependencies = List.of();
        private Map<String, Object> hyperparameters = Map.of();
        private @Nullable List<MetricDefinition> metricDefinitions;
        private int containerLogLevel = 20;
        private @Nullable String codeLocation;
        private boolean networkIsolation;
        private @Nullable String checkpointS3Uri;
        private @Nullable String checkpointLocalPath;
        private int volumeSize = 30;
        private @Nullable String volumeKmsKey;
        private int maxRun = 86_400;
        private String inputMode = "File";
        private @Nullable String outputPath;
        private @Nullable String outputKmsKey;
        private @Nullable String baseJobName;
        private Map<String, String> tags = Map.of();
        private List<String> subnets = List.of();
        private List<String> securityGroupIds = List.of();
        private @Nullable String modelUri;
        private String modelChannelName = "model";
        private boolean encryptInterContainerTraffic;
        private boolean useSpotInstances;
        private @Nullable Integer maxWait;
        private Map<String, String> environment = Map.of();
        private @Nullable Integer maxRetryAttempts;
        private List<String> containerEntryPoint = List.of();
        private List<String> containerArguments = List.of();
        private boolean disableOutputCompression;
        private @Nullable Session session;

        private Builder() {}

        /// The script: a `.java` file, a jar, a Python file or a shell script; relative to the source folder if
        /// there is one.
        public Builder entryPoint(String path) {
            entryPoint = path;
            return this;
        }

        /// A main class of the caller's own class path, which is packed and sent with it.
        public Builder entryPoint(Class<?> main) {
            mainClass = main;
            return this;
        }

        /// A folder whose whole content is sent beside the script.
        public Builder sourceDir(Path folder) {
            sourceDir = folder;
            return this;
        }

        /// A `sourcedir.tar.gz` that is in S3 already, instead of a folder here: nothing is packed or uploaded.
        public Builder sourceArchive(String s3Uri) {
            sourceArchive = s3Uri;
            return this;
        }

        public Builder toolkit(RLToolkit value) {
            toolkit = value;
            return this;
        }

        public Builder toolkitVersion(String value) {
            toolkitVersion = value;
            return this;
        }

        public Builder framework(RLFramework value) {
            framework = value;
            return this;
        }

        /// Instead of toolkit, version and framework.
        public Builder imageUri(String value) {
            imageUri = value;
            return this;
        }

        /// A role's name or ARN; where the session's platform has a role of its own this may be left out.
        public Builder role(String value) {
            role = value;
            return this;
        }

        public Builder instanceType(String value) {
            instanceType = value;
            return this;
        }

        public Builder instanceCount(int value) {
            instanceCount = value;
            return this;
        }

        /// Files and folders sent at the root of the archive, under their own names.
        public Builder dependencies(List<Path> value) {
            dependencies = List.copyOf(value);
            return this;
        }

        /// Each value is JSON-encoded once.
        public Builder hyperparameters(Map<String, ?> value) {
            hyperparameters = new LinkedHashMap<>(value);
            return this;
        }

        /// Instead of the toolkit's own.
        public Builder metricDefinitions(List<MetricDefinition> value) {
            metricDefinitions = List.copyOf(value);
            return this;
        }

        /// Python's logging levels: 10 debug, 20 info, 30 warnings.
        public Builder containerLogLevel(int value) {
            containerLogLevel = value;
            return this;
        }

        /// An S3 prefix to put the archive under.
        public Builder codeLocation(String value) {
            codeLocation = value;
            return this;
        }

        public Builder enableNetworkIsolation(boolean value) {
            networkIsolation = value;
            return this;
        }

        public Builder checkpointS3Uri(String value) {
            checkpointS3Uri = value;
            return this;
        }

        public Builder checkpointLocalPath(String value) {
            checkpointLocalPath = value;
            return this;
        }

        /// In GiB.
        public Builder volumeSize(int value) {
            volumeSize = value;
            return this;
        }

        public Builder volumeKmsKey(String value) {
            volumeKmsKey = value;
            return this;
        }

        /// The job's time limit in seconds.
        public Builder maxRun(int value) {
            maxRun = value;
            return this;
        }

        /// `File`, `Pipe` or `FastFile`.
        public Builder inputMode(String value) {
            inputMode = value;
            return this;
        }

        public Builder outputPath(String value) {
            outputPath = value;
            return this;
        }

        public Builder outputKmsKey(String value) {
            outputKmsKey = value;
            return this;
        }

        public Builder baseJobName(String value) {
            baseJobName = value;
            return this;
        }

        public Builder tags(Map<String, String> value) {
            tags = new LinkedHashMap<>(value);
            return this;
        }

        public Builder subnets(List<String> value) {
            subnets = List.copyOf(value);
            return this;
        }

        public Builder securityGroupIds(List<String> value) {
            securityGroupIds = List.copyOf(value);
            return this;
        }

        /// A model archive for the job to start from, in the channel `modelChannelName`.
        public Builder modelUri(String value) {
            modelUri = value;
            return this;
        }

        public Builder modelChannelName(String value) {
            modelChannelName = value;
            return this;
        }

        public Builder encryptInterContainerTraffic(boolean value) {
            encryptInterContainerTraffic = value;
            return this;
        }

        public Builder useSpotInstances(boolean value) {
            useSpotInstances = value;
            return this;
        }

        /// In seconds, with spot instances: at least `maxRun`.
        public Builder maxWait(int value) {
            maxWait = value;
            return this;
        }

        public Builder environment(Map<String, String> value) {
            environment = new LinkedHashMap<>(value);
            return this;
        }

        public Builder maxRetryAttempts(int value) {
            maxRetryAttempts = value;
            return this;
        }

        public Builder containerEntryPoint(List<String> value) {
            containerEntryPoint = List.copyOf(value);
            return this;
        }

        public Builder containerArguments(List<String> value) {
            containerArguments = List.copyOf(value);
            return this;
        }

        public Builder disableOutputCompression(boolean value) {
            disableOutputCompression = value;
            return this;
        }

        /// Where the job runs; [Session#local()] if not named.
        public Builder session(Session value) {
            session = value;
            return this;
        }

        /// Setters replace values and never change them, so a copy of the references is a copy.
        private Builder copy() {
            try {
                return (Builder) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError("a builder is cloneable", e);
            }
        }

        /// @throws IllegalArgumentException with everything that is wrong, one problem a line
        public RLEstimator build() {
            List<String> problems = problems();
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException(String.join("\n", problems));
            }
            return new RLEstimator(copy(), session == null ? Session.local() : session, null);
        }

        private List<String> problems() {
            List<String> problems = new ArrayList<>();
            image(problems);
            entry(problems);
            if (role == null && (session == null || session.role().isEmpty()) && session != null) {
                problems.add("role: missing (expected: the name or ARN of an IAM role).");
            }
            if (role != null
                    && !ROLE_ARN.matcher(role).matches()
                    && !ROLE_NAME.matcher(role).matches()) {
                problems.add("role: \"%s\" (expected: a role's name, or arn:aws:iam::<account>:role/<name>)."
                        .formatted(role));
            }
            if (instanceType == null) {
                problems.add("instanceType: missing (expected: for example ml.m5.large).");
            } else if (!INSTANCE_TYPE.matcher(instanceType).matches()) {
                problems.add("instanceType: Failed to parse instance type \"%s\" (expected: for example ml.m5.large)."
                        .formatted(instanceType));
            }
            if (instanceCount < 1) {
                problems.add("instanceCount: %d (expected: at least 1).".formatted(instanceCount));
            }
            if (subnets.isEmpty() != securityGroupIds.isEmpty()) {
                problems.add("subnets and securityGroupIds: only one of them is given (expected: both, or neither).");
            }
            s3(problems, "outputPath", outputPath);
            s3(problems, "codeLocation", codeLocation);
            s3(problems, "checkpointS3Uri", checkpointS3Uri);
            s3(problems, "modelUri", modelUri);
            s3(problems, "sourceArchive", sourceArchive);
            if (baseJobName != null && !NAME.matcher(baseJobName).matches()) {
                problems.add("baseJobName: \"%s\" (expected: letters, digits and hyphens, at most 63)."
                        .formatted(baseJobName));
            }
            if (!List.of("File", "Pipe", "FastFile").contains(inputMode)) {
                problems.add("inputMode: \"%s\" (expected: File, Pipe or FastFile).".formatted(inputMode));
            }
            if (maxRun < 1) {
                problems.add("maxRun: %d (expected: at least 1 second).".formatted(maxRun));
            }
            if (maxWait != null && maxWait < maxRun) {
                problems.add("maxWait: %d (expected: at least maxRun, %d).".formatted(maxWait, maxRun));
            }
            for (Path dependency : dependencies) {
                if (!Files.exists(dependency)) {
                    problems.add("dependencies: %s does not exist.".formatted(dependency));
                }
            }
            return problems;
        }

        private void image(List<String> problems) {
            List<String> missing = new ArrayList<>();
            if (toolkit == null) {
                missing.add("`toolkit`");
            }
            if (toolkitVersion == null) {
                missing.add("`toolkit_version`");
            }
            if (framework == null) {
                missing.add("`framework`");
            }
            if (imageUri != null) {
                if (missing.size() < 3) {
                    problems.add(
                            "imageUri: given together with toolkit, toolkitVersion or framework (expected: either the"
                                    + " image, or all three of them).");
                }
                return;
            }
            if (!missing.isEmpty()) {
                problems.add("Please provide %s or `image_uri` parameter.".formatted(String.join(", ", missing)));
            } else if (!Images.isSupported(
                    requireNonNull(toolkit), requireNonNull(toolkitVersion), requireNonNull(framework))) {
                List<String> versions = Images.versions(toolkit, framework);
                problems.add("Provided `%s-%s` and `%s` combination is not supported.%s"
                        .formatted(
                                toolkit.wireName(),
                                toolkitVersion,
                                framework.wireName(),
                                versions.isEmpty()
                                        ? ""
                                        : " There is %s for %s."
                                                .formatted(String.join(", ", versions), framework.wireName())));
            }
        }

        private void entry(List<String> problems) {
            if (entryPoint == null && mainClass == null) {
                problems.add("entryPoint: missing (expected: a script, a jar, or a main class).");
                return;
            }
            if (entryPoint != null && mainClass != null) {
                problems.add("entryPoint: both a file and a class are given (expected: one of them).");
                return;
            }
            if (mainClass != null) {
                try {
                    mainClass.getMethod("main", String[].class);
                } catch (NoSuchMethodException e) {
                    problems.add(
                            "entryPoint: %s has no public static void main(String[]).".formatted(mainClass.getName()));
                }
                return;
            }
            String script = requireNonNull(entryPoint);
            if (script.startsWith("s3://")) {
                problems.add(
                        "entryPoint: %s (expected: a local file; a source folder may be in S3).".formatted(script));
            } else if (sourceArchive != null) {
                if (sourceDir != null || !dependencies.isEmpty()) {
                    problems.add("sourceArchive: given together with sourceDir or dependencies (expected: the archive,"
                            + " or what to pack).");
                }
            } else if (sourceDir != null) {
                if (!Files.isDirectory(sourceDir)) {
                    problems.add("sourceDir: %s is not a folder.".formatted(sourceDir));
                } else if (!Files.isRegularFile(sourceDir.resolve(script))
                        && !CLASS_NAME.matcher(script).matches()) {
                    problems.add("No file named \"%s\" was found in directory \"%s\".".formatted(script, sourceDir));
                }
            } else if (!Files.isRegularFile(Path.of(script))) {
                problems.add("entryPoint: No such file: %s.".formatted(script));
            }
        }

        private static void s3(List<String> problems, String name, @Nullable String uri) {
            if (uri != null && !(uri.startsWith("s3://") && uri.length() > 5)) {
                problems.add("%s: \"%s\" (expected: s3://bucket/prefix).".formatted(name, uri));
            }
        }
    }

    /// Trains with no input, showing the log on standard output, until the job ends.
    ///
    /// @throws UnexpectedStatusException if the job fails
    public void fit() {
        fit(Map.of(), true, LogPrinter.standardOutput(), null);
    }

    /// As [#fit()], with one channel named `training`.
    public void fit(String s3Uri) {
        fit(Map.of("training", TrainingInput.of(s3Uri)), true, LogPrinter.standardOutput(), null);
    }

    /// @param inputs  channels by name
    /// @param wait    whether to return only when the job has ended
    /// @param logs    takes the job's log while waiting; null to wait in silence
    /// @param jobName null for a name made of the base name and the time
    /// @return the job's name
    /// @throws UnexpectedStatusException if the job fails while waited for
    public String fit(
            Map<String, TrainingInput> inputs,
            boolean wait,
            @Nullable Consumer<? super LogLine> logs,
            @Nullable String jobName) {
        if (jobName != null && !NAME.matcher(jobName).matches()) {
            throw new IllegalArgumentException(
                    "jobName: \"%s\" (expected: letters, digits and hyphens, at most 63)".formatted(jobName));
        }
        String image = trainingImage();
        String name = jobName == null ? Names.timestamped(baseName(image)) : jobName;
        String output = settings.outputPath == null ? "s3://" + session.defaultBucket() + "/" : settings.outputPath;
        String code = upload(name, output);
        session.sagemaker().createTrainingJob(request(name, image, output, code, inputs));
        latestJob = name;
        if (wait) {
            new JobWatch(session, name, logs).untilEnded();
        }
        return name;
    }

    private String trainingImage() {
        return settings.imageUri != null
                ? settings.imageUri
                : Images.trainingImage(
                        requireNonNull(settings.toolkit),
                        requireNonNull(settings.toolkitVersion),
                        requireNonNull(settings.framework),
                        session.region(),
                        requireNonNull(settings.instanceType));
    }

    private String baseName(String image) {
        if (settings.baseJobName != null) {
            return settings.baseJobName;
        }
        String repository = image.substring(image.lastIndexOf('/') + 1);
        int tag = repository.indexOf(':');
        return (tag < 0 ? repository : repository.substring(0, tag)).replaceAll("[^a-zA-Z0-9-]", "-");
    }

    /// @return where the archive is
    private String upload(String job, String output) {
        if (settings.sourceArchive != null) {
            return settings.sourceArchive;
        }
        S3Location location = settings.codeLocation == null
                // the archive goes to the output's bucket and drops its prefix, as Python's SDK does
                ? new S3Location(S3Location.parse(output).bucket(), job + "/source/sourcedir.tar.gz")
                : S3Location.parse(settings.codeLocation).resolve(job + "/source/sourcedir.tar.gz");
        try {
            Path archive = Files.createTempFile("sourcedir", ".tar.gz");
            try {
                pack(archive);
                session.put(location.bucket(), location.key(), RequestBody.fromFile(archive));
            } finally {
                Files.deleteIfExists(archive);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot pack the entry point: " + e.getMessage(), e);
        }
        return location.toString();
    }

    private void pack(Path to) throws IOException {
        var archive = new SourceArchive();
        if (settings.mainClass != null) {
            archive.addClassPath(System.getProperty("java.class.path"));
        } else if (settings.sourceDir != null) {
            archive.add("", settings.sourceDir);
        } else {
            Path script = Path.of(requireNonNull(settings.entryPoint));
            archive.add(script.getFileName().toString(), script);
        }
        for (Path dependency : settings.dependencies) {
            archive.add(dependency.getFileName().toString(), dependency);
        }
        archive.write(to);
    }

    private String program() {
        if (settings.mainClass != null) {
            return settings.mainClass.getName();
        }
        String script = requireNonNull(settings.entryPoint);
        boolean alone = settings.sourceDir == null && settings.sourceArchive == null;
        return alone ? Path.of(script).getFileName().toString() : script;
    }

    /// The user's hyperparameters and the seven of the platform, each JSON-encoded once.
    private Map<String, String> hyperparameters(String job, String output, String code) {
        Map<String, String> encoded = new LinkedHashMap<>();
        settings.hyperparameters.forEach((name, value) -> encoded.put(name, Json.encoded(value)));
        encoded.put(
                "sagemaker_submit_directory",
                Json.encoded(settings.networkIsolation ? "/opt/ml/input/data/code/sourcedir.tar.gz" : code));
        encoded.put("sagemaker_program", Json.encoded(program()));
        encoded.put("sagemaker_container_log_level", Integer.toString(settings.containerLogLevel));
        encoded.put("sagemaker_job_name", Json.encoded(job));
        encoded.put("sagemaker_region", Json.encoded(session.region()));
        encoded.put("sagemaker_s3_output", Json.encoded(output));
        encoded.put("sagemaker_estimator", Json.encoded("RLEstimator"));
        return encoded;
    }

    private List<MetricDefinition> metrics() {
        if (settings.metricDefinitions != null) {
            return settings.metricDefinitions;
        }
        return settings.toolkit == null ? List.of() : settings.toolkit.defaultMetricDefinitions();
    }

    private CreateTrainingJobRequest request(
            String name, String image, String output, String code, Map<String, TrainingInput> inputs) {
        String roleArn = session.roleArn(
                settings.role != null ? settings.role : session.role().orElse(""));
        List<Channel> channels = channels(inputs, code);
        CreateTrainingJobRequest.Builder request = CreateTrainingJobRequest.builder()
                .trainingJobName(name)
                .roleArn(roleArn)
                .hyperParameters(hyperparameters(name, output, code))
                .algorithmSpecification(algorithm -> {
                    algorithm.trainingImage(image).trainingInputMode(settings.inputMode);
                    if (!metrics().isEmpty()) {
                        algorithm.metricDefinitions(metrics().stream()
                                .map(metric ->
                                        software.amazon.awssdk.services.sagemaker.model.MetricDefinition.builder()
                                                .name(metric.name())
                                                .regex(metric.regex())
                                                .build())
                                .toList());
                    }
                    if (!settings.containerEntryPoint.isEmpty()) {
                        algorithm.containerEntrypoint(settings.containerEntryPoint);
                    }
                    if (!settings.containerArguments.isEmpty()) {
                        algorithm.containerArguments(settings.containerArguments);
                    }
                })
                .outputDataConfig(config -> {
                    config.s3OutputPath(output).kmsKeyId(settings.outputKmsKey);
                    if (settings.disableOutputCompression) {
                        config.compressionType("NONE");
                    }
                })
                .resourceConfig(resources -> resources
                        .instanceType(requireNonNull(settings.instanceType))
                        .instanceCount(settings.instanceCount)
                        .volumeSizeInGB(settings.volumeSize)
                        .volumeKmsKeyId(settings.volumeKmsKey))
                .stoppingCondition(stopping ->
                        stopping.maxRuntimeInSeconds(settings.maxRun).maxWaitTimeInSeconds(settings.maxWait));
        if (!channels.isEmpty()) {
            request.inputDataConfig(channels);
        }
        if (!settings.environment.isEmpty()) {
            request.environment(settings.environment);
        }
        if (!settings.tags.isEmpty()) {
            request.tags(settings.tags.entrySet().stream()
                    .map(tag -> Tag.builder()
                            .key(tag.getKey())
                            .value(tag.getValue())
                            .build())
                    .toList());
        }
        if (!settings.subnets.isEmpty()) {
            request.vpcConfig(vpc -> vpc.subnets(settings.subnets).securityGroupIds(settings.securityGroupIds));
        }
        if (settings.checkpointS3Uri != null) {
            request.checkpointConfig(
                    checkpoint -> checkpoint.s3Uri(settings.checkpointS3Uri).localPath(settings.checkpointLocalPath));
        }
        if (settings.maxRetryAttempts != null) {
            request.retryStrategy(retry -> retry.maximumRetryAttempts(settings.maxRetryAttempts));
        }
        // what is not asked for is left out, as Python's SDK does
        if (settings.networkIsolation) {
            request.enableNetworkIsolation(true);
        }
        if (settings.encryptInterContainerTraffic) {
            request.enableInterContainerTrafficEncryption(true);
        }
        if (settings.useSpotInstances) {
            request.enableManagedSpotTraining(true);
        }
        return request.build();
    }

    private List<Channel> channels(Map<String, TrainingInput> inputs, String code) {
        Map<String, TrainingInput> all = new LinkedHashMap<>(inputs);
        if (settings.networkIsolation) {
            add(all, "code", TrainingInput.of(code));
        }
        if (settings.modelUri != null) {
            add(
                    all,
                    settings.modelChannelName,
                    new TrainingInput(
                            settings.modelUri,
                            "FullyReplicated",
                            "S3Prefix",
                            Optional.of("application/x-sagemaker-model"),
                            Optional.of("File")));
        }
        return all.entrySet().stream()
                .map(channel -> channel.getValue().channel(channel.getKey()))
                .toList();
    }

    private static void add(Map<String, TrainingInput> channels, String name, TrainingInput input) {
        if (channels.putIfAbsent(name, input) != null) {
            throw new IllegalArgumentException(
                    "Duplicate channel \"%s\" not allowed: the estimator adds one of that name itself."
                            .formatted(name));
        }
    }

    /// The estimator of a job that runs or ran, on the local platform.
    public static RLEstimator attach(String trainingJobName) {
        return attach(trainingJobName, Session.local());
    }

    /// The estimator of a job that runs or ran. Shows the log of a job that still runs, and returns when it has
    /// ended.
    ///
    /// @throws UnexpectedStatusException if the job failed
    public static RLEstimator attach(String trainingJobName, Session session) {
        return attach(trainingJobName, session, LogPrinter.standardOutput());
    }

    /// As [#attach(String, Session)], with the log going to a sink of one's own.
    public static RLEstimator attach(String trainingJobName, Session session, Consumer<? super LogLine> logs) {
        DescribeTrainingJobResponse job =
                session.sagemaker().describeTrainingJob(describe -> describe.trainingJobName(trainingJobName));
        Builder settings = Attached.settings(job, session);
        new JobWatch(session, trainingJobName, JobWatch.isRunning(job) ? logs : null).untilEnded();
        return new RLEstimator(settings, session, trainingJobName);
    }

    /// The name of the job that was fitted or attached last.
    ///
    /// @throws IllegalStateException before the first
    public String latestTrainingJob() {
        if (latestJob == null) {
            throw new IllegalStateException(
                    "Estimator is not associated with a training job. Call fit(), or attach to a job, first.");
        }
        return latestJob;
    }

    /// Where the model of the latest job is.
    public String modelData() {
        return describe().modelArtifacts().s3ModelArtifacts();
    }

    /// The latest job as the platform describes it.
    public DescribeTrainingJobResponse describe() {
        String name = latestTrainingJob();
        return session.sagemaker().describeTrainingJob(describe -> describe.trainingJobName(name));
    }

    /// The hyperparameters of the user, decoded.
    public Map<String, Object> hyperparameters() {
        return Collections.unmodifiableMap(settings.hyperparameters); // values may be null: JSON's null
    }

    public Session session() {
        return session;
    }

    /// Serves the latest job's model under a name made of the base name and the time.
    public Predictor deploy(int initialInstanceCount, String instanceType) {
        return deploy(initialInstanceCount, instanceType, null);
    }

    /// Serves the latest job's model.
    ///
    /// The server is chosen by what trained: Rein's own for Rein's toolkit, TensorFlow Serving for Coach and Ray on
    /// TensorFlow, the MXNet server for Coach on MXNet, the training image itself where an image was named or Ray
    /// ran on PyTorch. The environment, network isolation, VPC and tags of the estimator go with it.
    ///
    /// @param endpointName null for a name made of the base name and the time
    /// @return a predictor, when the endpoint is in service
    /// @throws UnexpectedStatusException if it does not come into service
    public Predictor deploy(int initialInstanceCount, String instanceType, @Nullable String endpointName) {
        String image = trainingImage();
        DescribeTrainingJobResponse job = describe();
        var server = ModelServer.of(
                settings.toolkit,
                settings.toolkitVersion,
                settings.framework,
                image,
                instanceType,
                program(),
                settings.containerLogLevel,
                job);
        var deployment = new Deployment(
                server,
                session.roleArn(
                        settings.role != null ? settings.role : session.role().orElse(job.roleArn())),
                settings.environment,
                settings.networkIsolation,
                settings.subnets,
                settings.securityGroupIds,
                settings.tags);
        return deployment.start(
                session,
                job,
                initialInstanceCount,
                instanceType,
                endpointName == null ? Names.timestamped(baseName(image)) : endpointName);
    }
}
