package dev.rein.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A repository behind HTTP on loopback that asks for a user and a password.
class GitConfigTest {
    private static final String SECRET = "s3cret-pass";

    @TempDir
    private Path folder = Path.of("");

    private RecordingPlatform platform;
    private Session session;
    private HttpServer server;
    private String first = "";

    @BeforeEach
    void start() throws IOException, InterruptedException {
        platform = new RecordingPlatform();
        session = platform.session();
        assumeTrue(hasGit(), "git is not installed");
        Path work = Files.createDirectory(folder.resolve("work"));
        git(work, "init", "--quiet", "--initial-branch=main");
        Files.createDirectory(work.resolve("src"));
        commit(work, "src/train.py", "first");
        first = git(work, "rev-parse", "HEAD").strip();
        commit(work, "src/train.py", "second");
        git(work, "checkout", "--quiet", "-b", "other");
        commit(work, "src/train.py", "third");
        git(work, "checkout", "--quiet", "main");
        git(folder, "clone", "--quiet", "--bare", "work", "repo.git");
        git(folder.resolve("repo.git"), "update-server-info"); // plain files are enough for git then
        serve();
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
        session.close();
        platform.close();
    }

    private static boolean hasGit() throws InterruptedException {
        try {
            return new ProcessBuilder("git", "--version")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static String git(Path in, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git", "-c", "user.name=n", "-c", "user.email=n@example.com"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(in.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private static void commit(Path work, String file, String text) throws IOException, InterruptedException {
        Files.writeString(work.resolve(file), text);
        git(work, "add", ".");
        git(work, "commit", "--quiet", "-m", text);
    }

    private void serve() throws IOException {
        String wanted =
                "Basic " + Base64.getEncoder().encodeToString(("rl:" + SECRET).getBytes(StandardCharsets.UTF_8));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                Path file = folder.resolve(exchange.getRequestURI().getPath().substring(1));
                if (!wanted.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                    exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"git\"");
                    exchange.sendResponseHeaders(401, -1);
                } else if (!Files.isRegularFile(file)) {
                    exchange.sendResponseHeaders(404, -1);
                } else {
                    byte[] bytes = Files.readAllBytes(file);
                    exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
                    exchange.getResponseBody().write(bytes);
                }
            }
        });
        server.start();
    }

    private GitConfig repository() {
        return GitConfig.of(
                "http://127.0.0.1:%d/repo.git".formatted(server.getAddress().getPort()));
    }

    private String packed(GitConfig git) throws IOException {
        RLEstimator.builder()
                .session(session)
                .gitConfig(git)
                .entryPoint("train.py")
                .sourceDir(Path.of("src"))
                .imageUri("my-rl:1")
                .role("arn:aws:iam::000000000000:role/R")
                .instanceType("ml.m5.large")
                .instanceCount(1)
                .outputPath("s3://mybkt/")
                .build()
                .fit(Map.of(), false, null, "j");
        Map<String, String> files = Tar.files(
                platform.calls("PUT /mybkt/j/source/sourcedir.tar.gz").getLast().body());
        assertThat(files).containsOnlyKeys("train.py");
        return String.valueOf(files.get("train.py"));
    }

    @Test
    void theDefaultBranchABranchAndACommitArePacked() throws IOException {
        GitConfig git = repository().withCredentials("rl", SECRET);

        assertThat(packed(git)).isEqualTo("second");
        assertThat(packed(git.withBranch("other"))).isEqualTo("third");
        assertThat(packed(git.withCommit(first))).isEqualTo("first");
    }

    @Test
    void aRefusalNamesTheRepositoryAndNeverTheSecret() {
        GitConfig git = repository().withCredentials("rl", SECRET + "-wrong");

        assertThatThrownBy(() -> packed(git))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(git.repo())
                .message()
                .doesNotContain(SECRET);
        assertThat(git.toString()).doesNotContain(SECRET);
        assertThat(platform.operations()).isEmpty();
    }

    @Test
    void whatIsNotInTheRepositoryIsNamed() {
        GitConfig git = repository().withCredentials("rl", SECRET).withBranch("absent");

        assertThatThrownBy(() -> packed(git)).hasMessageContaining("absent");
    }

    @Test
    void aLinkOutOfTheRepositoryIsRefused() throws IOException, InterruptedException {
        Path work = folder.resolve("work");
        Files.createSymbolicLink(work.resolve("src/passwd"), Path.of("/etc/passwd"));
        commit(work, "src/train.py", "fourth");
        git(work, "push", "--quiet", folder.resolve("repo.git").toString(), "main");
        git(folder.resolve("repo.git"), "update-server-info");

        assertThatThrownBy(() -> packed(repository().withCredentials("rl", SECRET)))
                .hasMessageContaining("src/passwd of the repository is a link that leads out of it");
    }

    @Test
    void addressesThatAreNoneAndCredentialsInThemAreRefusedWithoutBeingRepeated() {
        assertThatThrownBy(() -> GitConfig.of("https://me:" + SECRET + "@example.com/r.git"))
                .hasMessageContaining("credentials in the address")
                .message()
                .doesNotContain(SECRET);
        assertThatThrownBy(() -> GitConfig.of("ext::sh -c evil")).hasMessageContaining("expected: https://");
        assertThatThrownBy(() -> GitConfig.of("git@-oProxyCommand=evil:r")).hasMessageContaining("expected");
        assertThatThrownBy(() -> GitConfig.of("https://example.com/r.git").withBranch("--upload-pack=evil"))
                .hasMessageContaining("is no name of a branch");
    }
}
