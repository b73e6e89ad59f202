package dev.rein.server.backend.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The network of one job, or of several that share it: a folder, and a small program that holds the namespaces
/// (`network.sh` beside this package) and outlives the server as hosts do.
///
/// Jobs that share one are its members, each with a row of namespaces. Not safe for threads.
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

    /// A job in a shared network.
    ///
    /// @param first index of its first host
    /// @param count of its hosts
    record Member(String owner, int first, int count) {
        static Member parse(String line) {
            String[] words = line.split(" ", -1);
            return new Member(words[0], Integer.parseInt(words[1]), Integer.parseInt(words[2]));
        }

        String line() {
            return owner + " " + first + " " + count;
        }

        boolean holds(int index) {
            return index >= first && index < first + count;
        }
    }

    static String address(int index) {
        return "10.77.0." + (index + 2);
    }

    /// Whether it was made open: with a gateway that the server may serve.
    boolean isOpen() {
        return Files.exists(folder.resolve("open"));
    }

    /// Whether it has, or had, members.
    boolean isShared() {
        return Files.exists(folder.resolve("members"));
    }

    List<Member> members() throws IOException {
        return isShared()
                ? Files.readAllLines(folder.resolve("members"), StandardCharsets.US_ASCII).stream()
                        .map(Member::parse)
                        .toList()
                : List.of();
    }

    /// Makes the owner a member, unless it is one.
    ///
    /// @param room how many hosts the network has
    /// @return empty if no row of that length is free
    Optional<Member> admit(String owner, int count, int room) throws IOException {
        List<Member> members = members();
        Optional<Member> there =
                members.stream().filter(member -> member.owner().equals(owner)).findFirst();
        if (there.isPresent()) {
            return there;
        }
        for (int first = 0; first + count <= room; first++) {
            int from = first;
            if (IntStream.range(from, from + count)
                    .noneMatch(index -> members.stream().anyMatch(member -> member.holds(index)))) {
                var member = new Member(owner, from, count);
                write(Stream.concat(members.stream(), Stream.of(member)));
                return Optional.of(member);
            }
        }
        return Optional.empty();
    }

    /// Harmless if it is no member.
    void dismiss(String owner) throws IOException {
        write(members().stream().filter(member -> !member.owner().equals(owner)));
    }

    private void write(Stream<Member> members) throws IOException {
        Path written = folder.resolve("members.new");
        Files.write(written, members.map(Member::line).toList(), StandardCharsets.US_ASCII);
        Files.move(written, folder.resolve("members"), StandardCopyOption.ATOMIC_MOVE);
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
