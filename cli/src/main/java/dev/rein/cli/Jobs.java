package dev.rein.cli;

import dev.rein.sdk.Session;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobSummary;

/// Lists training jobs, newest first.
@Command(name = "jobs", mixinStandardHelpOptions = true, description = "List training jobs, newest first.")
final class Jobs implements Callable<Integer> {
    @Option(names = "--max", defaultValue = "20", description = "how many, at most 100 (default: ${DEFAULT-VALUE})")
    private int max = 20;

    @Mixin
    private Output output = new Output();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (Session session = Here.session()) {
            List<TrainingJobSummary> jobs = session.sagemaker()
                    .listTrainingJobs(
                            list -> list.maxResults(max).sortBy("CreationTime").sortOrder("Descending"))
                    .trainingJobSummaries();
            if (output.isJson()) {
                output.printJson(out, jobs.stream().map(Jobs::facts).toList());
                return 0;
            }
            if (jobs.isEmpty()) {
                out.println("No training jobs yet. Start one with: rein train examples/cartpole/CartPole.java");
            }
            List<String> lines = new ArrayList<>();
            for (TrainingJobSummary job : jobs) {
                lines.add("%-12s %-24s %s"
                        .formatted(
                                job.trainingJobStatusAsString(),
                                Output.time(job.creationTime()),
                                job.trainingJobName()));
            }
            lines.forEach(out::println);
            out.flush();
        }
        return 0;
    }

    private static Map<String, String> facts(TrainingJobSummary job) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("name", job.trainingJobName());
        facts.put("status", job.trainingJobStatusAsString());
        facts.put("created", job.creationTime().toString());
        return facts;
    }
}
