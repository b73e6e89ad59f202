package dev.rein.sdk;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// Everything that is wrong with an estimator's arguments and can be told without a call.
final class ArgumentProblems {
    static final Pattern NAME = Pattern.compile("[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}");

    static final Pattern INSTANCE_TYPE = Pattern.compile("ml\\.[a-z0-9-]+\\.[a-z0-9-]+");
    private static final Pattern ROLE_ARN = Pattern.compile("arn:aws[a-z-]*:iam::\\d{12}:role/[\\w+=,.@/-]{1,512}");
    private static final Pattern ROLE_NAME = Pattern.compile("[\\w+=,.@-]{1,64}");
    private static final Pattern CLASS_NAME = Pattern.compile("([a-zA-Z_$][\\w$]*\\.)+[A-Z_$][\\w$]*");
    private static final Pattern IMAGE = Pattern.compile("[a-zA-Z0-9][\\w./:@-]{0,254}");
    private static final Pattern PLAN = Pattern.compile("arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:\\d{12}:training-plan/.+");
    private static final Pattern FUNCTION = Pattern.compile("arn:[\\w-]+:lambda:[\\w-]+:\\d{12}:function:.+");
    private static final int LONGEST_KEEP_ALIVE = 3600;
    private static final int MOST_RETRIES = 30;

    private final RLEstimator.Builder given;
    private final @Nullable String region;
    private final List<String> problems = new ArrayList<>();

    private ArgumentProblems(RLEstimator.Builder given) {
        this.given = given;
        this.region = given.session == null ? null : given.session.region();
    }

    /// One problem a line; none if all is well.
    static List<String> of(RLEstimator.Builder given) {
        var check = new ArgumentProblems(given);
        check.image();
        check.entry();
        check.role();
        check.resources();
        check.places();
        check.limits();
        check.values();
        check.debugging();
        return check.problems;
    }

    @SuppressWarnings("AnnotateFormatMethod") // only called here, with constants
    private void add(String problem, @Nullable Object... values) {
        problems.add(problem.formatted(values));
    }

    private void image() {
        RLToolkit toolkit = given.toolkit;
        String version = given.toolkitVersion;
        RLFramework framework = given.framework;
        List<String> missing = new ArrayList<>();
        if (toolkit == null) {
            missing.add("`toolkit`");
        }
        if (version == null) {
            missing.add("`toolkit_version`");
        }
        if (framework == null) {
            missing.add("`framework`");
        }
        if (given.imageUri != null) {
            if (missing.size() < 3) {
                add("imageUri: given together with toolkit, toolkitVersion or framework (expected: either the image, or"
                        + " all three of them).");
            }
            if (!IMAGE.matcher(given.imageUri).matches()) {
                add("imageUri: \"%s\" (expected: [registry/]repository[:tag]).", given.imageUri);
            }
            return;
        }
        if (toolkit == null || version == null || framework == null) {
            add("Please provide %s or `image_uri` parameter.", String.join(", ", missing));
        } else if (!Images.isSupported(toolkit, version, framework)) {
            List<String> versions = Images.versions(toolkit, framework);
            add(
                    "Provided `%s-%s` and `%s` combination is not supported.%s",
                    toolkit.wireName(),
                    version,
                    framework.wireName(),
                    versions.isEmpty()
                            ? ""
                            : " There is %s for %s.".formatted(String.join(", ", versions), framework.wireName()));
        } else {
            if (region != null) {
                Images.unsupported(toolkit, version, framework, region).ifPresent(problems::add);
            }
            if (given.instanceType != null) {
                Images.unsupported(toolkit, given.instanceType).ifPresent(problems::add);
            }
        }
    }

    private void entry() {
        if (given.entryPoint == null && given.mainClass == null) {
            add("entryPoint: missing (expected: a script, a jar, or a main class).");
            return;
        }
        if (given.entryPoint != null && given.mainClass != null) {
            add("entryPoint: both a file and a class are given (expected: one of them).");
            return;
        }
        if (given.gitConfig != null && (given.mainClass != null || given.sourceArchive != null)) {
            add("gitConfig: given together with a main class or a sourceArchive (expected: paths in the repository).");
            return;
        }
        if (given.mainClass != null) {
            mainClass(given.mainClass);
        } else {
            script(requireNonNull(given.entryPoint));
        }
        if (given.gitConfig == null) {
            given.dependencies.stream()
                    .filter(dependency -> !Files.exists(dependency))
                    .forEach(dependency -> add("dependencies: %s does not exist.", dependency));
        }
    }

