package dev.rein.server.backend.docker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// The daemon that tests use, and an image of a megabyte: busybox and nothing else.
///
/// The daemon is named by `REIN_TEST_DOCKER`, the path of its socket, or is the machine's own. Tests that need it
/// are skipped where there is none.
final class TestDocker {
    static final String IMAGE = "rein-test-busybox:1";

    private TestDocker() {}

    static Path socket() {
        Path socket = Path.of(System.getenv().getOrDefault("REIN_TEST_DOCKER", DockerSettings.USUAL_SOCKET.toString()));
        assumeTrue(Files.exists(socket), "no Docker daemon at " + socket + " (name one by REIN_TEST_DOCKER)");
        return socket;
    }

    /// Builds the image unless the daemon has it.
    static void makeImage(DockerClient client) throws IOException {
        try {
            client.inspectImageCmd(IMAGE).exec();
            return;
        } catch (NotFoundException notYet) {
            // made below
        }
        Optional<Path> busybox = List.of("/usr/bin/busybox", "/bin/busybox").stream()
                .map(Path::of)
                .filter(Files::exists)
                .findFirst();
        assumeTrue(busybox.isPresent(), "no busybox here to make an image of (package busybox-static)");
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            add(tar, "bin/busybox", Files.readAllBytes(busybox.get()), 0755);
            for (String tool : List.of(
                    "sh",
                    "cat",
                    "echo",
                    "env",
                    "head",
                    "hostname",
                    "httpd",
                    "id",
                    "ip",
                    "kill",
                    "ls",
                    "mkdir",
                    "nc",
                    "nslookup",
                    "ping",
                    "seq",
                    "sleep",
                    "tail",
                    "tee",
                    "touch",
                    "true",
                    "tr",
                    "wget",
                    "grep",
                    "dd")) {
                var link = new TarArchiveEntry("bin/" + tool, TarArchiveEntry.LF_SYMLINK);
                link.setLinkName("busybox");
                tar.putArchiveEntry(link);
                tar.closeArchiveEntry();
            }
            add(tar, "etc/passwd", "root:x:0:0::/:/bin/sh\n".getBytes(StandardCharsets.UTF_8), 0644);
            var tmp = new TarArchiveEntry("tmp/");
            tmp.setMode(040_000 | 0777);
            tar.putArchiveEntry(tmp);
            tar.closeArchiveEntry();
        }
        var context = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(context)) {
            add(tar, "Dockerfile", "FROM scratch\nADD root.tar /\n".getBytes(StandardCharsets.UTF_8), 0644);
            add(tar, "root.tar", bytes.toByteArray(), 0644);
        }
        client.buildImageCmd(new ByteArrayInputStream(context.toByteArray()))
                .withTags(Set.of(IMAGE))
                .start()
                .awaitImageId();
    }

    /// The same with a file beside of so many bytes that cannot be compressed.
    static void makeImage(DockerClient client, String name, int bytes) throws IOException {
        var random = new byte[bytes];
        new Random(1).nextBytes(random);
        var context = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(context)) {
            add(tar, "Dockerfile", ("FROM " + IMAGE + "\nADD random /\n").getBytes(StandardCharsets.UTF_8), 0644);
            add(tar, "random", random, 0644);
        }
        client.buildImageCmd(new ByteArrayInputStream(context.toByteArray()))
                .withTags(Set.of(name))
                .start()
                .awaitImageId();
    }

    /// Ends every host of a backend and discards it.
    static void endAll(DockerBackend backend) throws Exception {
        for (HostId id : backend.known()) {
            Optional<Host> host = backend.find(id);
            if (host.isPresent()) {
                host.get().kill();
                host.get().exit().get(60, TimeUnit.SECONDS);
            }
            backend.discard(id);
        }
    }

    /// Names of the containers of the backend on this folder, whether they run or not.
    static List<String> containers(DockerClient client, Path folder) throws IOException {
        String label = Files.readString(folder.resolve("label")).strip();
        return client
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of("dev.rein.home", label))
                .exec()
                .stream()
                .map(container -> container.getNames()[0].substring(1))
                .toList();
    }

    static String log(Host host) {
        try {
            return Files.readString(host.log());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(TarArchiveOutputStream tar, String name, byte[] content, int mode) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        entry.setMode(0100_000 | mode);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }
}
