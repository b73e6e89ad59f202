package dev.rein.server.backend.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Network;
import dev.rein.server.backend.ContainerOptions;
import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostExit;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostSpec;
import dev.rein.server.backend.LaunchException;
import dev.rein.server.backend.machine.Gpus;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Hosts in containers, with a real daemon.
class DockerBackendTest {
    private static final long MEMORY = 64L << 20;
    private static final long LOG = 64L << 20;
    private static final HostId ALONE = new HostId("training-job/test", "algo-1");

    @TempDir
    Path folder;

    private DockerSettings settings;
    private DockerBackend backend;
    private Engine engine;

    @BeforeEach
    void open() throws IOException {
        settings = new DockerSettings(TestDocker.socket(), Optional.empty());
        engine = new Engine(settings.socket());
        TestDocker.makeImage(docker());
        backend = open(settings, LOG);
    }

    @AfterEach
    void nothingIsLeftBehind() throws Exception {
        if (backend == null) {
            return; // skipped
        }
        TestDocker.endAll(backend);
        backend.close();
        assertThat(containers()).isEmpty();
        assertThat(docker().listNetworksCmd().withNameFilter("rein-" + label()).exec())
                .isEmpty();
        engine.close();
    }

    @Test
    void theCommandRunsWithItsTreeItsNameAndItsEnvironment() throws Exception {
        Files.writeString(backend.prepare(ALONE).resolve("in"), "given");
        Host host = backend.launch(spec(
                ALONE,
                Map.of("MINE", "a b\n'c' $d", "SM_HP_BATCH-SIZE", "64"),
                "cat /opt/ml/in; echo; hostname; tr '\\0' '\\n' </proc/self/environ; echo done >/opt/ml/out; exit 7"));
        assertThat(exit(host)).isEqualTo(new HostExit.Exited(7, false));
        assertThat(TestDocker.log(host)).contains("given\nalgo-1\n", "MINE=a b\n'c' $d\n", "SM_HP_BATCH-SIZE=64\n");
        assertThat(host.ml().resolve("out")).hasContent("done\n");
        assertThat(host.address()).isEmpty();
    }

    @Test
    void everyByteOfALongOutputIsInTheLogWhenTheExitIsKnown() throws Exception {
        Host host = launch("head -c 6000000 /dev/urandom | tee /opt/ml/copy; echo; seq 200000 | tee -a /opt/ml/lines");
        exit(host);
        byte[] said = Files.readAllBytes(host.log());
        byte[] bytes = Files.readAllBytes(host.ml().resolve("copy"));
        byte[] lines = Files.readAllBytes(host.ml().resolve("lines"));
        assertThat(said)
                .hasSize(bytes.length + 1 + lines.length)
                .startsWith(bytes)
                .endsWith(lines);
    }

    @Test
    void aLogIsKeptToItsLimitAndSaysSoOnce() throws Exception {
        backend.close();
        backend = open(settings, 4096);
        Host host = launch("head -c 4000 /dev/zero | tr '\\0' a; echo; seq 1000; exit 5");
        assertThat(exit(host)).isEqualTo(new HostExit.Exited(5, false));
        assertThat(TestDocker.log(host).lines().filter(line -> line.startsWith("Rein: 4096 bytes")))
                .hasSize(1);
        assertThat(TestDocker.log(host))
                .startsWith("aaaa")
                .hasSizeLessThan(4096 + 200)
                .endsWith("dropped.\n");
    }

    @Test
    void aSignalEndsItByItsProgramsOwnRules() throws Exception {
        Host host = launch("trap 'echo ending; exit 3' TERM; echo up; while :; do sleep 0.1; done");
        eventually(() -> TestDocker.log(host).contains("up"));
        host.terminate();
        assertThat(exit(host)).isEqualTo(new HostExit.Exited(3, false));
        assertThat(TestDocker.log(host)).isEqualTo("up\nending\n");
    }

