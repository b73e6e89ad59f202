package dev.rein.server.backend.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds out what this machine allows by trying it: that a program is installed says nothing about whether the
/// kernel, a container or a security module lets it work.
final class Machine {
    private static final Logger log = LoggerFactory.getLogger(Machine.class);
    private static final long PATIENCE_SECONDS = 10;

    private Machine() {}

    static boolean root() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .anyMatch(line -> line.startsWith("Uid:") && line.split("\\s+")[2].equals("0"));
    }

    /// The best isolation that works here.
    ///
    /// @param highest  never better than this
    /// @param scripts  where the shell programs lie
    /// @param folder   an empty folder to try with
    /// @param uid      a user such as hosts will get
    static Sandbox probe(Isolation highest, Path scripts, Path folder, int uid) throws IOException {
        boolean root = root();
        for (Isolation isolation : Isolation.values()) {
            if (isolation.compareTo(highest) < 0 || (isolation.ownUser() && !root)) {
                continue;
            }
            if (isolation == Isolation.SANDBOX_SAME_USER && root) {
                continue; // root of the machine would stay root: worse than no sandbox, since it looks like one
            }
            for (boolean lockUsers : List.of(true, false)) {
                var sandbox = new Sandbox(isolation, scripts, lockUsers);
                if (works(sandbox, folder, uid)) {
                    if (isolation.compareTo(Isolation.SANDBOX_OWN_USER) > 0) {
                        log.warn("{}", isolation.warning());
                    }
                    return sandbox;
                }
                if (isolation != Isolation.SANDBOX_OWN_USER && isolation != Isolation.SANDBOX_SAME_USER) {
                    break;
                }
            }
        }
        throw new IOException("Cannot run even a plain process here: " + folder);
    }

    private static boolean works(Sandbox sandbox, Path folder, int uid) throws IOException {
        Path ml = Files.createDirectories(folder.resolve("ml"));
        var line = sandbox.line(new Sandbox.Box(
                uid,
                "probe",
                ml,
                List.of(),
                64L << 20,
                List.of(),
                false,
                List.of(),
                false,
                Map.of("PATH", "/usr/bin:/bin"),
                List.of("true")));
        Path options = folder.resolve("options");
        Files.write(options, line.optionBytes());
        Path empty = folder.resolve("empty");
        Files.write(empty, new byte[0]);
        var words = new ArrayList<>(
                List.of("sh", "-c", "exec 3>/dev/null 7<\"$0/options\" 8<\"$0/empty\" 9<\"$0/empty\"; exec \"$@\""));
        words.add(folder.toString());
        words.addAll(line.prefix());
        words.addAll(line.words());
        try {
            Path output = folder.resolve("output");
            Process process = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(empty.toFile()))
                    .start();
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            if (ended && process.exitValue() == 0) {
                return true;
            }
            log.debug(
                    "{} does not work here: {}",
                    sandbox,
                    Files.readString(output).strip());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while trying what this machine allows", e);
        }
    }

    /// Copies the shell programs out of the jar.
    static void install(Path scripts) throws IOException {
        Files.createDirectories(scripts);
        for (String name : List.of("launch.sh", "stage.sh", "init.sh", "network.sh")) {
            try (InputStream in = Machine.class.getResourceAsStream(name)) {
                if (in == null) {
                    throw new IOException(name + " is missing in the server's jar; install the server anew");
                }
                byte[] program = in.readAllBytes();
                Path file = scripts.resolve(name);
                // a running shell reads its program as it goes: replaced whole, never written over
                if (!Files.exists(file) || !Arrays.equals(Files.readAllBytes(file), program)) {
                    Path part = scripts.resolve(name + ".new");
                    Files.write(part, program);
                    Files.move(part, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
                }
            }
        }
    }

    /// The machine's own table of hosts, without lines for these names.
    static String hosts(List<String> without) throws IOException {
        var lines = new StringBuilder();
        Path file = Path.of("/etc/hosts");
        if (Files.isReadable(file)) {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                if (Arrays.stream(line.split("\\s+")).skip(1).noneMatch(without::contains)) {
                    lines.append(line).append('\n');
                }
            }
        }
        return lines.toString();
    }
}
