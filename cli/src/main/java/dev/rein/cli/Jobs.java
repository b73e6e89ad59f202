package dev.rein.cli;

import dev.rein.sdk.Session;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Lists training jobs, newest first.
@Command(name = "jobs", mixinStandardHelpOptions = true, description = "List training jobs, newest first.")
final class Jobs implements Callable<Integer> {
    @Option(names = "--max", defaultValue = "20", description = "how many, at most 100 (default: ${DEFAULT-VALUE})")
    private int max = 20;

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        try (Session session = Here.session()) {
            List<Output.Listed> jobs = session
                    .sagemaker()
                    .listTrainingJobs(
                            list -> list.maxResults(max).sortBy("CreationTime").sortOrder("Descending"))
                    .trainingJobSummaries()
                    .stream()
                    .map(job -> new Output.Listed(
                            job.trainingJobName(), job.trainingJobStatusAsString(), job.creationTime()))
                    .toList();
            output.print(jobs, "No training jobs yet. Start one with: rein train examples/cartpole/CartPole.java");
        }
        return 0;
    }
}