    @Test
    void killEndsWhatIgnoresTerminateAndItsDetachedChildren() throws Exception {
        Host host = launch("trap '' TERM; (sleep 1000 &) ; echo up; while :; do sleep 0.1; done");
        eventually(() -> TestDocker.log(host).contains("up"));
        host.terminate();
        host.kill();
        assertThat(exit(host)).isEqualTo(new HostExit.Exited(137, false));
    }

    @Test
    void whatSomebodyKillsWithMemoryLeftIsNotToldAsOutOfMemory() throws Exception {
        Host host = launch("sh -c 'kill -9 $$'; exit $?");
        assertThat(exit(host)).isEqualTo(new HostExit.Exited(137, false));
    }

    @Test
    void memoryBeyondTheLimitEndsTheHostAndIsTold() throws Exception {
        Host host = launch("exec tail /dev/zero");
        assertThat(exit(host)).isEqualTo(new HostExit.Exited(137, true));
    }

    @Test
    void aLaterServerFindsARunningHostItsLogAndItsEnd() throws Exception {
        Host first = launch("echo before; while [ ! -e /opt/ml/go ]; do sleep 0.1; done; echo after; exit 4");
        eventually(() -> TestDocker.log(first).contains("before"));
        backend.close();
        backend = open(settings, LOG);
        assertThat(backend.known()).containsExactly(ALONE);
        Host again = backend.find(ALONE).orElseThrow();
        Files.createFile(again.ml().resolve("go"));
        assertThat(exit(again)).isEqualTo(new HostExit.Exited(4, false));
        assertThat(TestDocker.log(again)).isEqualTo("before\nafter\n");
        backend.close();
        backend = open(settings, LOG);
        assertThat(exit(backend.find(ALONE).orElseThrow())).isEqualTo(new HostExit.Exited(4, false));
    }

    @Test
    void aContainerThatBelongsToNobodyIsRemoved() throws Exception {
        strange(
                "rein-%s-training-job-old-algo-1".formatted(label()),
                Map.of("dev.rein.home", label(), "dev.rein.host", "training-job/old/algo-1"));
        assertThat(containers()).hasSize(1);
        exit(launch("true"));
        assertThat(containers()).hasSize(1).allMatch(name -> name.contains("-test-"));
    }

    /// Labels go into images that are made of a container, and from there into other containers.
    @Test
    void aContainerThatOnlyHasItsLabelsOfOursStays() throws Exception {
        String container = strange(
                "somebodys-" + label(), Map.of("dev.rein.home", label(), "dev.rein.host", "training-job/old/algo-1"));
        try {
            exit(launch("true"));
            assertThat(containers()).contains("somebodys-" + label());
        } finally {
            docker().removeContainerCmd(container).exec();
        }
    }

    @Test
    void aForeignContainerOfTheNameRefusesTheLaunchIsNamedAndStays() throws Exception {
        String name = "rein-%s-training-job-test-algo-1".formatted(label());
        for (Map<String, String> labels : List.of(
                Map.<String, String>of(),
                Map.of("dev.rein.home", "another", "dev.rein.host", "training-job/test/algo-1"),
                Map.of("dev.rein.home", label(), "dev.rein.host", "training-job/other/algo-1"))) {
            String container = strange(name, labels);
            docker().startContainerCmd(container).exec();
            try {
                assertThatThrownBy(() -> launch("true"))
                        .isInstanceOf(LaunchException.class)
                        .hasMessageContaining(name);
                assertThat(backend.find(ALONE)).isEmpty();
                assertThat(docker().inspectContainerCmd(container)
                                .exec()
                                .getState()
                                .getRunning())
                        .isTrue();
            } finally {
                docker().removeContainerCmd(container).withForce(true).exec();
            }
        }
        assertThat(exit(launch("true"))).isEqualTo(new HostExit.Exited(0, false));
    }

