package dev.rein.cli;

import dev.rein.sdk.RLEstimator;
import dev.rein.sdk.RLFramework;
import dev.rein.sdk.RLToolkit;
import dev.rein.sdk.Session;
import dev.rein.sdk.TrainingInput;
import dev.rein.sdk.UnexpectedStatusException;
import dev.rein.server.ReinServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.SecondaryStatus;

/// Submits an entry point as a training job and shows its log until it ends.
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = {
            "Submit an entry point as a training job and show its log until it ends.",
            "Ctrl-C leaves the job running: rein logs JOB shows it again."
        })
final class Train implements Callable<Integer> {
    @Parameters(paramLabel = "SCRIPT", description = "a .java file, a jar, a Python file or a shell script")
    private String script = "";

    @Option(
            names = {"-H", "--hyperparameter"},
            paramLabel = "NAME=VALUE",
            description = "passed to the script; may be repeated")
    private Map<String, String> hyperparameters = new LinkedHashMap<>();

    @Option(names = "--source-dir", paramLabel = "FOLDER", description = "sent whole; SCRIPT is relative to it")
    private @Nullable Path sourceDir;

    @Option(names = "--dependency", paramLabel = "PATH", description = "a file or folder sent beside the script")
    private List<Path> dependencies = new ArrayList<>();

    @Option(
            names = "--input",
            paramLabel = "CHANNEL=S3_URI",
            description = "data for the job, in /opt/ml/input/data/CHANNEL")
    private Map<String, String> inputs = new LinkedHashMap<>();

    @Option(names = "--image", description = "an image instead of Rein's toolkit")
    private @Nullable String image;

    @Option(names = "--name", paramLabel = "JOB", description = "the job's name (default: made of the time)")
    private @Nullable String name;

    @Option(
            names = "--instance-type",
            defaultValue = "ml.m5.large",
            description = "what the job may use (default: ${DEFAULT-VALUE})")
    private String instanceType = "ml.m5.large";

    @Option(names = "--hosts", defaultValue = "1", description = "how many (default: ${DEFAULT-VALUE})")
    private int hosts = 1;

    @Option(
            names = "--max-run",
            paramLabel = "SECONDS",
            defaultValue = "86400",
            description = "time limit (default: ${DEFAULT-VALUE})")
    private int maxRun = 86_400;

    @Option(names = "--no-wait", description = "return as soon as the job is accepted")
    private boolean noWait;

    @Mixin
    private Output output = new Output();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final LastLines shown = new LastLines();

    @Override
    public Integer call() {
        try (Session session = Here.session()) {
            Map<String, TrainingInput> channels = new LinkedHashMap<>();
            RLEstimator estimator = checked(builder(session), channels);
            String job;
            try {
                job = estimator.fit(channels, !noWait, line -> show(line.message()), name);
            } catch (UnexpectedStatusException e) {
                throw new IllegalStateException(failure(estimator.describe()), e);
            }
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("job", job);
            if (noWait) {
                output.print(facts, "Accepted %s. To see its log: rein logs %s".formatted(job, job));
            } else {
                DescribeTrainingJobResponse ended = estimator.describe();
                boolean timedOut = ended.secondaryStatus() == SecondaryStatus.MAX_RUNTIME_EXCEEDED;
                facts.put("status", ended.trainingJobStatusAsString());
                facts.put("secondaryStatus", ended.secondaryStatusAsString());
                facts.put("model", estimator.modelData());
                output.print(
                        facts,
                        "%s %s%s. Model: %s%nTo serve it: rein deploy %s"
                                .formatted(
                                        job,
                                        facts.get("status"),
                                        timedOut ? " at its time limit of %d s (--max-run)".formatted(maxRun) : "",
                                        facts.get("model"),
                                        job));
            }
        }
        return 0;
    }

    private RLEstimator.Builder builder(Session session) {
        RLEstimator.Builder builder = RLEstimator.builder()
                .session(session)
                .entryPoint(script)
                .hyperparameters(hyperparameters)
                .dependencies(dependencies)
                .instanceType(instanceType)
                .instanceCount(hosts)
                .maxRun(maxRun);
        if (sourceDir != null) {
            builder.sourceDir(sourceDir);
        }
        return image != null
                ? builder.imageUri(image)
                : builder.toolkit(RLToolkit.REIN)
                        .toolkitVersion(ReinServer.VERSION)
                        .framework(RLFramework.JVM);
    }

    /// Everything that is wrong is told at once.
    ///
    /// @param channels filled with the inputs
    private RLEstimator checked(RLEstimator.Builder builder, Map<String, TrainingInput> channels) {
        List<String> problems = new ArrayList<>();
        if (name != null) {
            RLEstimator.problemOfJobName(name).ifPresent(problems::add);
        }
        inputs.forEach((channel, uri) -> {
            try {
                channels.put(channel, TrainingInput.of(uri));
            } catch (IllegalArgumentException e) {
                problems.add("--input %s: %s".formatted(channel, e.getMessage()));
            }
        });
        try {
            RLEstimator estimator = builder.build();
            if (problems.isEmpty()) {
                return estimator;
            }
        } catch (IllegalArgumentException e) {
            problems.addFirst(String.valueOf(e.getMessage()));
        }
        throw new ParameterException(spec.commandLine(), String.join(System.lineSeparator(), problems));
    }

    private String failure(DescribeTrainingJobResponse job) {
        return "%s %s. Reason: %s"
                .formatted(
                        job.trainingJobName(),
                        job.trainingJobStatusAsString(),
                        shown.newsOf(job.failureReason() == null ? "none was given" : job.failureReason()));
    }

    private void show(String line) {
        if (!output.isJson()) {
            output.out().println(line);
            output.out().flush();
            shown.add(line);
        }
    }
}