    private void mainClass(Class<?> main) {
        try {
            main.getMethod("main", String[].class);
        } catch (NoSuchMethodException e) {
            add("entryPoint: %s has no public static void main(String[]).", main.getName());
        }
        if (given.sourceDir != null || given.sourceArchive != null) {
            add("sourceDir, sourceArchive: given together with a main class, which brings its class path"
                    + " (expected: dependencies).");
        }
    }

    private void script(String script) {
        Path folder = given.sourceDir;
        if (script.startsWith("s3://")) {
            add("entryPoint: %s (expected: a local file; a source folder may be in S3).", script);
        } else if (given.gitConfig != null) {
            return; // looked for in the clone
        } else if (given.sourceArchive != null) {
            if (folder != null || !given.dependencies.isEmpty()) {
                add("sourceArchive: given together with sourceDir or dependencies (expected: the archive, or what to"
                        + " pack).");
            }
        } else if (folder != null) {
            if (!Files.isDirectory(folder)) {
                add("sourceDir: %s is not a folder.", folder);
            } else if (!Files.isRegularFile(folder.resolve(script))
                    && !CLASS_NAME.matcher(script).matches()) {
                add("No file named \"%s\" was found in directory \"%s\".", script, folder);
            }
        } else if (!Files.isRegularFile(Path.of(script))) {
            add("entryPoint: No such file: %s.", script);
        }
    }

    private void role() {
        String role = given.role;
        if (role == null && given.session != null && given.session.role().isEmpty()) {
            add("role: missing (expected: the name or ARN of an IAM role).");
        }
        if (role != null
                && !ROLE_ARN.matcher(role).matches()
                && !ROLE_NAME.matcher(role).matches()) {
            add("role: \"%s\" (expected: a role's name, or arn:aws:iam::<account>:role/<name>).", role);
        }
    }

    private void resources() {
        if (given.instanceGroups.isEmpty()) {
            if (given.instanceType == null) {
                add("instanceType: missing (expected: for example ml.m5.large).");
            } else {
                type("instanceType", given.instanceType);
            }
            if (given.instanceCount == null) {
                add("instanceCount: missing (expected: at least 1).");
            } else if (given.instanceCount < 1) {
                add("instanceCount: %d (expected: at least 1).", given.instanceCount);
            }
            return;
        }
        if (given.instanceType != null || given.instanceCount != null) {
            add(
                    "instanceGroups: given together with instanceType or instanceCount (expected: either the groups, or both"
                            + " of them).");
        }
        if (given.imageUri == null) {
            add("instanceGroups: the image of a toolkit is chosen by one instance type (expected: an imageUri).");
        }
        Set<String> names = new HashSet<>();
        for (InstanceGroup group : given.instanceGroups) {
            type("instanceGroups." + group.name(), group.type());
            if (!names.add(group.name())) {
                add("instanceGroups: two groups are named \"%s\".", group.name());
            }
        }
    }

    private void type(String name, String type) {
        if (type.equals("local") || type.equals("local_gpu")) {
            add(
                    "%s: \"%s\" is Python's local mode (expected: for example ml.m5.large, on a platform started with:"
                            + " rein up).",
                    name, type);
        } else if (!INSTANCE_TYPE.matcher(type).matches()) {
            add("%s: Failed to parse instance type \"%s\" (expected: for example ml.m5.large).", name, type);
        }
    }

    private void places() {
        s3("outputPath", given.outputPath);
        s3("codeLocation", given.codeLocation);
        s3("checkpointS3Uri", given.checkpointS3Uri);
        s3("modelUri", given.modelUri);
        s3("sourceArchive", given.sourceArchive);
        if (given.checkpointLocalPath != null && given.checkpointS3Uri == null) {
            add("checkpointLocalPath: given without checkpointS3Uri (expected: both, or the URI alone).");
        }
        if (given.subnets.isEmpty() != given.securityGroupIds.isEmpty()) {
            add("subnets and securityGroupIds: only one of them is given (expected: both, or neither).");
        }
        String access = given.trainingRepositoryAccessMode;
        if (access != null && !List.of("Platform", "Vpc").contains(access)) {
            add("trainingRepositoryAccessMode: \"%s\" (expected: Platform or Vpc).", access);
        }
        if ("Vpc".equals(access) && given.subnets.isEmpty()) {
            add("trainingRepositoryAccessMode: Vpc needs subnets and securityGroupIds.");
        }
        String provider = given.trainingRepositoryCredentialsProviderArn;
        if (provider != null && access == null) {
            add("trainingRepositoryCredentialsProviderArn: given without trainingRepositoryAccessMode.");
        }
        if (provider != null && !FUNCTION.matcher(provider).matches()) {
            add(
                    "trainingRepositoryCredentialsProviderArn: \"%s\" (expected:"
                            + " arn:aws:lambda:<region>:<account>:function:<name>).",
                    provider);
        }
        if (given.trainingPlan != null && !PLAN.matcher(given.trainingPlan).matches()) {
            add(
                    "trainingPlan: \"%s\" (expected: arn:aws:sagemaker:<region>:<account>:training-plan/<name>).",
                    given.trainingPlan);
        }
    }

