package dev.rein.server.backend.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rein.server.backend.ContainerOptions;
import dev.rein.server.backend.FileTree;
import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostExit;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostRuntime;
import dev.rein.server.backend.HostSpec;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Jobs of several hosts, with real namespaces.
class JobNetworkTest {
    private static final Path JAVA = Path.of(System.getProperty("java.home"));

    @TempDir
    Path folder;

    private ProcessBackend backend;
    private HostRuntime runtime;
    private final List<Host> hosts = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        backend = ProcessBackend.open(folder);
        assumeTrue(
                backend.networkInterface(2, true).equals("eth0"),
                "this machine cannot make networks for jobs (expected: bubblewrap, ip, and network namespaces)");
        Path classes = Path.of(
                Knock.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path shown = folder.resolve("classes"); // where the hosts' users may look
        Path to = shown.resolve(Knock.class.getName().replace('.', '/') + ".class");
        Files.createDirectories(to.getParent());
        Files.copy(classes.resolve(shown.relativize(to)), to);
        runtime = new HostRuntime("java", List.of("*"), List.of(), List.of(), List.of(JAVA, shown), Map.of());
    }

    @AfterEach
    void nothingIsLeftBehind() throws Exception {
        for (Host host : hosts) {
            Optional<Host> left = backend.find(host.id());
            if (left.isPresent()) {
                left.get().kill();
                left.get().exit().get(20, TimeUnit.SECONDS);
                left.get().remove();
            }
        }
        backend.close();
        assertThat(holders()).isEmpty();
        if (Files.exists(folder.resolve("networks"))) {
            assertThat(folder.resolve("networks")).isEmptyDirectory();
        }
        if (Files.exists(folder.resolve("hosts/training-job"))) {
            assertThat(folder.resolve("hosts/training-job")).isEmptyDirectory();
        }
        assertThat(NetworkInterface.networkInterfaces().map(NetworkInterface::getName))
                .noneMatch(name -> name.equals("br0") || name.equals("v1"));
    }

    @Nested
    class GivenAnIsolatedJob {
        @Test
        void itsHostsReachEachOtherByNameEachWithItsOwnPorts() throws Exception {
            for (int n = 1; n <= 3; n++) {
                launch(
                        "three",
                        3,
                        true,
                        n,
                        List.of("answer:5000:I am algo-" + n, "ask:algo-" + (n % 3 + 1) + ":5000", "stay"));
            }
            for (int n = 1; n <= 3; n++) {
                Host host = hosts.get(n - 1);
                String told = "I am algo-" + (n % 3 + 1) + "\n";
                await(() -> Files.readString(host.log()).equals(told));
            }
        }

        @Test
        void nothingButItsPeersIsThere() throws Exception {
            try (var everywhere = new ServerSocket(0)) {
                Knock.answer(everywhere, "the machine");
                int port = everywhere.getLocalPort();
                backend.offer(List.of(URI.create("http://127.0.0.1:" + port)));
                List<String> doors = new ArrayList<>(List.of("127.0.0.1", "10.77.0.1", "93.184.216.34"));
                machineAddress().ifPresent(doors::add);
                var answers = run(
                        "closed",
                        2,
                        true,
                        _ -> doors.stream()
                                .map(door -> "knock:" + door + ":" + port)
                                .toList());
                assertThat(answers.values().stream().flatMap(String::lines))
                        .allMatch(line -> line.startsWith("no way"));
            }
        }

        @Test
        void anotherJobOfTheSameAddressesIsAnotherWorld() throws Exception {
            Host mine = launch("mine", 2, true, 1, List.of("answer:5000:mine", "stay"));
            launch("mine", 2, true, 2, List.of("stay"));
            var theirs = run(
                    "theirs",
                    2,
                    true,
                    n -> n == 1
                            ? List.of("answer:5000:theirs", "ask:algo-2:5001")
                            : List.of("ask:algo-1:5000", "once:5001:bye"));
            assertThat(theirs.get("algo-2")).startsWith("theirs\n");
            assertThat(mine.exit()).isNotDone();
        }
    }

