package dev.rein.sdk;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sagemaker.model.AsyncInferenceConfig;
import software.amazon.awssdk.services.sagemaker.model.DataCaptureConfig;
import software.amazon.awssdk.services.sagemaker.model.ExplainerConfig;

/// How a model is to be served: the arguments of [RLEstimator#deploy(Deployment)], by the names the SageMaker
/// Python SDK gave them.
///
/// ```java
/// Predictor predictor = estimator.deploy(Deployment.on(2, "ml.m5.large").endpointName("cartpole"));
/// ```
public final class Deployment {
    final @Nullable Integer initialInstanceCount;
    final @Nullable String instanceType;
    final @Nullable Integer memorySizeInMb;
    final @Nullable Integer maxConcurrency;

    @Nullable
    String endpointName;

    @Nullable
    String modelName;

    boolean wait = true;

    @Nullable
    String kmsKey;

    @Nullable
    Map<String, String> tags;

    @Nullable
    Integer volumeSize;

    @Nullable
    Integer modelDataDownloadTimeout;

    @Nullable
    Integer containerStartupHealthCheckTimeout;

    @Nullable
    DataCaptureConfig dataCaptureConfig;

    @Nullable
    AsyncInferenceConfig asyncInferenceConfig;

    @Nullable
    ExplainerConfig explainerConfig;

    @Nullable
    String imageUri;

    @Nullable
    String role;

    @Nullable
    Path entryPoint;

    @Nullable
    Path sourceDir;

    List<Path> dependencies = List.of();

    @Nullable
    Map<String, String> env;

    @Nullable
    Boolean enableNetworkIsolation;

    @Nullable
    String modelKmsKey;

    private Deployment(
            @Nullable Integer initialInstanceCount,
            @Nullable String instanceType,
            @Nullable Integer memorySizeInMb,
            @Nullable Integer maxConcurrency) {
        this.initialInstanceCount = initialInstanceCount;
        this.instanceType = instanceType;
        this.memorySizeInMb = memorySizeInMb;
        this.maxConcurrency = maxConcurrency;
    }

    /// On instances of one type.
    public static Deployment on(int initialInstanceCount, String instanceType) {
        return new Deployment(initialInstanceCount, instanceType, null, null);
    }

    /// Without instances of one's own; Python's defaults are 2048 and 5.
    public static Deployment serverless(int memorySizeInMb, int maxConcurrency) {
        return new Deployment(null, null, memorySizeInMb, maxConcurrency);
    }

    /// Instead of one made of the base name and the time.
    public Deployment endpointName(String value) {
        endpointName = value;
        return this;
    }

    /// Instead of the endpoint's name.
    public Deployment modelName(String value) {
        modelName = value;
        return this;
    }

    /// Whether to return only when the endpoint is in service.
    public Deployment wait(boolean value) {
        wait = value;
        return this;
    }

    /// Encrypts the volumes of the instances.
    public Deployment kmsKey(String value) {
        kmsKey = value;
        return this;
    }

    /// Instead of the estimator's.
    public Deployment tags(Map<String, String> value) {
        tags = new LinkedHashMap<>(value);
        return this;
    }

    /// In GiB.
    public Deployment volumeSize(int value) {
        volumeSize = value;
        return this;
    }

    /// In seconds.
    public Deployment modelDataDownloadTimeout(int value) {
        modelDataDownloadTimeout = value;
        return this;
    }

    /// In seconds.
    public Deployment containerStartupHealthCheckTimeout(int value) {
        containerStartupHealthCheckTimeout = value;
        return this;
    }

    public Deployment dataCaptureConfig(DataCaptureConfig value) {
        dataCaptureConfig = value;
        return this;
    }

    public Deployment asyncInferenceConfig(AsyncInferenceConfig value) {
        asyncInferenceConfig = value;
        return this;
    }

    public Deployment explainerConfig(ExplainerConfig value) {
        explainerConfig = value;
        return this;
    }

    /// The server's image, instead of the one that goes with the training.
    public Deployment imageUri(String value) {
        imageUri = value;
        return this;
    }

    /// A role's name or ARN, instead of the estimator's.
    public Deployment role(String value) {
        role = value;
        return this;
    }

    /// A script for the model server, instead of the one that trained; relative to the source folder if there is
    /// one. It is packed into the model, below `code/`.
    public Deployment entryPoint(Path value) {
        entryPoint = value;
        return this;
    }

    /// A folder whose whole content is packed beside the script.
    public Deployment sourceDir(Path value) {
        sourceDir = value;
        return this;
    }

    /// Files and folders packed below `code/lib/`.
    public Deployment dependencies(List<Path> value) {
        dependencies = List.copyOf(value);
        return this;
    }

    /// Told to the model server, instead of the estimator's environment.
    public Deployment env(Map<String, String> value) {
        env = new LinkedHashMap<>(value);
        return this;
    }

    /// Instead of the estimator's.
    public Deployment enableNetworkIsolation(boolean value) {
        enableNetworkIsolation = value;
        return this;
    }

    /// Encrypts a model that is packed anew.
    public Deployment modelKmsKey(String value) {
        modelKmsKey = value;
        return this;
    }

    /// @throws IllegalArgumentException with everything that is wrong, one problem a line
    void check() {
        List<String> problems = new ArrayList<>();
        if (initialInstanceCount != null && initialInstanceCount < 1) {
            problems.add("initialInstanceCount: %d (expected: at least 1).".formatted(initialInstanceCount));
        }
        if (instanceType != null
                && !ArgumentProblems.INSTANCE_TYPE.matcher(instanceType).matches()) {
            problems.add("instanceType: Failed to parse instance type \"%s\" (expected: for example ml.m5.large)."
                    .formatted(instanceType));
        }
        if (memorySizeInMb != null && (memorySizeInMb < 1024 || memorySizeInMb > 6144 || memorySizeInMb % 1024 != 0)) {
            problems.add(
                    "memorySizeInMb: %d (expected: 1024, 2048, 3072, 4096, 5120 or 6144).".formatted(memorySizeInMb));
        }
        if (maxConcurrency != null && (maxConcurrency < 1 || maxConcurrency > 200)) {
            problems.add("maxConcurrency: %d (expected: 1 to 200).".formatted(maxConcurrency));
        }
        name(problems, "endpointName", endpointName);
        name(problems, "modelName", modelName);
        if (entryPoint == null && (sourceDir != null || !dependencies.isEmpty())) {
            problems.add("Please provide an `entry_point`.");
        }
        Path script = entryPoint == null || sourceDir == null ? entryPoint : sourceDir.resolve(entryPoint);
        if (script != null && !script.toFile().isFile()) {
            problems.add("entryPoint: No such file: %s.".formatted(script));
        }
        dependencies.stream()
                .filter(dependency -> !dependency.toFile().exists())
                .forEach(dependency -> problems.add("dependencies: %s does not exist.".formatted(dependency)));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
    }

    private static void name(List<String> problems, String what, @Nullable String name) {
        if (name != null && !ArgumentProblems.NAME.matcher(name).matches()) {
            problems.add("%s: \"%s\" (expected: letters, digits and hyphens, at most 63).".formatted(what, name));
        }
    }
}
