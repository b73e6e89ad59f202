package dev.rein.server.backend.docker;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import dev.rein.server.backend.HostExit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// A host on disk. Files appear whole or not at all.
///
/// @param path the host's own folder; everything in it but `ml` is out of the host's reach
record HostFolder(Path path) {
    private static final JsonMapper JSON = JsonMapper.shared();

    /// What a server must remember of a launch.
    ///
    /// @param image   for messages
    /// @param address the container's in its network, or empty when it has none
    /// @param port    where its model server listens, or -1
    /// @param note    how many bytes of the log are ours
    /// @param row     its owner's addresses in a network of several owners; null in its own
    /// @param gpus    numbers of its GPUs; none where the daemon chose them, and by servers before this was written
    record Launch(
            String image,
            String address,
            int port,
            long note,
            @Nullable Row row,
            @JsonSetter(nulls = Nulls.AS_EMPTY) List<Integer> gpus) {
        Launch {
            gpus = List.copyOf(gpus);
        }

        /// Whether a model server listens where nobody can reach it but through a door.
        boolean isShut() {
            return port >= 0 && address.isEmpty();
        }
    }

    /// Addresses of one owner's hosts, side by side.
    ///
    /// @param network its name in the daemon
    /// @param first   number of the first host's
    record Row(String network, int first, int count) {}

    /// @param lost a sentence, or empty
    private record End(int code, boolean outOfMemory, String lost) {}

    Path ml() {
        return path.resolve("ml");
    }

    Path log() {
        return path.resolve("log");
    }

    Optional<Launch> launch() {
        return read("launch.json", Launch.class);
    }

    void write(Launch launch) throws IOException {
        write("launch.json", launch);
    }

    /// Takes a launch back that came to nothing.
    void forgetLaunch() throws IOException {
        Files.deleteIfExists(path.resolve("launch.json"));
    }

    Optional<HostExit> exit() {
        return read("exit.json", End.class)
                .map(end -> end.lost().isEmpty()
                        ? new HostExit.Exited(end.code(), end.outOfMemory())
                        : new HostExit.Lost(end.lost()));
    }

    void write(HostExit exit) throws IOException {
        write(
                "exit.json",
                switch (exit) {
                    case HostExit.Exited(int code, boolean outOfMemory) -> new End(code, outOfMemory, "");
                    case HostExit.Lost(String reason) -> new End(-1, false, reason);
                });
    }

    private void write(String name, Object content) throws IOException {
        Path part = path.resolve(name + ".new");
        Files.writeString(part, JSON.writeValueAsString(content));
        Files.move(part, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private <T> Optional<T> read(String name, Class<T> type) {
        try {
            return Optional.of(JSON.readValue(Files.readString(path.resolve(name)), type));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
