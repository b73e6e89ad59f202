package dev.rein.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Tells whether a platform runs, and where. Exit code 0 if it does, 1 if not.
@Command(name = "status", mixinStandardHelpOptions = true, description = "Tell whether the platform runs, and where.")
final class Status implements Callable<Integer> {
    @Mixin
    private Output output = new Output();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        ReinHome home = ReinHome.ofEnvironment();
        Optional<ReinHome.Running> running = home.running();
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
        });
        output.print(
                spec.commandLine().getOut(),
                facts,
                running.map(server -> text(home, server))
                        .orElse("No platform runs on %s. Start one with: rein up".formatted(home.path())));
        return running.isPresent() ? 0 : 1;
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