    /// As after a server that ended between its word of a launch and the launch.
    @Test
    void aForeignContainerInTheHostsPlaceIsNotEnded() throws Exception {
        backend.prepare(ALONE);
        new HostFolder(folder.resolve("hosts/training-job/test/algo-1"))
                .write(new HostFolder.Launch(TestDocker.IMAGE, "", -1, 0, null, List.of()));
        Files.createFile(folder.resolve("hosts/training-job/test/algo-1/log"));
        String container = strange("rein-%s-training-job-test-algo-1".formatted(label()), Map.of());
        docker().startContainerCmd(container).exec();
        try {
            Host host = backend.find(ALONE).orElseThrow();
            host.kill();
            assertThat(exit(host)).isInstanceOf(HostExit.Lost.class);
            backend.discard(ALONE);
            assertThat(docker().inspectContainerCmd(container).exec().getState().getRunning())
                    .isTrue();
        } finally {
            docker().removeContainerCmd(container).withForce(true).exec();
        }
    }

    @Test
    void aLeftNetworkThatSomebodyIsInKeepsNoOtherHostFromStarting() throws Exception {
        exit(launch("true"));
        String guest = strange("guest-" + label(), Map.of());
        docker().startContainerCmd(guest).exec();
        try {
            docker().disconnectFromNetworkCmd()
                    .withContainerId(guest)
                    .withNetworkId("none")
                    .exec();
            docker().connectToNetworkCmd()
                    .withContainerId(guest)
                    .withNetworkId(networks().getFirst())
                    .exec();
            backend.discard(ALONE);
            HostId other = new HostId("training-job/other", "algo-1");
            backend.prepare(other);
            assertThat(exit(backend.launch(spec(other, Map.of(), "true")))).isEqualTo(new HostExit.Exited(0, false));
            assertThat(networks()).hasSize(2);
        } finally {
            docker().removeContainerCmd(guest).withForce(true).exec();
        }
        backend.discard(new HostId("training-job/other", "algo-1"));
        assertThat(networks()).isEmpty();
    }

    @Test
    void aForeignNetworkOfTheNameRefusesTheLaunchAndStays() throws Exception {
        String name = "rein-%s-training-job-test".formatted(label());
        String network = docker().createNetworkCmd().withName(name).exec().getId();
        try {
            assertThatThrownBy(() -> launch("true"))
                    .isInstanceOf(LaunchException.class)
                    .hasMessageContaining(name);
            backend.discard(ALONE);
            assertThat(docker().inspectNetworkCmd()
                            .withNetworkId(network)
                            .exec()
                            .getName())
                    .isEqualTo(name);
        } finally {
            docker().removeNetworkCmd(network).exec();
        }
    }

    @Test
    void whoRemovesAContainerLosesTheHost() throws Exception {
        Host host = launch("echo up; sleep 1000");
        eventually(() -> TestDocker.log(host).contains("up"));
        docker().removeContainerCmd(containers().getFirst()).withForce(true).exec();
        assertThat(exit(host))
                .isInstanceOfSatisfying(
                        HostExit.Lost.class, lost -> assertThat(lost.reason()).contains("removed"));
    }

    @Test
    void anImageWithoutTheProgramIsTheCallersFault() throws Exception {
        backend.prepare(ALONE);
        var failure = catchThrowableOfType(
                LaunchException.class, () -> backend.launch(spec(ALONE, List.of("train"), Map.of(), List.of(), false)));
        assertThat(failure).hasMessageContaining(TestDocker.IMAGE).hasMessageContaining("train");
        assertThat(failure.isFromCaller()).isTrue();
        assertThat(containers()).isEmpty();
    }