    private void s3(String name, @Nullable String uri) {
        if (uri != null && !S3Location.isUri(uri)) {
            add("%s: \"%s\" (expected: s3://bucket/prefix).", name, uri);
        }
    }

    private void limits() {
        if (given.baseJobName != null && !NAME.matcher(given.baseJobName).matches()) {
            add("baseJobName: \"%s\" (expected: letters, digits and hyphens, at most 63).", given.baseJobName);
        }
        if (!List.of("File", "Pipe", "FastFile").contains(given.inputMode)) {
            add("inputMode: \"%s\" (expected: File, Pipe or FastFile).", given.inputMode);
        }
        if (given.volumeSize < 1) {
            add("volumeSize: %d (expected: at least 1 GiB).", given.volumeSize);
        }
        if (given.maxRun < 1) {
            add("maxRun: %d (expected: at least 1 second).", given.maxRun);
        }
        if (given.maxWait != null && given.maxWait < given.maxRun) {
            add("maxWait: %d (expected: at least maxRun, %d).", given.maxWait, given.maxRun);
        }
        if (given.maxWait != null && !given.useSpotInstances && given.maxRetryAttempts == null) {
            add("maxWait: given without useSpotInstances or maxRetryAttempts, the two it limits.");
        }
        range("keepAlivePeriodInSeconds", given.keepAlivePeriodInSeconds, 0, LONGEST_KEEP_ALIVE);
        range("maxRetryAttempts", given.maxRetryAttempts, 1, MOST_RETRIES);
        range("containerLogLevel", given.containerLogLevel, 0, 50);
    }

    private void range(String name, @Nullable Integer value, int least, int most) {
        if (value != null && (value < least || value > most)) {
            add("%s: %d (expected: %d to %d).", name, value, least, most);
        }
    }

    private void values() {
        for (Map.Entry<String, @Nullable Object> hyperparameter : given.hyperparameters.entrySet()) {
            try {
                Json.encoded(hyperparameter.getValue());
            } catch (JacksonException | IllegalArgumentException e) {
                add("hyperparameters.%s: no JSON (%s).", hyperparameter.getKey(), firstLine(e.getMessage()));
            }
        }
        for (MetricDefinition metric :
                given.metricDefinitions == null ? List.<MetricDefinition>of() : given.metricDefinitions) {
            try {
                Pattern.compile(metric.regex());
            } catch (PatternSyntaxException e) {
                add(
                        "metricDefinitions.%s: \"%s\" is no regular expression: %s.",
                        metric.name(), metric.regex(), e.getDescription());
            }
        }
        given.tags.keySet().stream()
                .filter(key -> key.isBlank() || key.length() > 128)
                .sorted(Comparator.naturalOrder())
                .forEach(key -> add("tags: \"%s\" (expected: a key of 1 to 128 characters).", key));
        given.environment.keySet().stream()
                .filter(key -> !key.matches("[a-zA-Z_][a-zA-Z0-9_]{0,511}"))
                .sorted(Comparator.naturalOrder())
                .forEach(key -> add("environment: \"%s\" (expected: a name of letters, digits and underscores).", key));
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "" : message.lines().findFirst().orElse("");
    }

    private void debugging() {
        if (given.debuggerHookConfig != null
                && region != null
                && TrainingJobRequest.WITHOUT_DEBUGGER.contains(region)) {
            add(
                    "debuggerHookConfig: Current region does not support debugger but debugger hook config is set! (%s)",
                    region);
        }
        if (given.disableProfiler) {
            if (given.profilerConfig != null && !Boolean.TRUE.equals(given.profilerConfig.disableProfiler())) {
                add("profilerConfig: profiler_config.disable_profiler cannot be False when disable_profiler is True.");
            }
            if (!given.profilerRules.isEmpty()) {
                add("profilerRules: ProfilerRule cannot be set when disable_profiler is True.");
            }
        }
    }
}
