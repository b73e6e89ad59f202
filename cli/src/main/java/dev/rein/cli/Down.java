package dev.rein.cli;

import dev.rein.sdk.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import software.amazon.awssdk.services.sagemaker.model.EndpointStatus;
import software.amazon.awssdk.services.sagemaker.model.EndpointSummary;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobSummary;

/// Stops the server, and on request what it trains.
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = {
            "Stop the platform.",
            "Training jobs that run go on by themselves and are found again by the next rein up; --jobs stop stops them first.",
            "Replicas of endpoints go on too, unreachable until then; --endpoints delete takes them down for good."
        })
final class Down implements Callable<Integer> {
    private static final long PAUSE_MILLIS = 100;

    private enum Jobs {
        KEEP,
        STOP
    }

    private enum Served {
        KEEP,
        DELETE
    }

    @Option(
            names = "--jobs",
            paramLabel = "keep|stop",
            defaultValue = "keep",
            description = {
                "keep lets training jobs run on; stop ends them as rein stop does and waits until what they have",
                "written is stored, two minutes and more where a script ignores it (default: ${DEFAULT-VALUE})"
            })
    private Jobs jobs = Jobs.KEEP;

    @Option(
            names = "--endpoints",
            paramLabel = "keep|delete",
            defaultValue = "keep",
            description = {
                "keep lets their replicas run on, with the memory they have; delete takes endpoints down as rein delete does",
                "(default: ${DEFAULT-VALUE})"
            })
    private Served endpoints = Served.KEEP;

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException, InterruptedException {
        ReinHome home = ReinHome.ofEnvironment();
        Optional<ReinHome.Running> server = home.written().filter(ReinHome::isAlive);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("home", home.path().toString());
        facts.put("wasRunning", server.isPresent());
        Work work = Work.NONE;
        boolean answers = home.running().isPresent();
        if (!answers && server.isPresent() && (jobs == Jobs.STOP || endpoints == Served.DELETE)) {
            throw new IllegalStateException("process %d does not answer, so what it runs cannot be ended. Its log: %s"
                    .formatted(server.get().pid(), home.serverLog()));
        }
        if (answers) {
            try (Session session = Session.local(home.path())) {
                work = end(session);
            }
        }
        if (server.isPresent()) {
            ServerProcess.stop(server.get());
            facts.put("pid", server.get().pid());
        }
        facts.put("jobsStopped", work.jobsStopped());
        facts.put("jobsLeftRunning", work.jobsLeft());
        facts.put("endpointsDeleted", work.endpointsDeleted());
        facts.put("endpointsLeftRunning", work.endpointsLeft());
        output.print(facts, text(home, server, work));
        return 0;
    }

    /// What was ended with the server, and what runs on without it.
    private record Work(
            List<String> jobsStopped,
            List<String> jobsLeft,
            List<String> endpointsDeleted,
            List<String> endpointsLeft) {
        static final Work NONE = new Work(List.of(), List.of(), List.of(), List.of());
    }

    private Work end(Session session) throws InterruptedException {
        List<String> training = running(session);
        if (jobs == Jobs.STOP) {
            stop(session, training);
        }
        List<String> serving = serving(session);
        if (endpoints == Served.DELETE) {
            serving.forEach(name -> Delete.endpoint(session, name));
            while (!serving(session).isEmpty()) {
                Thread.sleep(PAUSE_MILLIS);
            }
        }
        return new Work(
                jobs == Jobs.STOP ? training : List.of(),
                jobs == Jobs.KEEP ? training : List.of(),
                endpoints == Served.DELETE ? serving : List.of(),
                endpoints == Served.KEEP ? serving : List.of());
    }

    private static String text(ReinHome home, Optional<ReinHome.Running> server, Work work) {
        if (server.isEmpty()) {
            return "No platform runs on %s.".formatted(home.path());
        }
        List<String> lines = new ArrayList<>();
        if (!work.jobsStopped().isEmpty()) {
            lines.add("Stopped %s.".formatted(String.join(", ", work.jobsStopped())));
        }
        if (!work.endpointsDeleted().isEmpty()) {
            lines.add("Took down %s.".formatted(String.join(", ", work.endpointsDeleted())));
        }
        lines.add("Stopped the platform (process %d).".formatted(server.get().pid()));
        if (!work.jobsLeft().isEmpty()) {
            lines.add("Training on without it: %s. The next rein up finds them again."
                    .formatted(String.join(", ", work.jobsLeft())));
        }
        if (!work.endpointsLeft().isEmpty()) {
            lines.add(("Still in memory, though nobody can ask them until the next rein up: replicas of %s. "
                            + "To take them down for good: rein up, then rein down --endpoints delete")
                    .formatted(String.join(", ", work.endpointsLeft())));
        }
        return String.join("\n", lines);
    }

    private static List<String> running(Session session) {
        List<String> names = new ArrayList<>();
        for (TrainingJobStatus status : List.of(TrainingJobStatus.IN_PROGRESS, TrainingJobStatus.STOPPING)) {
            session.sagemaker().listTrainingJobsPaginator(list -> list.statusEquals(status)).stream()
                    .flatMap(page -> page.trainingJobSummaries().stream())
                    .map(TrainingJobSummary::trainingJobName)
                    .forEach(names::add);
        }
        return names;
    }

    /// The endpoints that have replicas, or may have.
    private static List<String> serving(Session session) {
        return session.sagemaker().listEndpointsPaginator().stream()
                .flatMap(page -> page.endpoints().stream())
                .filter(endpoint -> endpoint.endpointStatus() != EndpointStatus.FAILED)
                .map(EndpointSummary::endpointName)
                .toList();
    }

    private static void stop(Session session, List<String> names) throws InterruptedException {
        names.forEach(session::stopTrainingJob);
        while (!running(session).isEmpty()) {
            Thread.sleep(PAUSE_MILLIS);
        }
    }
}