    @Nested
    class GivenAnOpenJob {
        @BeforeEach
        void open() {
            assumeTrue(backend.networkInterface(2, false).equals("eth0"), "only root can open a network");
        }

        @Test
        void itsHostsReachThePlatformAtItsOwnAddressAlsoAfterARestart() throws Exception {
            try (var platform = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
                Knock.answer(platform, "the platform");
                int port = platform.getLocalPort();
                backend.offer(List.of(URI.create("http://127.0.0.1:" + port)));
                List<String> words = List.of(
                        "ask:127.0.0.1:" + port, "answer:5000:ready", "ask:algo-1:5002", "ask:127.0.0.1:" + port);
                Host second = launch("restarted", 2, false, 2, words);
                launch("restarted", 2, false, 1, List.of("ask:algo-2:5000", "ask:algo-2:5003"));
                await(() -> Files.readString(second.log()).contains("platform"));

                backend.close();
                backend = ProcessBackend.open(folder);
                backend.offer(List.of(URI.create("http://127.0.0.1:" + port)));
                Host found = backend.find(second.id()).orElseThrow();
                assertThat(found.exit()).isNotDone();
                // no answer comes from algo-1; what counts is that a fresh host of the same network is served
                found.kill();
                found.exit().get(20, TimeUnit.SECONDS);
                found.remove();
                backend.prepare(second.id());
                Host again = start(second.id(), 2, false, List.of("ask:127.0.0.1:" + port));
                assertThat(again.exit().get(20, TimeUnit.SECONDS)).isEqualTo(new HostExit.Exited(0, false));
                assertThat(again.log()).hasContent("the platform\n");
            }
        }

        @Test
        void itsHostsReachTheWorldAndAskItsGatewayForNames() throws Exception {
            var address = machineAddress();
            assumeTrue(address.isPresent(), "no address but loopback here");
            ServerSocket free = null;
            for (int port : List.of(8443, 8080, 443, 80)) {
                try {
                    free = new ServerSocket(port, 50, InetAddress.getByName(address.get()));
                    break;
                } catch (IOException taken) {
                    System.out.println(taken);
                }
            }
            assumeTrue(free != null, "every port that gateways carry is taken here");
            try (var world = free) {
                Knock.answer(world, "the world");
                String door = address.get() + ":" + world.getLocalPort();
                var answers = run("open", 2, false, _ -> List.of("ask:" + door));
                assertThat(answers.values()).containsOnly("the world\n");
            }
            Host host = shell("names", "cat /etc/resolv.conf");
            assertThat(host.exit().get(20, TimeUnit.SECONDS)).isEqualTo(new HostExit.Exited(0, false));
            assertThat(host.log()).hasContent("nameserver 10.77.0.1\n");
        }

        @Test
        void theMachinesLoopbackIsNotThere() throws Exception {
            try (var private_ = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
                Knock.answer(private_, "secret");
                var answers = run(
                        "shut",
                        2,
                        false,
                        _ -> List.of(
                                "knock:127.0.0.1:" + private_.getLocalPort(),
                                "knock:10.77.0.1:" + private_.getLocalPort()));
                assertThat(answers.values()).containsOnly("no way to 127.0.0.1\nno way to 10.77.0.1\n");
            }
        }
    }

    @Nested
    class GivenJobsThatShareANetwork {
        @BeforeEach
        void open() {
            assumeTrue(backend.networkInterface(2, false).equals("eth0"), "only root can open a network");
        }

        @Test
        void theyReachEachOtherAtTheirAddressesAndKnowTheirOwnNames() throws Exception {
            Host head = join("head", 2, 1, List.of("answer:5000:I am the head", "stay"));
            join("head", 2, 2, List.of("ask:algo-1:5000"));
            Host worker = join("worker", 1, 1, List.of("ask:10.77.0.2:5000", "answer:5001:I work", "stay"));
            Host other = join("other", 1, 1, List.of("ask:10.77.0.4:5001"));
            assertThat(other.exit().get(60, TimeUnit.SECONDS)).isEqualTo(new HostExit.Exited(0, false));
            assertThat(worker.log()).hasContent("I am the head\n");
            assertThat(other.log()).hasContent("I work\n");
            assertThat(head.exit()).isNotDone();
        }

