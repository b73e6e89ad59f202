package dev.rein.server.backend.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.PushResponseItem;
import dev.rein.server.backend.HostRuntime;
import dev.rein.server.backend.LaunchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Images of a registry that asks for a login: the test's own, which needs Debian's `docker-registry`.
class RegistryTest {
    private static final Path REGISTRY = Path.of("/usr/bin/docker-registry");
    private static final Pattern LISTENS = Pattern.compile("listening on (127\\.0\\.0\\.1:\\d+)");

    /// "right", as bcrypt has it.
    private static final String PASSWORD_FILE = "me:$2b$05$duoNU3b37.xE4oG0LQ6IVetNlpol3kzkjEF7Af9dQ6BhbhycnaKt2\n";

    @TempDir
    Path folder;

    private Engine engine;
    private Process registry;
    private String address;
    private String image;

    @BeforeEach
    void startARegistryWithAnImage() throws Exception {
        Path socket = TestDocker.socket();
        assumeTrue(Files.exists(REGISTRY), "no " + REGISTRY + " here (package docker-registry)");
        engine = new Engine(socket);
        TestDocker.makeImage(engine.client());
        Files.writeString(folder.resolve("passwords"), PASSWORD_FILE);
        Files.writeString(folder.resolve("registry.yml"), """
                version: 0.1
                storage:
                  filesystem:
                    rootdirectory: %1$s/storage
                http:
                  addr: 127.0.0.1:0
                auth:
                  htpasswd:
                    realm: test
                    path: %1$s/passwords
                """.formatted(folder));
        Path said = folder.resolve("registry.log");
        registry = new ProcessBuilder(
                        REGISTRY.toString(),
                        "serve",
                        folder.resolve("registry.yml").toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        address = listening(said);
        image = address + "/team/train:1";
        engine.client()
                .tagImageCmd(TestDocker.IMAGE, address + "/team/train", "1")
                .exec();
        push(image);
        forget(image);
    }

    @AfterEach
    void stopIt() throws Exception {
        if (registry != null) {
            forget(image);
            registry.destroy();
            registry.waitFor();
            engine.close();
        }
    }

    @Test
    void aPrivateImageIsPulledWithTheLoginThatDockerKeeps() throws Exception {
        login(address, "right");
        var told = new CopyOnWriteArrayList<String>();
        bring(image, told);
        engine.client().inspectImageCmd(image).exec();
        assertThat(told).first().isEqualTo("Pulling image " + image);
    }

    @Test
    void megabytesOfAllThatThereAreAreToldWhileAnImageIsPulled() throws Exception {
        String large = address + "/team/large:1";
        TestDocker.makeImage(engine.client(), large, 24_000_000);
        push(large);
        forget(large);
        login(address, "right");
        var told = new CopyOnWriteArrayList<String>();
        bring(large, told);
        forget(large);
        assertThat(told).first().isEqualTo("Pulling image " + large);
        assertThat(told.getLast())
                .matches("Pulling image " + large + ": (2[4-6]\\.\\d) of \\1 MB in [12] layers, \\1 MB unpacked");
        assertThat(told).doesNotHaveDuplicates();
    }

    @Test
    void anImageThatIsHereIsNotAskedFor() throws Exception {
        login(address, "right");
        bring(image, new CopyOnWriteArrayList<>());
        registry.destroy();
        registry.waitFor();
        var told = new CopyOnWriteArrayList<String>();
        bring(image, told);
        assertThat(told).isEmpty();
    }

    @Test
    void aWrongPasswordIsTheCallersFaultAndSaysWhichLoginItWas() throws Exception {
        login(address, "wrong");
        assertThat(refusal(image))
                .hasMessageContaining(image)
                .hasMessageContaining("unauthorized")
                .hasMessageContaining("\"me\"")
                .hasMessageContaining(folder.resolve("config.json").toString());
    }

    @Test
    void noLoginIsSaidWithTheCommandThatMakesOne() {
        assertThat(refusal(image)).hasMessageContaining(image).hasMessageContaining("docker login " + address);
    }

    @Test
    void aTagThatTheRegistryDoesNotHaveIsSaid() throws Exception {
        login(address, "right");
        assertThat(refusal(address + "/team/train:2"))
                .hasMessageContaining("team/train:2")
                .hasMessageContaining("unknown");
    }

    @Test
    void loginsThatCannotBeReadAreSaidByTheirFile() throws Exception {
        Files.writeString(folder.resolve("config.json"), "{ \"auths\": ");
        assertThat(refusal(image))
                .hasMessageContaining(folder.resolve("config.json").toString());
    }

    @Test
    void aCredentialHelperIsAskedWithTheRegistrysName() throws Exception {
        helper("cat >%s/asked; echo '{\"Username\": \"me\", \"Secret\": \"right\"}'".formatted(folder));
        bring(image, new CopyOnWriteArrayList<>());
        assertThat(folder.resolve("asked")).hasContent(address);
    }

    @Test
    void aCredentialHelperThatFailsIsSaidInItsOwnWords() throws Exception {
        helper("echo the vault is locked; exit 1");
        assertThat(refusal(image))
                .hasMessageContaining("docker-credential-test")
                .hasMessageContaining("vault is locked");
    }

    @Test
    void aCredentialHelperThatKnowsNoLoginIsNoFailureOfItsOwn() throws Exception {
        helper("echo credentials not found in native keychain; exit 1");
        assertThat(refusal(image)).hasMessageContaining("docker login " + address);
    }

    // --- steps ---

    private void helper(String script) throws IOException {
        Path program = Files.writeString(folder.resolve("docker-credential-test"), "#!/bin/sh\n" + script + "\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        Files.writeString(folder.resolve("config.json"), "{\"credHelpers\": {\"%s\": \"test\"}}".formatted(address));
    }

    private void login(String registry, String password) throws IOException {
        String pair = Base64.getEncoder().encodeToString(("me:" + password).getBytes(UTF_8));
        Files.writeString(
                folder.resolve("config.json"), "{\"auths\": {\"%s\": {\"auth\": \"%s\"}}}".formatted(registry, pair));
    }

    private void bring(String wanted, List<String> told) throws Exception {
        var logins = new Logins(folder, folder + "/docker-credential-");
        HostRuntime.containers(new Images(engine, logins))
                .asked(wanted)
                .prepared(told::add)
                .get(60, TimeUnit.SECONDS);
    }

    private LaunchException refusal(String wanted) {
        var failure = catchThrowableOfType(ExecutionException.class, () -> bring(wanted, new CopyOnWriteArrayList<>()));
        assertThat(failure.getCause())
                .isInstanceOfSatisfying(
                        LaunchException.class,
                        refused -> assertThat(refused.isFromCaller()).isTrue());
        return (LaunchException) requireNonNull(failure.getCause());
    }

    private void push(String name) throws InterruptedException {
        engine.client()
                .pushImageCmd(name)
                .withAuthConfig(new AuthConfig()
                        .withUsername("me")
                        .withPassword("right")
                        .withRegistryAddress(address))
                .exec(new ResultCallback.Adapter<PushResponseItem>())
                .awaitCompletion(60, TimeUnit.SECONDS);
    }

    private void forget(String name) {
        try {
            engine.client().removeImageCmd(name).exec();
        } catch (NotFoundException gone) {
            // as it should be
        }
    }

    private String listening(Path said) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            String words = Files.readString(said);
            var found = LISTENS.matcher(words);
            if (found.find()) {
                return found.group(1);
            }
            assertThat(registry.isAlive() && System.nanoTime() < until)
                    .as(words)
                    .isTrue();
            Thread.sleep(20);
        }
    }
}
