package dev.rein.server.backend.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.model.HostConfig;
import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostExit;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostSpec;
import dev.rein.server.backend.LaunchException;
import dev.rein.server.backend.machine.Gpus;
import dev.rein.server.backend.machine.NetworkNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Model servers in containers without a network, as an endpoint has them with `EnableNetworkIsolation` on its model.
class IsolatedModelServerTest {
    private static final HostId SHUT = new HostId("endpoint/shut", "replica-0-0-1");
    private static final HostId OPEN = new HostId("endpoint/open", "replica-0-0-1");
    private static final String SERVE = "exec httpd -f -p $SAGEMAKER_BIND_TO_PORT -h /opt/ml";
    private static final Path PROCESSES = Path.of("/proc");

    @TempDir
    Path folder;

    private DockerSettings settings;
    private DockerBackend backend;
    private Engine engine;

    @BeforeEach
    void open() throws IOException {
        settings = new DockerSettings(TestDocker.socket(), Optional.empty());
        assumeTrue(
                ContainerNetwork.mayBeEntered(new NetworkNamespace(), PROCESSES),
                "only root can enter a container's network");
        engine = new Engine(settings.socket());
        TestDocker.makeImage(engine.client());
        backend = on(PROCESSES);
    }

    @AfterEach
    void close() throws Exception {
        if (backend == null) {
            return; // skipped
        }
        TestDocker.endAll(backend);
        backend.close();
        assertThat(containers()).isEmpty();
        engine.close();
    }

    @Test
    void theServerReachesItAndItReachesNeitherTheMachineNorAnotherContainer() throws Exception {
        try (var machine = new ServerSocket()) {
            machine.bind(new InetSocketAddress("0.0.0.0", 0));
            Host open = launch(OPEN, false, SERVE);
            URI other = open.address().orElseThrow();
            eventually(other, "pong");
            Host shut = launch(
                    SHUT,
                    true,
                    ("ls /sys/class/net; ip route; "
                                            + "for to in '127.0.0.1 %1$d' '172.17.0.1 %1$d' '%2$s %3$d' '%4$s %1$d'; do "
                                            + "nc -w 1 $to </dev/null && echo out to $to; done; echo tried; ")
                                    .formatted(
                                            machine.getLocalPort(),
                                            other.getHost(),
                                            other.getPort(),
                                            other.getHost().replaceAll("[.]\\d+$", ".1"))
                            + SERVE);
            URI address = shut.address().orElseThrow();
            assertThat(address.getHost()).isEqualTo("127.0.0.1");
            eventually(address, "pong");
            OwnDaemon.eventually("its last word", () -> TestDocker.log(shut).contains("tried"));
            assertThat(TestDocker.log(shut)).contains("lo\n").doesNotContain("eth", "default", "out to");
        }
    }

    @Test
    void aLaterServerReachesItAndNobodyDoesOnceItHasEnded() throws Exception {
        URI before = launch(SHUT, true, SERVE).address().orElseThrow();
        eventually(before, "pong");
        backend.close();
        assertThat(get(before)).isEmpty();
        backend = on(PROCESSES);
        Host again = backend.find(SHUT).orElseThrow();
        URI after = again.address().orElseThrow();
        eventually(after, "pong");
        again.kill();
        assertThat(again.exit().get(60, TimeUnit.SECONDS)).isEqualTo(new HostExit.Exited(137, false));
        OwnDaemon.eventually("the door to shut", () -> get(after).isEmpty());
        assertThat(again.address()).contains(after);
    }

    @Test
    void oneThatEndsAtOnceIsToldByItsExitCode() throws Exception {
        Host host = launch(SHUT, true, "exit 3");
        assertThat(host.exit().get(60, TimeUnit.SECONDS)).isEqualTo(new HostExit.Exited(3, false));
    }

