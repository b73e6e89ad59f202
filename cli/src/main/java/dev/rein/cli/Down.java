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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobSummary;

/// Stops the server, and on request what it trains.
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = {
            "Stop the platform.",
            "Training jobs that run go on by themselves and are found again by the next rein up; --jobs stop stops them first.",
            "Replicas of endpoints go on too, unreachable until then. To end one for good, before: rein delete ENDPOINT"
        })
final class Down implements Callable<Integer> {
    private static final long PAUSE_MILLIS = 100;

    private enum Jobs {
        KEEP,
        STOP
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

    @Mixin
    private Output output = new Output();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException {
        ReinHome home = ReinHome.ofEnvironment();
        Optional<ReinHome.Running> server = home.written().filter(ReinHome::isAlive);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("home", home.path().toString());
        facts.put("wasRunning", server.isPresent());
        List<String> left = List.of();
        List<String> stopped = List.of();
        boolean answers = home.running().isPresent();
        if (!answers && server.isPresent() && jobs == Jobs.STOP) {
            throw new IllegalStateException("process %d does not answer, so its jobs cannot be stopped. Its log: %s"
                    .formatted(server.get().pid(), home.serverLog()));
        }
        if (answers) {
            try (Session session = Session.local(home.path())) {
                left = running(session);
                if (jobs == Jobs.STOP) {
                    stopped = left;
                    stop(session, left);
                    left = List.of();
                }
            }
        }
        if (server.isPresent()) {
            ServerProcess.stop(server.get());
            facts.put("pid", server.get().pid());
        }
        facts.put("jobsStopped", stopped);
        facts.put("jobsLeftRunning", left);
        output.print(spec.commandLine().getOut(), facts, text(home, server, stopped, left));
        return 0;
    }

    private static String text(
            ReinHome home, Optional<ReinHome.Running> server, List<String> stopped, List<String> left) {
        if (server.isEmpty()) {
            return "No platform runs on %s.".formatted(home.path());
        }
        List<String> lines = new ArrayList<>();
        if (!stopped.isEmpty()) {
            lines.add("Stopped %s.".formatted(String.join(", ", stopped)));
        }
        lines.add("Stopped the platform (process %d).".formatted(server.get().pid()));
        if (!left.isEmpty()) {
            lines.add(
                    "Running on without it: %s. The next rein up finds them again.".formatted(String.join(", ", left)));
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

    private static void stop(Session session, List<String> names) throws InterruptedException {
        names.forEach(session::stopTrainingJob);
        while (!running(session).isEmpty()) {
            Thread.sleep(PAUSE_MILLIS);
        }
    }
}