    @Test
    void anImageThatIsNowhereIsTheCallersFaultAndNamed() {
        var failure = catchThrowableOfType(
                ExecutionException.class,
                () -> backend.runtime()
                        .asked("127.0.0.1:1/no/such:image")
                        .prepared(_ -> {})
                        .get(60, TimeUnit.SECONDS));
        assertThat(failure.getCause()).isInstanceOfSatisfying(LaunchException.class, told -> {
            assertThat(told.isFromCaller()).isTrue();
            assertThat(told).hasMessageContaining("127.0.0.1:1/no/such:image").hasMessageContaining("docker pull");
        });
    }

    @Test
    void aDaemonThatIsNotThereIsNamed() throws Exception {
        Path nowhere = folder.resolve("no.sock");
        try (var none = DockerBackend.open(
                folder.resolve("other"),
                new DockerSettings(nowhere, Optional.empty()),
                LOG,
                Gpus.ofThisMachine(),
                Duration.ofSeconds(1),
                Path.of("/proc"))) {
            none.prepare(ALONE);
            assertThatThrownBy(() -> none.launch(spec(ALONE, Map.of(), "true")))
                    .isInstanceOf(LaunchException.class)
                    .hasMessageContaining(nowhere.toString())
                    .hasMessageContaining("running");
            assertThat(none.find(ALONE)).as("nothing to wait for").isEmpty();
        }
    }

    @Test
    void peersKnowEachOtherByNameAndHaveTheirOwnPorts() throws Exception {
        List<String> peers = List.of("algo-1", "algo-2");
        var hosts = new ArrayList<Host>();
        for (String name : peers) {
            HostId id = new HostId("training-job/pair", name);
            backend.prepare(id);
            String other = name.equals("algo-1") ? "algo-2" : "algo-1";
            hosts.add(backend.launch(spec(
                    id,
                    shell("echo I am $(hostname) >/tmp/word; nc -l -p 7000 </tmp/word >/dev/null & "
                            + "until nc %s 7000 </dev/null; do sleep 0.1; done; wait".formatted(other)),
                    Map.of(),
                    peers,
                    false)));
        }
        assertThat(exit(hosts.get(0))).isEqualTo(new HostExit.Exited(0, false));
        assertThat(exit(hosts.get(1))).isEqualTo(new HostExit.Exited(0, false));
        assertThat(TestDocker.log(hosts.get(0))).contains("I am algo-2");
        assertThat(TestDocker.log(hosts.get(1))).contains("I am algo-1");
    }

    @Test
    void isolatedHostsReachEachOtherAndNothingElse() throws Exception {
        try (var outside = new ServerSocket()) {
            outside.bind(new InetSocketAddress("0.0.0.0", 0));
            List<String> peers = List.of("algo-1", "algo-2");
            String machine = InetAddress.getByName("10.201.0.1").getHostAddress();
            HostId first = new HostId("training-job/closed", "algo-1");
            HostId second = new HostId("training-job/closed", "algo-2");
            backend.prepare(first);
            Host listening = backend.launch(spec(first, shell("nc -l -p 7000; echo heard"), Map.of(), peers, true));
            backend.prepare(second);
            Host asking = backend.launch(spec(
                    second,
                    shell((said("hello", "algo-1") + "; "
                                    + "ip route | grep -v eth0 && echo strange route; "
                                    + "for a in %s 172.17.0.1 $(ip route | tr ' ' '\\n' | grep '[.]1$\\|[.]129$'); do "
                                    + "nc -w 1 $a %d </dev/null && echo out to $a; done; echo tried")
                            .formatted(machine, outside.getLocalPort())),
                    Map.of(),
                    peers,
                    true));
            exit(asking);
            exit(listening);
            assertThat(TestDocker.log(listening)).contains("hello\nheard");
            assertThat(TestDocker.log(asking)).contains("tried").doesNotContain("out to", "strange");
        }
    }

