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
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sagemaker.model.DebugHookConfig;
import software.amazon.awssdk.services.sagemaker.model.DebugRuleConfiguration;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.ExperimentConfig;
import software.amazon.awssdk.services.sagemaker.model.InstancePlacementConfig;
import software.amazon.awssdk.services.sagemaker.model.ProfilerConfig;
import software.amazon.awssdk.services.sagemaker.model.ProfilerRuleConfiguration;
import software.amazon.awssdk.services.sagemaker.model.TensorBoardOutputConfig;

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
        @Nullable
        String entryPoint;

        @Nullable
        Class<?> mainClass;

        @Nullable
        Path sourceDir;

        @Nullable
        String sourceArchive;

        @Nullable
        RLToolkit toolkit;

        @Nullable
        String toolkitVersion;

        @Nullable
        RLFramework framework;

        @Nullable
        String imageUri;

        @Nullable
        String role;

        @Nullable
        String instanceType;

        @Nullable
        Integer instanceCount;

        List<Path> dependencies = List.of();
        Map<String, @Nullable Object> hyperparameters = Map.of();

        @Nullable
        List<MetricDefinition> metricDefinitions;

        int containerLogLevel = 20;

        @Nullable
        String codeLocation;

        boolean networkIsolation;

        @Nullable
        String checkpointS3Uri;

        @Nullable
        String checkpointLocalPath;

        int volumeSize = 30;

        @Nullable
        String volumeKmsKey;

        int maxRun = 86_400;
        String inputMode = "File";

        @Nullable
        String outputPath;

        @Nullable
        String outputKmsKey;

        @Nullable
        String baseJobName;

        Map<String, String> tags = Map.of();
        List<String> subnets = List.of();
        List<String> securityGroupIds = List.of();

        @Nullable
        String modelUri;

        String modelChannelName = "model";
        boolean encryptInterContainerTraffic;
        boolean useSpotInstances;

        @Nullable
        Integer maxWait;

        Map<String, String> environment = Map.of();

        @Nullable
        Integer maxRetryAttempts;

        List<String> containerEntryPoint = List.of();
        List<String> containerArguments = List.of();
        boolean disableOutputCompression;
        List<InstanceGroup> instanceGroups = List.of();

        @Nullable
        Integer keepAlivePeriodInSeconds;

        @Nullable
        GitConfig gitConfig;

        boolean debuggerHook = true;

        @Nullable
        DebugHookConfig debuggerHookConfig;

        List<DebugRuleConfiguration> rules = List.of();
        List<ProfilerRuleConfiguration> profilerRules = List.of();

        @Nullable
        ProfilerConfig profilerConfig;

        boolean disableProfiler;

        @Nullable
        TensorBoardOutputConfig tensorboardOutputConfig;

        @Nullable
        String trainingPlan;

        @Nullable
        InstancePlacementConfig instancePlacementConfig;

        @Nullable
        String trainingRepositoryAccessMode;

        @Nullable
        String trainingRepositoryCredentialsProviderArn;

        @Nullable
        Boolean enableSageMakerMetrics;

        @Nullable
        Boolean enableInfraCheck;

        @Nullable
        Boolean enableRemoteDebug;

        @Nullable
        Boolean enableSessionTagChaining;

        @Nullable
        Session session;

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
        public Builder hyperparameters(Map<String, ? extends @Nullable Object> value) {
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

        /// Hosts of several types, instead of `instanceType` and `instanceCount`; needs an `imageUri`.
        public Builder instanceGroups(List<InstanceGroup> value) {
            instanceGroups = List.copyOf(value);
            return this;
        }

        /// How long the hosts stay warm for the next job, in seconds.
        public Builder keepAlivePeriodInSeconds(int value) {
            keepAlivePeriodInSeconds = value;
            return this;
        }

        /// A repository that is cloned by `fit`; entry point, source folder and dependencies are paths in it.
        public Builder gitConfig(GitConfig value) {
            gitConfig = value;
            return this;
        }

        /// Whether the debugger's hook is on, with its defaults.
        public Builder debuggerHookConfig(boolean on) {
            debuggerHook = on;
            debuggerHookConfig = null;
            return this;
        }

        /// The debugger's hook; where it names no S3 path, it writes below the output path.
        public Builder debuggerHookConfig(DebugHookConfig value) {
            debuggerHook = true;
            debuggerHookConfig = value;
            return this;
        }

        /// Rules of the debugger.
        public Builder rules(List<DebugRuleConfiguration> value) {
            rules = List.copyOf(value);
            return this;
        }

        /// Rules of the profiler.
        public Builder profilerRules(List<ProfilerRuleConfiguration> value) {
            profilerRules = List.copyOf(value);
            return this;
        }

        /// The profiler; where it names no S3 path, it writes below the output path.
        public Builder profilerConfig(ProfilerConfig value) {
            profilerConfig = value;
            return this;
        }

        public Builder disableProfiler(boolean value) {
            disableProfiler = value;
            return this;
        }

        public Builder tensorboardOutputConfig(TensorBoardOutputConfig value) {
            tensorboardOutputConfig = value;
            return this;
        }

        /// The ARN of a plan that reserved the hosts.
        public Builder trainingPlan(String arn) {
            trainingPlan = arn;
            return this;
        }

        public Builder instancePlacementConfig(InstancePlacementConfig value) {
            instancePlacementConfig = value;
            return this;
        }

        /// Where the image's registry is: `Platform`, or `Vpc` for one of your own network.
        public Builder trainingRepositoryAccessMode(String value) {
            trainingRepositoryAccessMode = value;
            return this;
        }

        /// The Lambda function that gives the credentials of a registry in your own network.
        public Builder trainingRepositoryCredentialsProviderArn(String value) {
            trainingRepositoryCredentialsProviderArn = value;
            return this;
        }

        /// Whether metrics are kept as a time series.
        public Builder enableSageMakerMetrics(boolean value) {
            enableSageMakerMetrics = value;
            return this;
        }

        /// Whether the hosts are checked before the job starts.
        public Builder enableInfraCheck(boolean value) {
            enableInfraCheck = value;
            return this;
        }

        public Builder enableRemoteDebug(boolean value) {
            enableRemoteDebug = value;
            return this;
        }

        public Builder enableSessionTagChaining(boolean value) {
            enableSessionTagChaining = value;
            return this;
        }

        /// Where the job runs; [Session#local()] if not named.
        public Builder session(Session value) {
            session = value;
            return this;
        }

        String trainingImage(String region) {
            return imageUri != null
                    ? imageUri
                    : Images.trainingImage(
                            requireNonNull(toolkit),
                            requireNonNull(toolkitVersion),
                            requireNonNull(framework),
                            region,
                            requireNonNull(instanceType));
        }

        /// What the job is told to run.
        String program() {
            if (mainClass != null) {
                return mainClass.getName();
            }
            String script = requireNonNull(entryPoint);
            boolean alone = sourceDir == null && sourceArchive == null;
            return alone ? Path.of(script).getFileName().toString() : script;
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
        /// @throws IllegalStateException    if no session is named and no platform runs here
        public RLEstimator build() {
            refuse(ArgumentProblems.of(this));
            Builder settings = copy();
            if (settings.session == null) {
                settings.session = Session.local();
                refuse(ArgumentProblems.of(settings)); // the region can tell more
            }
            return new RLEstimator(settings, settings.session, null);
        }

        private static void refuse(List<String> problems) {
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException(String.join("\n", problems));
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
        fit(TrainingInput.of(s3Uri));
    }

    /// As [#fit()], with one channel named `training`. Its input mode is then the whole job's.
    public void fit(JobInput input) {
        fit(Map.of("training", input), true, LogPrinter.standardOutput(), null, null, mode(input));
    }

    /// What is wrong with a name for a job, for a program that tells it with other problems before it calls `fit`.
    public static Optional<String> problemOfJobName(String jobName) {
        return ArgumentProblems.NAME.matcher(jobName).matches()
                ? Optional.empty()
                : Optional.of("jobName: \"%s\" (expected: letters, digits and hyphens, at most 63)".formatted(jobName));
    }

    private String mode(JobInput input) {
        return input instanceof TrainingInput training
                ? training.inputMode().orElse(settings.inputMode)
                : settings.inputMode;
    }

    /// @param inputs  channels by name
    /// @param wait    whether to return only when the job has ended
    /// @param logs    hears of the job while waiting; null to wait in silence
    /// @param jobName null for a name made of the base name and the time
    /// @return the job's name
    /// @throws UnexpectedStatusException if the job fails while waited for
    public String fit(
            Map<String, ? extends JobInput> inputs,
            boolean wait,
            @Nullable JobListener logs,
            @Nullable String jobName) {
        return fit(inputs, wait, logs, jobName, null);
    }

    /// As [#fit(Map, boolean, JobListener, String)], as a part of an experiment.
    public String fit(
            Map<String, ? extends JobInput> inputs,
            boolean wait,
            @Nullable JobListener logs,
            @Nullable String jobName,
            @Nullable ExperimentConfig experiment) {
        return fit(inputs, wait, logs, jobName, experiment, settings.inputMode);
    }

    private String fit(
            Map<String, ? extends JobInput> inputs,
            boolean wait,
            @Nullable JobListener logs,
            @Nullable String jobName,
            @Nullable ExperimentConfig experiment,
            String inputMode) {
        if (jobName != null) {
            problemOfJobName(jobName).ifPresent(problem -> {
                throw new IllegalArgumentException(problem);
            });
        }
        refuseDuplicates(inputs);
        String image = settings.trainingImage(session.region());
        String name = jobName == null ? Names.timestamped(baseName(image)) : jobName;
        String output = settings.outputPath == null ? "s3://" + session.defaultBucket() + "/" : settings.outputPath;
        String code = new UserCode(settings, session).upload(name, output);
        session.sagemaker()
                .createTrainingJob(new TrainingJobRequest(settings, session, name, image, output, code, inputMode)
                        .request(inputs, experiment));
        latestJob = name;
        if (wait) {
            new JobWatch(session, name, logs).untilEnded();
        }
        return name;
    }

    private void refuseDuplicates(Map<String, ? extends JobInput> inputs) {
        List<String> own = new ArrayList<>();
        if (settings.networkIsolation) {
            own.add("code");
        }
        if (settings.modelUri != null) {
            own.add(settings.modelChannelName);
        }
        own.stream().filter(inputs::containsKey).findFirst().ifPresent(name -> {
            throw new IllegalArgumentException(
                    "Duplicate channel \"%s\" not allowed: the estimator adds one of that name itself."
                            .formatted(name));
        });
    }

    private String baseName(String image) {
        if (settings.baseJobName != null) {
            return settings.baseJobName;
        }
        String repository = image.substring(image.lastIndexOf('/') + 1);
        int tag = repository.indexOf(':');
        return (tag < 0 ? repository : repository.substring(0, tag)).replaceAll("[^a-zA-Z0-9-]", "-");
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
    public static RLEstimator attach(String trainingJobName, Session session, JobListener logs) {
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
    public Map<String, @Nullable Object> hyperparameters() {
        return Collections.unmodifiableMap(settings.hyperparameters); // values may be null: JSON's null
    }

    public Session session() {
        return session;
    }

    /// Serves the latest job's model under a name made of the base name and the time.
    public Predictor deploy(int initialInstanceCount, String instanceType) {
        return deploy(Deployment.on(initialInstanceCount, instanceType));
    }

    /// As [#deploy(int, String)], under a name of one's own.
    public Predictor deploy(int initialInstanceCount, String instanceType, @Nullable String endpointName) {
        Deployment deployment = Deployment.on(initialInstanceCount, instanceType);
        return deploy(endpointName == null ? deployment : deployment.endpointName(endpointName));
    }

    /// Serves the latest job's model.
    ///
    /// The server is chosen by what trained: Rein's own for Rein's toolkit, TensorFlow Serving for Coach and Ray on
    /// TensorFlow, the MXNet server for Coach on MXNet, the training image itself where an image was named or Ray
    /// ran on PyTorch. The environment, network isolation, VPC and tags of the estimator go with it.
    ///
    /// For an image of one's own the model is packed anew, with the code below `code/`, as the default bucket's
    /// `<model name>/model.tar.gz`; so it is wherever the deployment names an entry point.
    ///
    /// @return a predictor of the server's kind, when the endpoint is in service
    /// @throws IllegalArgumentException  with everything that is wrong with the deployment
    /// @throws UnexpectedStatusException if it does not come into service
    public Predictor deploy(Deployment deployment) {
        deployment.check();
        DescribeTrainingJobResponse job = describe();
        if (job.modelArtifacts() == null || job.modelArtifacts().s3ModelArtifacts() == null) {
            throw new IllegalStateException("training job %s has no model: it is %s"
                    .formatted(job.trainingJobName(), job.trainingJobStatusAsString()));
        }
        String image = job.algorithmSpecification().trainingImage();
        String endpointName =
                deployment.endpointName == null ? Names.timestamped(baseName(image)) : deployment.endpointName;
        String modelName = deployment.modelName == null ? endpointName : deployment.modelName;
        ModelServer server = ModelServer.of(settings, deployment, image, session.region(), job);
        String model = job.modelArtifacts().s3ModelArtifacts();
        if (server.packed()) {
            model = repacked(deployment, job, modelName);
        }
        return new Serving(session, settings, deployment, server, job, model).start(endpointName, modelName);
    }

    /// @return where the model is that has its code with it
    private String repacked(Deployment deployment, DescribeTrainingJobResponse job, String modelName) {
        var to = new S3Location(session.defaultBucket(), modelName + "/model.tar.gz");
        var model =
                new ModelArchive(session, S3Location.parse(job.modelArtifacts().s3ModelArtifacts()));
        Optional<String> key = Optional.ofNullable(deployment.modelKmsKey);
        try {
            if (deployment.entryPoint == null) {
                model.repack(S3Location.parse(ModelServer.code(job)), to, key);
            } else {
                var code = new SourceArchive();
                if (deployment.sourceDir == null) {
                    code.add("code/" + deployment.entryPoint.getFileName(), deployment.entryPoint);
                } else {
                    code.add("code", deployment.sourceDir);
                }
                for (Path dependency : deployment.dependencies) {
                    code.add("code/lib/" + dependency.getFileName(), dependency);
                }
                model.repack(code, to, key);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot pack the model anew: " + e.getMessage(), e);
        }
        return to.toString();
    }

    /// Writes the files of the latest job's model below a folder.
    public void downloadModel(Path folder) throws IOException {
        Files.createDirectories(folder);
        new ModelArchive(session, S3Location.parse(modelData())).unpack(folder);
    }
}