    /// A container that is started again has another network and other processes under the same name.
    @Test
    void aContainerThatIsStartedAgainIsEnteredAnew() throws Exception {
        var names = new Names("test-" + ProcessHandle.current().pid());
        var container = new Container(engine, names.container(SHUT), names.labels(SHUT));
        String id = engine.client()
                .createContainerCmd(TestDocker.IMAGE)
                .withName(container.name())
                .withLabels(container.labels())
                .withHostConfig(HostConfig.newHostConfig().withNetworkMode("none"))
                .withCmd("sh", "-c", "exec httpd -f -p 8080 -h /etc")
                .exec()
                .getId();
        try {
            var network = new ContainerNetwork(container, new NetworkNamespace(), PROCESSES);
            assertThatThrownBy(network::socket).isInstanceOf(IOException.class).hasMessageContaining(container.name());
            engine.client().startContainerCmd(id).exec();
            OwnDaemon.eventually("an answer", () -> answers(network));
            engine.client().killContainerCmd(id).exec();
            OwnDaemon.eventually("no answer", () -> !answers(network));
            engine.client().startContainerCmd(id).exec();
            OwnDaemon.eventually("an answer again", () -> answers(network));
        } finally {
            engine.client().removeContainerCmd(id).withForce(true).exec();
        }
    }

    @Test
    void aServerThatMayNotEnterNetworksRefusesItBeforeThereIsAContainer() throws Exception {
        backend.close();
        backend = on(Files.createDirectory(folder.resolve("nothing")));
        assertThatThrownBy(() -> launch(SHUT, true, SERVE))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("network isolation")
                .hasMessageContaining("may not enter")
                .hasMessageContaining("root");
        assertThat(containers()).isEmpty();
        eventually(launch(OPEN, false, SERVE).address().orElseThrow(), "pong");
    }

    @Test
    void aServerThatDoesNotSeeTheContainersProcessesRefusesItAndLeavesNone() throws Exception {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Path itself = Files.createSymbolicLink(elsewhere.resolve("self"), PROCESSES.resolve("self"));
        backend.close();
        backend = on(elsewhere);
        assertThatThrownBy(() -> launch(SHUT, true, SERVE))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("not among the processes")
                .hasMessageContaining("machine of its Docker daemon");
        Files.delete(itself);
        assertThat(containers()).isEmpty();
        assertThat(backend.find(SHUT)).isEmpty();
    }

    // --- steps ---

    private DockerBackend on(Path processes) throws IOException {
        return DockerBackend.open(
                folder.resolve("hosts"), settings, 1L << 20, Gpus.ofThisMachine(), Duration.ofSeconds(30), processes);
    }

    private Host launch(HostId id, boolean isolated, String script) throws Exception {
        Files.writeString(backend.prepare(id).resolve("ping"), "pong");
        return backend.launch(new HostSpec(
                id,
                List.of(id.name()),
                backend.runtime().asked(TestDocker.IMAGE),
                List.of("sh", "-c", script),
                Map.of(),
                1,
                64L << 20,
                isolated,
                OptionalInt.of(12345)));
    }

    private List<String> containers() throws IOException {
        return TestDocker.containers(engine.client(), folder.resolve("hosts"));
    }

    private static void eventually(URI server, String answer) throws InterruptedException {
        OwnDaemon.eventually(
                "an answer at " + server, () -> get(server.resolve("/ping")).equals(answer));
    }

    private static boolean answers(ContainerNetwork network) {
        try (SocketChannel socket = network.socket()) {
            return socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 8080));
        } catch (IOException notNow) {
            return false;
        }
    }

    private static String get(URI uri) {
        try {
            var connection = uri.toURL().openConnection();
            connection.setReadTimeout(60_000);
            try (var in = connection.getInputStream()) {
                return new String(in.readAllBytes(), UTF_8);
            }
        } catch (SocketTimeoutException silence) {
            return "silence";
        } catch (IOException notYet) {
            return "";
        }
    }
}
