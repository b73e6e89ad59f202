package dev.rein.cli;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The folder a platform lives in, and the server that runs on it, if one does.
///
/// @param path `$REIN_HOME`, or `~/.rein`
record ReinHome(Path path) {
    /// What a start writes, SQLite's library included, with some to spare.
    private static final long ROOM = 8L << 20;

    /// What `server.json` says of a running server.
    ///
    /// @param pid the server's process
    record Running(
            long pid,
            String version,
            URI endpoint,
            URI s3Endpoint,
            String region,
            String account,
            String accessKeyId,
            String secretAccessKey,
            String role) {
        @Override
        public String toString() {
            return "Running[pid=" + pid + ", endpoint=" + endpoint + "]"; // never the key
        }
    }

    ReinHome {
        requireNonNull(path, "path");
    }

    static ReinHome ofEnvironment() {
        String home = System.getenv("REIN_HOME");
        return new ReinHome(
                home == null || home.isBlank() ? usual() : Path.of(home).toAbsolutePath());
    }

    /// `~/.rein` as a shell means it: `$HOME` beats what the system knows of the user.
    private static Path usual() {
        String user = System.getenv("HOME");
        return Path.of(user == null || user.isBlank() ? System.getProperty("user.home") : user, ".rein");
    }

    /// What a running server says of itself.
    Path serverFile() {
        return path.resolve("server.json");
    }

    IllegalStateException nothingRuns() {
        return new IllegalStateException("no platform runs on %s. Start one with: rein up".formatted(path));
    }

    Path serverLog() {
        return path.resolve("log").resolve("server.log");
    }

    /// Makes what a server needs to start: the folder, for its owner alone, and room in it.
    ///
    /// @throws IOException if that cannot be; the message says what to do
    void make() throws IOException {
        try {
            var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
            Files.createDirectories(serverLog().resolveSibling(""), owner);
            Files.createDirectories(scratch(), owner);
        } catch (FileSystemException e) {
            throw new IOException(
                    "REIN_HOME: the folder %s cannot be made (%s). Choose another one: export REIN_HOME=<folder>"
                            .formatted(path, e),
                    e);
        }
        long free = Files.getFileStore(path).getUsableSpace();
        if (free < ROOM) {
            throw new IOException(
                    "REIN_HOME: %s has %d KiB left (expected: at least %d). Free some, or choose another folder: export REIN_HOME=<folder>"
                            .formatted(path, free / 1024, ROOM / 1024));
        }
    }

    /// For files of a moment. The launcher knows it too.
    Path scratch() {
        return path.resolve("tmp");
    }

    /// The server that runs on this folder: its process is alive and answers.
    Optional<Running> running() throws IOException {
        Optional<Running> written = written();
        return written.filter(server -> isAlive(server) && answers(server));
    }

    /// The server `server.json` speaks of, alive or not.
    Optional<Running> written() throws IOException {
        if (!Files.exists(serverFile())) {
            return Optional.empty();
        }
        JsonNode json;
        try {
            json = JsonMapper.shared().readTree(Files.readString(serverFile()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        return Optional.of(new Running(
                json.path("pid").asLong(),
                json.path("version").asString(),
                URI.create(json.path("endpoint").asString()),
                URI.create(json.path("s3Endpoint").asString()),
                json.path("region").asString(),
                json.path("account").asString(),
                json.path("accessKeyId").asString(),
                json.path("secretAccessKey").asString(),
                json.path("role").asString()));
    }

    static boolean isAlive(Running server) {
        return ProcessHandle.of(server.pid()).map(ProcessHandle::isAlive).orElse(false);
    }

    private static boolean answers(Running server) {
        try {
            // not java.net.http: its client takes longer to load than the answer to come
            var connection = (HttpURLConnection)
                    server.endpoint().resolve("/ping").toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(2000);
            connection.setReadTimeout(5000);
            try {
                return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return false;
        }
    }
}
