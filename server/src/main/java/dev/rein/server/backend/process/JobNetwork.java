package dev.rein.server.backend.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The network of one job: a folder, and a small program that holds the namespaces (`network.sh` beside this
/// package) and outlives the server as hosts do.
///
/// @param folder the network's own
record JobNetwork(Path folder) {
    /// Hosts have 10.77.0.2 and up. Every job may use the same addresses: no network sees another.
    static final String GATEWAY = "10.77.0.1";

    /// The names of namespaces.
    ///
    /// @param gateway this end of the network
    /// @param hosts   each host's, first host first
    record Namespaces(Path gateway, List<Path> hosts) {
        Namespaces {
            hosts = List.copyOf(hosts);
        }
    }

    static String address(int index) {
        return "10.77.0." + (index + 2);
    }

    /// Whether it was made open: with a gateway that the server may serve.
    boolean isOpen() {
        return Files.exists(folder.resolve("open"));
    }

    /// The namespaces, as long as their holder lives.
    Optional<Namespaces> namespaces() {
        if (holders().isEmpty()) {
            return Optional.empty();
        }
        try {
            String line = Files.readString(folder.resolve("namespaces"), StandardCharsets.US_ASCII);
            List<Path> paths = Arrays.stream(line.strip().split(" "))
                    .map(pid -> Path.of("/proc", pid, "ns", "net"))
                    .toList();
            return Optional.of(new Namespaces(paths.getFirst(), paths.subList(1, paths.size())));
        } catch (NoSuchFileException notReady) {
            return Optional.empty();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// The holder's processes. The folder on their command lines is theirs alone.
    List<Long> holders() {
        return ProcessTable.withArgument(folder.toString()).stream()
                .filter(pid ->
                        ProcessTable.entry(pid).filter(ProcessTable.Entry::runs).isPresent())
                .toList();
    }
}
