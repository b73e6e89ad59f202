package dev.rein.cli;

import dev.rein.sdk.Session;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Lists endpoints, newest first.
@Command(name = "endpoints", mixinStandardHelpOptions = true, description = "List endpoints, newest first.")
final class Endpoints implements Callable<Integer> {
    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        try (Session session = Here.session()) {
            List<Output.Listed> endpoints = session
                    .sagemaker()
                    .listEndpointsPaginator(list -> list.sortBy("CreationTime").sortOrder("Descending"))
                    .stream()
                    .flatMap(page -> page.endpoints().stream())
                    .map(endpoint -> new Output.Listed(
                            endpoint.endpointName(), endpoint.endpointStatusAsString(), endpoint.creationTime()))
                    .toList();
            output.print(endpoints, "No endpoints yet. Serve the model of a training job with: rein deploy JOB");
        }
        return 0;
    }
}
