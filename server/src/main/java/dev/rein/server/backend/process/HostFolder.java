package dev.rein.server.backend.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A host on disk: what it was launched with, and what its launcher wrote about it. Files appear whole or not at
/// all.
///
/// @param path the host's own folder; everything in it but `ml` is out of the host's reach
record HostFolder(Path path) {
    private static final JsonMapper JSON = JsonMapper.shared();

    /// The launcher's own name for ever.
    record Launcher(long pid, long startTicks, String bootId) {
        boolean runs() {
            return ProcessTable.entry(pid)
                    .filter(entry -> entry.startTicks() == startTicks && entry.runs())
                    .isPresent();
        }
    }

    /// @param child the launcher's child: the entry point itself, or the sandbox around it
    /// @param pump  copies the host's output into the log
    record Main(long child, long pump) {}

    /// @param child     the first process of the sandbox, as the machine numbers it
    /// @param namespace of processes, the sandbox's own
    record SandboxBegun(long child, long namespace) {
        boolean runs() {
            Path own = Path.of("/proc", Long.toString(child), "ns", "pid");
            try {
                return Files.readSymbolicLink(own).toString().equals("pid:[" + namespace + "]");
            } catch (IOException gone) {
                return false;
            }
        }
    }

    Path ml() {
        return path.resolve("ml");
    }

    Path log() {
        return path.resolve("log");
    }

    /// What the launcher itself complained of.
    Path complaints() {
        return path.resolve("launcher.log");
    }

    Optional<LaunchRecord> launch() {
        return text("launch.json").map(json -> {
            try {
                return JSON.readValue(json, LaunchRecord.class);
            } catch (JacksonException e) {
                throw new IllegalStateException(path.resolve("launch.json") + " is not ours: " + json, e);
            }
        });
    }

    void write(LaunchRecord launch) throws IOException {
        Path part = path.resolve("launch.json.new");
        Files.writeString(part, JSON.writeValueAsString(launch));
        Files.move(part, path.resolve("launch.json"), StandardCopyOption.ATOMIC_MOVE);
    }

    Optional<Launcher> launcher() {
        return text("launcher")
                .map(line -> line.split(" "))
                .filter(words -> words.length == 3)
                .map(words -> new Launcher(Long.parseLong(words[0]), Long.parseLong(words[1]), words[2]));
    }

    Optional<Main> main() {
        return text("main")
                .map(line -> line.split(" "))
                .filter(words -> words.length == 2)
                .map(words -> new Main(Long.parseLong(words[0]), Long.parseLong(words[1])));
    }

    /// The exit code, once the host has ended and its log is complete.
    OptionalInt exitCode() {
        return text("exit").map(Integer::parseInt).map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }

    /// The exit code as the sandbox saw it; absent when the command never ran or the sandbox was killed.
    OptionalInt sandboxExitCode() {
        return status("exit-code")
                .map(said -> OptionalInt.of(said.path("exit-code").asInt()))
                .orElse(OptionalInt.empty());
    }

    /// Absent when the sandbox was not made.
    Optional<SandboxBegun> sandboxBegun() {
        return status("pid-namespace")
                .map(said -> new SandboxBegun(
                        said.path("child-pid").asLong(),
                        said.path("pid-namespace").asLong()));
    }

    /// Of the lines the sandbox wrote whole.
    private Optional<JsonNode> status(String field) {
        return text("status").stream()
                .flatMap(String::lines)
                .filter(line -> line.contains("\"" + field + "\"") && line.endsWith("}"))
                .<JsonNode>map(JSON::readTree)
                .findFirst();
    }

    private Optional<String> text(String file) {
        try {
            return Optional.of(
                    Files.readString(path.resolve(file), StandardCharsets.UTF_8).strip());
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