        @Test
        void whoComesAfterARestartGetsAPlaceThatIsFree() throws Exception {
            Host before = join("before", 2, 1, List.of("answer:5000:before", "stay"));
            backend.close();
            backend = ProcessBackend.open(folder);
            Host after = join("after", 1, 1, List.of("ask:10.77.0.2:5000"));
            assertThat(after.exit().get(60, TimeUnit.SECONDS)).isEqualTo(new HostExit.Exited(0, false));
            assertThat(after.log()).hasContent("before\n");
            assertThat(folder.resolve("networks/vpc+one/members"))
                    .hasContent("training-job/before 0 2\ntraining-job/after 2 1\n");
            assertThat(backend.find(before.id()).orElseThrow().exit()).isNotDone();
        }

        @Test
        void aJobThatFindsNoRoomIsOnItsOwn() throws Exception {
            join("large", JobNetworks.ROOM - 1, 1, List.of("stay"));
            var answers = new LinkedHashMap<String, Host>();
            answers.put("algo-1", join("late", 2, 1, List.of("answer:5000:late", "stay")));
            answers.put("algo-2", join("late", 2, 2, List.of("ask:algo-1:5000", "knock:10.77.0.9:5000")));
            assertThat(answers.get("algo-2").exit().get(60, TimeUnit.SECONDS)).isEqualTo(new HostExit.Exited(0, false));
            assertThat(answers.get("algo-2").log()).hasContent("late\nno way to 10.77.0.9\n");
        }

        private Host join(String job, int count, int n, List<String> words) throws Exception {
            var id = new HostId("training-job/" + job, "algo-" + n);
            backend.prepare(id);
            return start(id, "vpc/one", count, false, Map.of(), knock(words));
        }
    }

    /// As the endpoints' hosts are, with `EnableNetworkIsolation` on the model.
    @Nested
    class GivenAModelServerWithoutANetwork {
        private static final int PORT = 8080;

        @BeforeEach
        void open() {
            assumeTrue(backend.networkInterface(2, false).equals("eth0"), "only root can open a way in");
        }

        @Test
        void theServerReachesItAndItReachesNobody() throws Exception {
            try (var machine = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
                Knock.answer(machine, "secret");
                Host host =
                        serve("knock:127.0.0.1:" + machine.getLocalPort(), "answer:%d:well".formatted(PORT), "stay");
                assertThat(ask(host)).isEqualTo("well");
                assertThat(Files.readString(host.log())).isEqualTo("no way to 127.0.0.1\n");
            }
        }

        @Test
        void aLaterServerReachesItToo() throws Exception {
            Host host = serve("answer:%d:well".formatted(PORT), "stay");
            backend.close();
            backend = ProcessBackend.open(folder);
            assertThat(ask(backend.find(host.id()).orElseThrow())).isEqualTo("well");
        }

        private Host serve(String... words) throws Exception {
            var id = new HostId("endpoint/shut", "replica-1");
            backend.prepare(id);
            Host host = backend.launch(new HostSpec(
                    id,
                    List.of(id.name()),
                    runtime,
                    knock(List.of(words)),
                    Map.of(),
                    1,
                    256L << 20,
                    true,
                    OptionalInt.of(PORT)));
            hosts.add(host);
            return host;
        }

        /// Until it answers: before it listens, connections are closed without a word.
        private String ask(Host host) throws Exception {
            URI address = host.address().orElseThrow();
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            String answer = "";
            while (answer.isEmpty() && System.nanoTime() < until) {
                answer = Knock.ask(address.getHost(), address.getPort(), 20_000);
            }
            return answer;
        }
    }

