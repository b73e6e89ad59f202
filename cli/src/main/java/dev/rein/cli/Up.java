package dev.rein.cli;

import dev.rein.server.ReinServer;
import dev.rein.server.ServerConfiguration;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// The server answers requests for weeks: the full compiler, a small heap, one collector thread.
    private static final List<String> SERVER_FLAGS = List.of(
            "-XX:+UseSerialGC",
            "-Xms32m",
            "-Xmx320m",
            "-XX:MaxDirectMemorySize=128m",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

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

    @Option(names = "--foreground", description = "stay in the foreground, until stopped by Ctrl-C")
    private boolean foreground;

    @Mixin
    private Output output = new Output();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException, InterruptedException {
        ReinHome home = ReinHome.ofEnvironment();
        if (foreground) {
            return serve(home);
        }
        Optional<ReinHome.Running> already = home.running();
        ReinHome.Running server = already.isPresent() ? already.get() : launch(home);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("started", already.isEmpty());
        facts.put("home", home.path().toString());
        facts.put("pid", server.pid());
        facts.put("endpoint", server.endpoint().toString());
        facts.put("s3Endpoint", server.s3Endpoint().toString());
        output.print(
                spec.commandLine().getOut(),
                facts,
                Status.text(home, server)
                        + "\nTo point any AWS client at it: eval \"$(rein env)\"\nTo stop it: rein down");
        return 0;
    }

    /// Runs the server in this process until it is told to stop.
    private int serve(ReinHome home) throws IOException, InterruptedException {
        ServerConfiguration configuration = configuration(home, host, port, s3Port);
        try (var server = ReinServer.start(configuration)) {
            Thread main = Thread.currentThread();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, main), "shutdown"));
            PrintWriter out = spec.commandLine().getOut();
            out.println(Status.text(home, home.written().orElseThrow()));
            out.flush();
            server.awaitClose();
        }
        return 0;
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

    /// Starts a detached process of ourselves and waits until it answers.
    private ReinHome.Running launch(ReinHome home) throws IOException, InterruptedException {
        Installation installation = Installation.ofLauncher();
        Path said = home.path().resolve("log").resolve("server.out");
        Files.createDirectories(said.getParent());
        Process process = new ProcessBuilder(command(installation))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .start();
        Instant giveUp = Instant.now().plus(PATIENCE);
        while (Instant.now().isBefore(giveUp)) {
            Optional<ReinHome.Running> running = home.written()
                    .filter(server -> server.pid() == process.pid())
                    .flatMap(_ -> reachable(home));
            if (running.isPresent()) {
                return running.get();
            }
            if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("the platform did not start. It said:\n%s".formatted(tail(said)));
            }
        }
        process.destroy();
        throw new IllegalStateException("the platform was not ready within %d s and was stopped. Its log: %s"
                .formatted(PATIENCE.toSeconds(), home.serverLog()));
    }

    private static Optional<ReinHome.Running> reachable(ReinHome home) {
        try {
            return home.running();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private List<String> command(Installation installation) {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
            command.add("/usr/bin/setsid"); // out of the terminal's reach; execs in place, so the pid is the server's
        }
        command.add(installation.java().toString());
        command.addAll(SERVER_FLAGS);
        command.addAll(List.of(
                "-Drein.root=" + installation.root(),
                "-Drein.java=" + installation.java(),
                "-Drein.log=" + ReinHome.ofEnvironment().serverLog(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "up",
                "--foreground",
                "--host",
                host,
                "--port",
                Integer.toString(port),
                "--s3-port",
                Integer.toString(s3Port)));
        return command;
    }

    private static String tail(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
    }
}