    @Test
    void anIsolatedHostAloneHasNoNetworkButItself() throws Exception {
        backend.prepare(ALONE);
        Host host = backend.launch(spec(
                ALONE,
                shell("ls /sys/class/net; ip route; ping -c 1 algo-1 >/dev/null && echo me"),
                Map.of(),
                List.of(),
                true));
        exit(host);
        assertThat(TestDocker.log(host)).contains("lo\n").doesNotContain("eth0", "default");
        assertThat(backend.networkInterface(1, true)).isEqualTo("lo");
    }

    @Test
    void thePlatformIsReachedThroughADoorThatALaterServerOpensAgain() throws Exception {
        try (var platform = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answer(platform));
            URI service = URI.create("http://127.0.0.1:" + platform.getLocalPort());
            backend.offer(List.of(service));
            backend.prepare(ALONE);
            Host host = backend.launch(spec(
                    ALONE,
                    Map.of("AWS_ENDPOINT_URL", service.toString(), "OTHER", "http://127.0.0.1:1"),
                    "echo $OTHER; wget -q -O - $AWS_ENDPOINT_URL; while [ ! -e /opt/ml/go ]; do sleep 0.1; done; "
                            + "wget -q -O - $AWS_ENDPOINT_URL"));
            eventually(() -> TestDocker.log(host).contains("platform"));
            backend.close();
            backend = open(settings, LOG);
            backend.offer(List.of(service));
            Files.createFile(host.ml().resolve("go"));
            Host again = backend.find(ALONE).orElseThrow();
            assertThat(exit(again)).isEqualTo(new HostExit.Exited(0, false));
            assertThat(TestDocker.log(again)).isEqualTo("http://127.0.0.1:1\nplatform\nplatform\n");
        }
    }

    @Test
    void aModelServerIsReachedAtItsAddress() throws Exception {
        HostId id = new HostId("endpoint/test", "replica-0-0-1");
        Files.writeString(backend.prepare(id).resolve("ping"), "pong");
        Host host = backend.launch(new HostSpec(
                id,
                List.of(id.name()),
                backend.runtime().asked(TestDocker.IMAGE),
                shell("exec httpd -f -p $SAGEMAKER_BIND_TO_PORT -h /opt/ml"),
                Map.of(),
                1,
                MEMORY,
                false,
                OptionalInt.of(12345)));
        URI address = host.address().orElseThrow();
        eventually(() -> get(address.resolve("/ping")).equals("pong"));
    }

    @Test
    void insideIsNeitherDockerNorPrivilege() throws Exception {
        Host host = launch("ls -a /var/run /run; grep -E 'CapBnd|NoNewPrivs|Seccomp:' /proc/self/status; id -u");
        exit(host);
        assertThat(TestDocker.log(host))
                .doesNotContain("docker.sock")
                .contains("NoNewPrivs:\t1", "Seccomp:\t2", "\n0\n");
        long kept = Long.parseLong(
                TestDocker.log(host)
                        .lines()
                        .filter(line -> line.startsWith("CapBnd"))
                        .findFirst()
                        .orElseThrow()
                        .split("\\s+")[1],
                16);
        assertThat(Long.bitCount(kept)).isEqualTo(8);
    }

    @Test
    void whoWantsNoRootGetsNoneAndMayWriteAllTheSame() throws Exception {
        backend.close();
        backend = open(new DockerSettings(settings.socket(), Optional.of("4321:4321")), LOG);
        Host host = launch("id -u; echo model >/opt/ml/model");
        assertThat(exit(host)).isEqualTo(new HostExit.Exited(0, false));
        assertThat(TestDocker.log(host)).isEqualTo("4321\n");
        assertThat(host.ml().resolve("model")).hasContent("model");
    }

    @Test
    void gpusThatAreNotThereAreSaidAtTheBeginningOfTheLog() throws Exception {
        assertThat(engine.hasGpus()).as("this test is for machines without").isFalse();
        backend.prepare(ALONE);
        Host host = backend.launch(spec(ALONE, Map.of(), "echo up", new ContainerOptions(true, 1, 30)));
        exit(host);
        assertThat(TestDocker.log(host)).startsWith("Rein: ").contains("GPU").endsWith("\nup\n");
    }

    @Test
    void jobsSideBySideHaveHostsOfTheSameNamesAndEachMeetsItsOwn() throws Exception {
        List<String> peers = List.of("algo-1", "algo-2");
        var hosts = new ArrayList<Host>();
        for (String job : List.of("left", "right")) {
            HostId listening = new HostId("training-job/" + job, "algo-1");
            backend.prepare(listening);
            hosts.add(backend.launch(spec(listening, shell("nc -l -p 7000"), Map.of(), peers, false)));
            HostId telling = new HostId("training-job/" + job, "algo-2");
            backend.prepare(telling);
            hosts.add(backend.launch(spec(telling, shell(said("from " + job, "algo-1")), Map.of(), peers, false)));
        }
        for (Host host : hosts) {
            assertThat(exit(host)).isEqualTo(new HostExit.Exited(0, false));
        }
        assertThat(TestDocker.log(hosts.get(0))).isEqualTo("from left\n");
        assertThat(TestDocker.log(hosts.get(2))).isEqualTo("from right\n");
    }

    @Test
    void jobsOfOneNetworkReachEachOtherByAddressAndTheirOwnByName() throws Exception {
        List<String> peers = List.of("algo-1", "algo-2");
        Host left = share("left", "algo-1", peers, "vpc/one", "nc -l -p 7000");
        Host right = share("right", "algo-1", peers, "vpc/one", "nc -l -p 7000");
        String address = address("left", "algo-1");
        share("left", "algo-2", peers, "vpc/one", said("from my own", "algo-1"));
        assertThat(exit(left)).isEqualTo(new HostExit.Exited(0, false));
        assertThat(TestDocker.log(left)).isEqualTo("from my own\n");

        share("strange", "algo-1", List.of("algo-1"), "vpc/other", "true");
        assertThat(networks())
                .containsExactlyInAnyOrder(
                        "rein-%s-vpc-one".formatted(label()), "rein-%s-vpc-other".formatted(label()));

        Host late = share(
                "late",
                "algo-1",
                List.of("algo-1"),
                "vpc/one",
                said("from $(hostname) of late", address("right", "algo-1")));
        assertThat(exit(late)).isEqualTo(new HostExit.Exited(0, false));
        assertThat(exit(right)).isEqualTo(new HostExit.Exited(0, false));
        assertThat(TestDocker.log(right)).isEqualTo("from algo-1 of late\n");
        assertThat(address("late", "algo-1")).isNotEqualTo(address).isNotEqualTo(address("left", "algo-2"));
    }

    @Test
    void aSharedNetworkIsFoundByALaterServerAndGoesWithItsLastJob() throws Exception {
        share("first", "algo-1", List.of("algo-1"), "vpc/one", "sleep 1000");
        backend.close();
        backend = open(settings, LOG);
        Host second = share("second", "algo-1", List.of("algo-1"), "vpc/one", "sleep 1000");
        assertThat(address("second", "algo-1")).isNotEqualTo(address("first", "algo-1"));
        Host first = backend.find(new HostId("training-job/first", "algo-1")).orElseThrow();
        for (Host host : List.of(first, second)) {
            assertThat(networks()).containsExactly("rein-%s-vpc-one".formatted(label()));
            host.kill();
            exit(host);
            backend.discard(host.id());
        }
        assertThat(networks()).isEmpty();
    }

    /// A network has room for 124 hosts.
    @Test
    void aJobThatFindsNoRoomInItsSharedNetworkIsOnItsOwn() throws Exception {
        share("first", "algo-1", peers(100), "vpc/one", "true");
        share("second", "algo-1", peers(100), "vpc/one", "true");
        share("second", "algo-2", peers(100), "vpc/one", "true");
        assertThat(networks())
                .containsExactlyInAnyOrder(
                        "rein-%s-vpc-one".formatted(label()), "rein-%s-training-job-second".formatted(label()));
    }

    // --- steps ---

    private DockerBackend open(DockerSettings settings, long logBytes) throws IOException {
        return DockerBackend.open(folder, settings, logBytes, Gpus.ofThisMachine());
    }

    private static List<String> peers(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(n -> "algo-" + n).toList();
    }

    private Host share(String job, String name, List<String> peers, String network, String script) throws Exception {
        HostId id = new HostId("training-job/" + job, name);
        backend.prepare(id);
        return backend.launch(new HostSpec(
                id,
                peers,
                network,
                backend.runtime().asked(TestDocker.IMAGE),
                shell(script),
                Map.of(),
                1,
                MEMORY,
                false,
                OptionalInt.empty(),
                ContainerOptions.NONE));
    }

    private String address(String job, String host) {
        return new HostFolder(folder.resolve("hosts/training-job/" + job).resolve(host))
                .launch()
                .orElseThrow()
                .address();
    }

    private List<String> networks() throws IOException {
        return docker().listNetworksCmd().withNameFilter("rein-" + label()).exec().stream()
                .map(Network::getName)
                .toList();
    }

    /// @return a container's id
    private String strange(String name, Map<String, String> labels) {
        return docker().createContainerCmd(TestDocker.IMAGE)
                .withCmd("sleep", "1000")
                .withName(name)
                .withLabels(labels)
                .withHostConfig(HostConfig.newHostConfig().withNetworkMode("none"))
                .exec()
                .getId();
    }

    private DockerClient docker() {
        return engine.client();
    }

    private String label() throws IOException {
        return Files.readString(folder.resolve("label")).strip();
    }

    private List<String> containers() throws IOException {
        return TestDocker.containers(engine.client(), folder);
    }

    private Host launch(String script) throws Exception {
        backend.prepare(ALONE);
        return backend.launch(spec(ALONE, Map.of(), script));
    }

    private HostSpec spec(HostId id, Map<String, String> environment, String script) {
        return spec(id, shell(script), environment, List.of(), false);
    }

    private HostSpec spec(HostId id, Map<String, String> environment, String script, ContainerOptions options) {
        return new HostSpec(
                id,
                List.of(id.name()),
                backend.runtime().asked(TestDocker.IMAGE),
                shell(script),
                environment,
                1,
                MEMORY,
                false,
                OptionalInt.empty(),
                options);
    }

    private HostSpec spec(
            HostId id, List<String> command, Map<String, String> environment, List<String> peers, boolean isolated) {
        return new HostSpec(
                id,
                peers.isEmpty() ? List.of(id.name()) : peers,
                backend.runtime().asked(TestDocker.IMAGE),
                command,
                environment,
                1,
                MEMORY,
                isolated,
                OptionalInt.empty());
    }

    private static List<String> shell(String script) {
        return List.of("sh", "-c", script);
    }

    /// Shell that has a host's `nc -l` hear a word, once it listens. The word is whole in a file before: nc ends as
    /// soon as the other side has no more to say, whatever its own input still brings.
    private static String said(String word, String host) {
        return "echo %s >/tmp/word; until nc %s 7000 </tmp/word; do sleep 0.1; done".formatted(word, host);
    }

    private static HostExit exit(Host host) throws Exception {
        return host.exit().get(60, TimeUnit.SECONDS);
    }

    private static void answer(ServerSocket platform) {
        while (true) {
            try (Socket caller = platform.accept()) {
                caller.getInputStream().read();
                OutputStream out = caller.getOutputStream();
                out.write("HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nplatform\n".getBytes(UTF_8));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static String get(URI uri) {
        try (var in = uri.toURL().openStream()) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException notYet) {
            return "";
        }
    }

    private static void eventually(BooleanSupplier isSo) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!isSo.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain").isLessThan(until);
            Thread.sleep(20);
        }
    }
}
