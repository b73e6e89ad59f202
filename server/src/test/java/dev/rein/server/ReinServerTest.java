package dev.rein.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.server.identity.Credentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ReinServerTest {
    @TempDir
    Path folder;

    private ServerConfiguration configuration() {
        return ServerConfiguration.of(folder.resolve("home")).withPort(0).withS3Port(0);
    }

    @Nested
    final class GivenARunningServer {
        @Test
        void serverJsonTellsItsOwnerHowToReachItAndIsGoneAfterwards() throws IOException {
            Path file = folder.resolve("home/server.json");
            try (var server = ReinServer.start(configuration())) {
                JsonNode json = new JsonMapper().readTree(Files.readString(file));
                assertThat(json.path("endpoint").asString())
                        .isEqualTo(server.endpoint().toString());
                assertThat(json.path("s3Endpoint").asString())
                        .isEqualTo(server.s3Endpoint().toString());
                assertThat(json.path("pid").asLong())
                        .isEqualTo(ProcessHandle.current().pid());
                assertThat(json.path("version").asString()).isEqualTo("0.1.0");
                assertThat(json.path("region").asString()).isEqualTo("us-west-2");
                assertThat(json.path("account").asString()).isEqualTo("000000000000");
                assertThat(json.path("accessKeyId").asString()).isEqualTo(server.accessKeyId());
                assertThat(json.path("secretAccessKey").asString()).isEqualTo(server.secretAccessKey());
                assertThat(json.path("role").asString()).isEqualTo("arn:aws:iam::000000000000:role/ReinRole");
                assertThat(mode(file)).isEqualTo("rw-------");
                assertThat(mode(folder.resolve("home/credentials.json"))).isEqualTo("rw-------");
                assertThat(mode(folder.resolve("home"))).isEqualTo("rwx------");
            }
            assertThat(file).doesNotExist();
        }

        @Test
        void aSecondOnTheSameHomeIsRefusedAndTheFirstGoesOn() throws IOException {
            try (var server = ReinServer.start(configuration())) {
                assertThatThrownBy(() -> ReinServer.start(configuration()))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining(
                                "process " + ProcessHandle.current().pid() + " serves this directory");
                assertThat(folder.resolve("home/server.json")).exists();
                assertThat(server.endpoint().getPort()).isPositive();
            }
        }

        @Test
        void closingTwiceIsHarmlessAndItsKeysAreKeptForTheNext() throws Exception {
            var server = ReinServer.start(configuration());
            String key = server.accessKeyId();
            server.close();
            server.close();
            server.awaitClose();
            try (var again = ReinServer.start(configuration())) {
                assertThat(again.accessKeyId()).isEqualTo(key);
            }
        }
    }

    @Nested
    final class GivenSomethingInTheWay {
        @Test
        void aTakenPortIsNamedAndNothingStaysOpen() throws IOException {
            try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                int port = taken.getLocalPort();
                assertThatThrownBy(() -> ReinServer.start(configuration().withPort(port)))
                        .isInstanceOf(IOException.class)
                        .hasMessageStartingWith("port: " + port + " on 127.0.0.1 is in use");
                assertThatThrownBy(() -> ReinServer.start(configuration().withS3Port(port)))
                        .isInstanceOf(IOException.class)
                        .hasMessageStartingWith("S3 port: " + port + " on 127.0.0.1 is in use");
            }
            ReinServer.start(configuration()).close();
        }

        @Test
        void anotherMachinesReachNeedsChosenKeys() throws IOException {
            var open = configuration().withHost("0.0.0.0");
            assertThatThrownBy(() -> ReinServer.start(open))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("host: 0.0.0.0 is reachable from other machines");
            ReinServer.start(open.withCredentials(Credentials.random(new SecureRandom())))
                    .close();
        }

        @Test
        void aBrokenKeyFileIsNamed() throws IOException {
            Path file = Files.createDirectories(folder.resolve("home")).resolve("credentials.json");
            Files.writeString(file, "{\"accessKeyId\": \"AKIA\"");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            assertThatThrownBy(() -> ReinServer.start(configuration()))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(file + ": not a pair of keys");
        }

        @Test
        void allProblemsOfAConfigurationAreToldAtOnce() {
            assertThatThrownBy(() -> new ServerConfiguration(
                            folder,
                            " ",
                            -1,
                            70_000,
                            "Oregon!",
                            configuration().account(),
                            configuration().credentials(),
                            configuration().database(),
                            configuration().s3(),
                            configuration().runtimes(),
                            0,
                            configuration().docker()))
                    .hasMessageContaining("port: -1")
                    .hasMessageContaining("s3Port: 70000")
                    .hasMessageContaining("host: empty")
                    .hasMessageContaining("region: \"Oregon!\"")
                    .hasMessageContaining("hostLogBytes: 0");
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
