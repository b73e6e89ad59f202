package dev.rein.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Stops the server. What it runs is the server's to settle: see its log.
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = {
            "Stop the platform.",
            "Training jobs that run go on by themselves and are found again by the next rein up; endpoints come back with it."
        })
final class Down implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

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
        if (server.isPresent()) {
            stop(server.get());
            facts.put("pid", server.get().pid());
        }
        output.print(
                spec.commandLine().getOut(),
                facts,
                server.map(s -> "Stopped the platform (process %d).".formatted(s.pid()))
                        .orElse("No platform runs on " + home.path() + "."));
        return 0;
    }

    private static void stop(ReinHome.Running server) throws InterruptedException {
        Optional<ProcessHandle> process = ProcessHandle.of(server.pid());
        if (process.isEmpty()) {
            return;
        }
        process.get().destroy();
        try {
            process.get().onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "process %d did not stop within %d s. Look into its log, or end it with: kill -9 %d"
                            .formatted(server.pid(), PATIENCE.toSeconds(), server.pid()),
                    e);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }
}