    @Test
    void aServerThatDiesBetweenANetworkAndItsHostLeavesItToTheNextToTakeDown() throws Exception {
        var id = new HostId("training-job/lost", "algo-1");
        backend.prepare(id);
        start(id, 2, true, List.of("stay"));
        assertThat(holders()).isNotEmpty();
        Host host = backend.find(id).orElseThrow();
        host.kill();
        host.exit().get(20, TimeUnit.SECONDS);
        backend.close();
        FileTree.delete(folder.resolve("hosts/training-job/lost"));
        backend = ProcessBackend.open(folder);
        assertThat(holders()).isEmpty();
    }

    @Test
    void aNetworkWhoseHolderWasKilledIsMadeAnew() throws Exception {
        var id = new HostId("training-job/torn", "algo-1");
        backend.prepare(id);
        start(id, 2, true, List.of("stay"));
        holders().forEach(ProcessTable::kill);
        await(() -> holders().isEmpty());
        var second = new HostId("training-job/torn", "algo-2");
        backend.prepare(second);
        Host host = start(second, 2, true, List.of("knock:10.77.0.2:5000"));
        assertThat(host.exit().get(20, TimeUnit.SECONDS)).isEqualTo(new HostExit.Exited(0, false));
    }

    // --- the givens ---

    private interface Script {
        List<String> of(int n);
    }

    /// Runs a job to its end.
    ///
    /// @return what each host printed
    private Map<String, String> run(String job, int count, boolean isolated, Script script) throws Exception {
        var running = new LinkedHashMap<String, Host>();
        for (int n : IntStream.rangeClosed(1, count).toArray()) {
            running.put("algo-" + n, launch(job, count, isolated, n, script.of(n)));
        }
        var printed = new LinkedHashMap<String, String>();
        for (var host : running.entrySet()) {
            HostExit exit = host.getValue().exit().get(30, TimeUnit.SECONDS);
            String text = Files.readString(host.getValue().log());
            assertThat(exit).as("%s: %s", host.getKey(), text).isEqualTo(new HostExit.Exited(0, false));
            printed.put(host.getKey(), text);
        }
        return printed;
    }

    private Host launch(String job, int count, boolean isolated, int n, List<String> words) throws Exception {
        var id = new HostId("training-job/" + job, "algo-" + n);
        backend.prepare(id);
        return start(id, count, isolated, words);
    }

    private Host start(HostId id, int count, boolean isolated, List<String> words) throws Exception {
        return start(id, id.owner(), count, isolated, Map.of(), knock(words));
    }

    private List<String> knock(List<String> words) {
        var command = new ArrayList<>(List.of(JAVA.resolve("bin/java").toString(), "-Xshare:auto", "-cp"));
        command.add(folder.resolve("classes").toString());
        command.add(Knock.class.getName());
        command.addAll(words);
        return command;
    }

    private Host shell(String job, String script) throws Exception {
        var id = new HostId("training-job/" + job, "algo-1");
        backend.prepare(id);
        return start(id, id.owner(), 2, false, Map.of(), List.of("sh", "-c", script));
    }

    private Host start(
            HostId id,
            String network,
            int count,
            boolean isolated,
            Map<String, String> environment,
            List<String> command)
            throws Exception {
        List<String> peers =
                IntStream.rangeClosed(1, count).mapToObj(n -> "algo-" + n).toList();
        Host host = backend.launch(new HostSpec(
                id,
                peers,
                network,
                runtime,
                command,
                environment,
                1,
                256L << 20,
                isolated,
                OptionalInt.empty(),
                ContainerOptions.NONE));
        hosts.add(host);
        return host;
    }

    private List<Long> holders() {
        return ProcessTable.withArgument(folder.resolve("launcher/network.sh").toString()).stream()
                .filter(pid ->
                        ProcessTable.entry(pid).filter(ProcessTable.Entry::runs).isPresent())
                .toList();
    }

    private static Optional<String> machineAddress() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
                .map(InetAddress::getHostAddress)
                .findFirst();
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("waited 20 s").isLessThan(until);
            Thread.sleep(10);
        }
    }
}
