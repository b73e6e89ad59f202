package dev.rein.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.server.ReinServer;
import dev.rein.server.identity.Credentials;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/// What needs no platform: words, and the keys that `rein up` is given.
class CommandsTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    @Nested
    class Words {
        @ParameterizedTest(name = "rein {0}: {1}")
        @CsvSource({
            "up --prot 9000, --port",
            "trian train.py, train",
            "train a.py --hyperparameters a=1, --hyperparameter",
            "down --jobs leave, keep",
            "status --output yaml, json",
            "up --port many, many",
            "up --log-limit 0, at least 1",
            "train, SCRIPT"
        })
        void wrongOnesAreRefusedWithTheRightOne(String line, String right) {
            assertThat(run(line.split(" "))).isEqualTo(2);
            assertThat(err.toString()).containsIgnoringCase(right).doesNotContain("\tat ");
        }

        @Test
        void helpTellsTheExitCodes() {
            assertThat(run("--help")).isZero();
            assertThat(out.toString()).contains("Exit codes:").contains("endpoints");
        }

        @Test
        void everyCommandExplainsItselfAndItsOptions() {
            CommandLine rein = Main.commandLine();
            rein.getSubcommands().values().forEach(command -> {
                var spec = command.getCommandSpec();
                assertThat(spec.usageMessage().description()).as(spec.name()).isNotEmpty();
                spec.options()
                        .forEach(option -> assertThat(option.description())
                                .as(spec.name() + " " + option.longestName())
                                .isNotEmpty());
            });
        }
    }

    @Nested
    class Keys {
        private static final Map<String, String> PAIR =
                Map.of("REIN_ACCESS_KEY_ID", "AKIDEXAMPLE", "REIN_SECRET_ACCESS_KEY", "0123456789");

        @TempDir
        private Path scratch = Path.of("");

        @Test
        void comeFromTheEnvironmentUnlessAFileIsNamed() throws IOException {
            assertThat(Up.chosen(null, Map.of())).isEmpty();
            assertThat(Up.chosen(null, PAIR)).contains(new Credentials("AKIDEXAMPLE", "0123456789"));
            Credentials made = Up.chosen(scratch.resolve("keys.json"), PAIR).orElseThrow();
            assertThat(made.accessKeyId()).isNotEqualTo("AKIDEXAMPLE");
            assertThat(Up.chosen(scratch.resolve("keys.json"), Map.of())).contains(made);
        }

        @Test
        void halfAPairIsRefused() {
            assertThatThrownBy(() -> Up.chosen(null, Map.of("REIN_ACCESS_KEY_ID", "AKIDEXAMPLE")))
                    .hasMessage(
                            "REIN_ACCESS_KEY_ID is set and REIN_SECRET_ACCESS_KEY is not (expected: both or neither)");
        }

        @Test
        void aFileThatOthersMayReadIsRefusedWithTheMeans() throws IOException {
            Path keys = scratch.resolve("keys.json");
            Files.writeString(keys, "{\"accessKeyId\":\"AKIDEXAMPLE\",\"secretAccessKey\":\"0123456789\"}");
            Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-r-----"));
            assertThatThrownBy(() -> Up.chosen(keys, Map.of())).hasMessageContaining("chmod 600 " + keys);
        }
    }

    @Nested
    class StartCaches {
        @Test
        void ofACheckoutThatHasBeenMovedAreNotUsed(@TempDir Path root) throws IOException {
            Path target = root.resolve("workload/target");
            Path jar = target.resolve("lib/rein-workload-" + ReinServer.VERSION + ".jar");
            Files.createDirectories(target.resolve("lib"));
            Files.createDirectories(target.resolve("start"));
            Files.setLastModifiedTime(Files.createFile(jar), FileTime.fromMillis(0));
            var installation = new Installation(root, Path.of("/jdk/bin/java"));
            for (String verb : new String[] {"train", "serve"}) {
                Files.writeString(target.resolve("start/" + verb + ".args"), "-cp " + jar);
            }
            assertThat(installation.toolkitRuntime().train()).contains("@" + target.resolve("start/train.args"));
            Files.writeString(target.resolve("start/train.args"), "-cp /where/it/was/lib/rein-workload.jar");
            assertThat(installation.toolkitRuntime().train())
                    .contains("-cp", target.resolve("lib") + "/*")
                    .noneMatch(argument -> argument.startsWith("@"));
        }

        @Test
        void olderThanAJarAreNotUsed(@TempDir Path folder) throws IOException {
            Path cache = Files.writeString(folder.resolve("cache.aot"), "classes");
            Path jar = Files.writeString(folder.resolve("classes.jar"), "classes");
            FileTime now = Files.getLastModifiedTime(cache);
            Files.setLastModifiedTime(jar, now);
            assertThat(Installation.isFresh(cache, folder)).isTrue();
            Files.setLastModifiedTime(jar, FileTime.fromMillis(now.toMillis() + 1000));
            assertThat(Installation.isFresh(cache, folder)).isFalse();
            assertThat(Installation.isFresh(folder.resolve("none.aot"), folder)).isFalse();
        }
    }
}
