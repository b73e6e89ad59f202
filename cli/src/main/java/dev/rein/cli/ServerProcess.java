package dev.rein.cli;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A server in the background: a detached process of this program, `rein up --foreground`, on one home.
///
/// @param installation where it is started from
/// @param home         its `$REIN_HOME`
record ServerProcess(Installation installation, ReinHome home) {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// A server that has recorded its start writes a cache of some 90 MB before it ends.
    private static final Duration PATIENCE_FOR_A_CACHE = Duration.ofMinutes(5);

    /// The server answers requests for weeks: the full compiler, a small heap, one collector thread.
    private static final List<String> FLAGS = List.of(
            "-XX:+UseSerialGC",
            "-Xms32m",
            "-Xmx320m",
            "-XX:MaxDirectMemorySize=128m",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:-UsePerfData", // they are a file in /tmp
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    ServerProcess {
        requireNonNull(installation, "installation");
        requireNonNull(home, "home");
    }

    /// Starts it with what an earlier rehearsal recorded, and waits until it answers.
    ///
    /// @param options of `rein up`
    /// @throws IllegalStateException if it does not start; the message is its own
    ReinHome.Running start(List<String> options) throws IOException, InterruptedException {
        Path cache = cache();
        return launch(
                Installation.isFresh(cache, cache.resolveSibling("lib"), cache.resolveSibling(""))
                        ? List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off", "-Xlog:cds=off")
                        : List.of(),
                options);
    }

    /// Starts it to record what a start loads; the cache is written while it stops.
    ReinHome.Running startRecording(List<String> options) throws IOException, InterruptedException {
        Files.deleteIfExists(cache());
        return launch(List.of("-XX:AOTCacheOutput=" + cache()), options);
    }

    /// Asks a server to end and waits until it has. What it runs goes on.
    static void stop(ReinHome.Running server) throws InterruptedException {
        stop(server, PATIENCE);
    }

    /// As [#stop], for one that [#startRecording] has started.
    static void stopRecording(ReinHome.Running server) throws InterruptedException {
        stop(server, PATIENCE_FOR_A_CACHE);
    }

    private static void stop(ReinHome.Running server, Duration patience) throws InterruptedException {
        Optional<ProcessHandle> process = ProcessHandle.of(server.pid());
        if (process.isEmpty()) {
            return;
        }
        process.get().destroy();
        try {
            process.get().onExit().get(patience.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "process %d did not stop within %d s. Look into its log, or end it with: kill -9 %d"
                            .formatted(server.pid(), patience.toSeconds(), server.pid()),
                    e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private Path cache() {
        return installation.root().resolve("cli/target/rein-server.aot");
    }

    private ReinHome.Running launch(List<String> flags, List<String> options) throws IOException, InterruptedException {
        home.make();
        Path said = home.path().resolve("log").resolve("server.out");
        ProcessBuilder builder = new ProcessBuilder(command(flags, options))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().put("REIN_HOME", home.path().toString());
        Process process = builder.start();
        Instant giveUp = Instant.now().plus(PATIENCE);
        while (Instant.now().isBefore(giveUp)) {
            Optional<ReinHome.Running> running = home.written()
                    .filter(server -> server.pid() == process.pid())
                    .flatMap(_ -> reachable());
            if (running.isPresent()) {
                return running.get();
            }
            if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(reason(said));
            }
        }
        process.destroy();
        throw new IllegalStateException("the platform was not ready within %d s and was stopped. Its log: %s"
                .formatted(PATIENCE.toSeconds(), home.serverLog()));
    }

    private Optional<ReinHome.Running> reachable() {
        try {
            return home.running();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private List<String> command(List<String> flags, List<String> options) {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
            command.add("/usr/bin/setsid"); // out of the terminal's reach; execs in place, so the pid is the server's
        }
        command.add(installation.java().toString());
        command.addAll(FLAGS);
        command.addAll(flags);
        command.addAll(List.of(
                "-Drein.root=" + installation.root(),
                "-Drein.java=" + installation.java(),
                "-Drein.log=" + home.serverLog(),
                "-Djava.io.tmpdir=" + home.scratch(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "up",
                "--foreground"));
        command.addAll(options);
        return command;
    }

    /// What the server said last, in its own words; it ends with the reason it did not start.
    private static String reason(Path said) throws IOException {
        List<String> lines = Files.readAllLines(said);
        String tail = String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()))
                .strip();
        return tail.startsWith("rein: ")
                ? tail.substring("rein: ".length())
                : "the platform did not start. It said:\n" + tail;
    }
}
