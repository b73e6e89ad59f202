package dev.rein.cli;

import dev.rein.sdk.Session;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;

/// Tells whether a platform runs, and where. Exit code 0 if it does, 1 if not.
@Command(name = "status", mixinStandardHelpOptions = true, description = "Tell whether the platform runs, and where.")
final class Status implements Callable<Integer> {
    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException {
        ReinHome home = ReinHome.ofEnvironment();
        Optional<ReinHome.Running> running = home.running();
        Map<String, Long> work = running.isPresent() ? work(home) : Map.of();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("running", running.isPresent());
        facts.put("home", home.path().toString());
        running.ifPresent(server -> {
            facts.put("version", server.version());
            facts.put("pid", server.pid());
            facts.put("endpoint", server.endpoint().toString());
            facts.put("s3Endpoint", server.s3Endpoint().toString());
            facts.put("region", server.region());
            facts.put("account", server.account());
            facts.put("role", server.role());
            facts.putAll(work);
        });
        output.print(
                facts,
                running.map(server -> text(home, server)
                                + "\n  Jobs  %d in progress, endpoints %d"
                                        .formatted(work.get("jobsInProgress"), work.get("endpoints")))
                        .orElse("No platform runs on %s. Start one with: rein up".formatted(home.path())));
        return running.isPresent() ? 0 : 1;
    }

    /// What the platform does just now.
    private static Map<String, Long> work(ReinHome home) {
        Map<String, Long> work = new LinkedHashMap<>();
        try (Session session = Session.local(home.path())) {
            work.put(
                    "jobsInProgress",
                    session
                            .sagemaker()
                            .listTrainingJobsPaginator(list -> list.statusEquals(TrainingJobStatus.IN_PROGRESS))
                            .stream()
                            .mapToLong(page -> page.trainingJobSummaries().size())
                            .sum());
            work.put(
                    "endpoints",
                    session.sagemaker().listEndpointsPaginator().stream()
                            .mapToLong(page -> page.endpoints().size())
                            .sum());
        }
        return work;
    }

    static String text(ReinHome home, ReinHome.Running server) {
        return """
                Rein %s runs as process %d.
                  API   %s
                  S3    %s
                  Data  %s
                  Log   %s
                  Role  %s""".formatted(
                        server.version(),
                        server.pid(),
                        server.endpoint(),
                        server.s3Endpoint(),
                        home.path(),
                        home.serverLog(),
                        server.role());
    }
}
