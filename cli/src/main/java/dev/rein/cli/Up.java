package dev.rein.cli;

import dev.rein.server.ReinServer;
import dev.rein.server.ServerConfiguration;
import dev.rein.server.identity.Credentials;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Starts the platform: returns when it is ready and leaves the server in the background.
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = {
            "Start the platform. Returns when it is ready; the server stays in the background.",
            "Training jobs and endpoints of an earlier run are found again."
        })
final class Up implements Callable<Integer> {
    @Option(names = "--host", defaultValue = "127.0.0.1", description = "address to bind (default: ${DEFAULT-VALUE})")
    private String host = "127.0.0.1";

    @Option(
            names = "--port",
            defaultValue = "8750",
            description = "port of the API, 0 for any free one (default: ${DEFAULT-VALUE})")
    private int port = 8750;

    @Option(
            names = "--s3-port",
            defaultValue = "8751",
            description = "port of S3, 0 for any free one (default: ${DEFAULT-VALUE})")
    private int s3Port = 8751;

    @Option(
            names = "--credentials",
            paramLabel = "FILE",
            description = {
                "the pair of keys that callers sign with; made, readable by you alone, where the file is missing.",
                "REIN_ACCESS_KEY_ID and REIN_SECRET_ACCESS_KEY are the other way to choose a pair.",
                "A --host that other machines reach needs one of the two (default: $REIN_HOME/credentials.json)"
            })
    private @Nullable Path credentials;

    @Option(
            names = "--log-limit",
            paramLabel = "MIB",
            defaultValue = "1024",
            description = {
                "mebibytes of output kept of each host; what it prints beyond is dropped, and its log says so",
                "(default: ${DEFAULT-VALUE})"
            })
    private int logLimit = 1024;

    @Option(
            names = "--backend",
            defaultValue = "auto",
            paramLabel = "KIND",
            description = {
                "where hosts run: auto, process or docker (default: ${DEFAULT-VALUE}).",
                "auto: Rein's own images as processes, every other image in Docker where a daemon listens at",
                "/var/run/docker.sock or DOCKER_HOST. process: no Docker. docker: every image is Docker's"
            })
    private HostsOn backend = HostsOn.AUTO;

    @Option(
            names = "--container-user",
            paramLabel = "UID:GID",
            description = "whom containers run as (default: the image's own user, or the server's if that is not root)")
    private @Nullable String containerUser;

    @Option(names = "--foreground", description = "stay in the foreground, until stopped by Ctrl-C")
    private boolean foreground;

    @Mixin
    private Output output = new Output();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException {
        ReinHome home = ReinHome.ofEnvironment();
        check();
        if (foreground) {
            return serve(home);
        }
        Optional<ReinHome.Running> already = home.running();
        already.ifPresent(server -> refuseOtherWishes(home, server));
        ReinHome.Running server = already.isPresent()
                ? already.get()
                : new ServerProcess(Installation.ofLauncher(), home).start(options());
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("started", already.isEmpty());
        facts.put("home", home.path().toString());
        facts.put("pid", server.pid());
        facts.put("endpoint", server.endpoint().toString());
        facts.put("s3Endpoint", server.s3Endpoint().toString());
        output.print(
                facts,
                (already.isPresent() ? "Already up. " : "")
                        + Status.text(home, server)
                        + "\nTo point any AWS client at it: eval \"$(rein env)\"\nTo stop it: rein down");
        return 0;
    }

    private void check() {
        if (logLimit < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--log-limit: %d (expected: mebibytes, at least 1)".formatted(logLimit));
        }
    }

    /// What runs keeps its address and keys until it is stopped.
    private void refuseOtherWishes(ReinHome home, ReinHome.Running server) {
        var asked = spec.commandLine().getParseResult();
        List<String> unmet = new ArrayList<>();
        if (asked.hasMatchedOption("--host") && !host.equals(server.endpoint().getHost())) {
            unmet.add("--host");
        }
        if (asked.hasMatchedOption("--port")
                && port != 0
                && port != server.endpoint().getPort()) {
            unmet.add("--port");
        }
        if (asked.hasMatchedOption("--s3-port")
                && s3Port != 0
                && s3Port != server.s3Endpoint().getPort()) {
            unmet.add("--s3-port");
        }
        for (String option : List.of("--credentials", "--log-limit", "--backend", "--container-user")) {
            if (asked.hasMatchedOption(option)) {
                unmet.add(option);
            }
        }
        if (!unmet.isEmpty()) {
            throw new IllegalStateException(
                    "%s: a platform runs on %s already, as process %d at %s. To start it anew: rein down, then rein %s"
                            .formatted(
                                    String.join(", ", unmet),
                                    home.path(),
                                    server.pid(),
                                    server.endpoint(),
                                    String.join(" ", asked.originalArgs())));
        }
    }

    private List<String> options() {
        List<String> options = new ArrayList<>(
                List.of("--host", host, "--port", Integer.toString(port), "--s3-port", Integer.toString(s3Port)));
        options.addAll(List.of("--log-limit", Integer.toString(logLimit)));
        if (credentials != null) {
            options.addAll(List.of("--credentials", credentials.toAbsolutePath().toString()));
        }
        options.addAll(List.of("--backend", backend.name().toLowerCase(Locale.ROOT)));
        if (containerUser != null) {
            options.addAll(List.of("--container-user", containerUser));
        }
        return options;
    }

    /// Runs the server in this process until it is told to stop.
    private int serve(ReinHome home) throws IOException, InterruptedException {
        ServerConfiguration usual = backend.of(
                configuration(home, host, port, s3Port).withHostLogBytes((long) logLimit << 20),
                System.getenv(),
                Optional.ofNullable(containerUser));
        ServerConfiguration configuration =
                chosen(credentials, System.getenv()).map(usual::withCredentials).orElse(usual);
        try (var server = ReinServer.start(configuration)) {
            Thread main = Thread.currentThread();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, main), "shutdown"));
            PrintWriter out = output.out();
            out.println(Status.text(home, home.written().orElseThrow()));
            out.flush();
            server.awaitClose();
        }
        return 0;
    }

    /// The keys somebody chose: an option beats the environment.
    static Optional<Credentials> chosen(@Nullable Path file, Map<String, String> environment) throws IOException {
        if (file != null) {
            return Optional.of(Credentials.readOrCreate(file));
        }
        String id = environment.getOrDefault("REIN_ACCESS_KEY_ID", "");
        String secret = environment.getOrDefault("REIN_SECRET_ACCESS_KEY", "");
        if (id.isEmpty() != secret.isEmpty()) {
            throw new IllegalArgumentException("%s is set and %s is not (expected: both or neither)"
                    .formatted(
                            id.isEmpty() ? "REIN_SECRET_ACCESS_KEY" : "REIN_ACCESS_KEY_ID",
                            id.isEmpty() ? "REIN_ACCESS_KEY_ID" : "REIN_SECRET_ACCESS_KEY"));
        }
        return id.isEmpty() ? Optional.empty() : Optional.of(new Credentials(id, secret));
    }

    private static void stop(ReinServer server, Thread main) {
        server.close();
        main.interrupt();
    }

    static ServerConfiguration configuration(ReinHome home, String host, int port, int s3Port) throws IOException {
        return ServerConfiguration.of(home.path())
                .withHost(host)
                .withPort(port)
                .withS3Port(s3Port)
                .withRuntimes(Installation.ofLauncher().runtimes(home.path()));
    }
}
