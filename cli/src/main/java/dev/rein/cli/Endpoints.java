package dev.rein.cli;

import dev.rein.sdk.Session;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.services.sagemaker.model.EndpointSummary;

/// Lists endpoints, newest first.
@Command(name = "endpoints", mixinStandardHelpOptions = true, description = "List endpoints, newest first.")
final class Endpoints implements Callable<Integer> {
    @Mixin
    private Output output = new Output();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (Session session = Here.session()) {
            List<EndpointSummary> endpoints = session
                    .sagemaker()
                    .listEndpointsPaginator(list -> list.sortBy("CreationTime").sortOrder("Descending"))
                    .stream()
                    .flatMap(page -> page.endpoints().stream())
                    .toList();
            if (output.isJson()) {
                output.printJson(out, endpoints.stream().map(Endpoints::facts).toList());
                return 0;
            }
            if (endpoints.isEmpty()) {
                out.println("No endpoints yet. Serve the model of a training job with: rein deploy JOB");
            }
            for (EndpointSummary endpoint : endpoints) {
                out.println("%-12s %-24s %s"
                        .formatted(
                                endpoint.endpointStatusAsString(),
                                Output.time(endpoint.creationTime()),
                                endpoint.endpointName()));
            }
            out.flush();
        }
        return 0;
    }

    private static Map<String, String> facts(EndpointSummary endpoint) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("name", endpoint.endpointName());
        facts.put("status", endpoint.endpointStatusAsString());
        facts.put("created", endpoint.creationTime().toString());
        return facts;
    }
}
