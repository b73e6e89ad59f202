package dev.rein.server.backend.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rein.server.backend.ContainerOptions;
import dev.rein.server.backend.FileTree;
import dev.rein.server.backend.Host;
import dev.rein.server.backend.HostExit;
import dev.rein.server.backend.HostId;
import dev.rein.server.backend.HostRuntime;
import dev.rein.server.backend.HostSpec;
import dev.rein.server.backend.LaunchException;
import dev.rein.server.backend.machine.Gpus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Every step of isolation this machine allows, with real processes.
@ParameterizedClass
@EnumSource
class ProcessBackendTest {
    private static final HostRuntime SHELL =
            new HostRuntime("shell", List.of("*"), List.of(), List.of(), List.of(), Map.of());
    private static final long MEMORY = 256L << 20;

    private final Isolation isolation;

    @TempDir
    Path folder;

    private ProcessBackend backend;
    private final List<Host> hosts = new ArrayList<>();

    ProcessBackendTest(Isolation isolation) {
        this.isolation = isolation;
    }

    @BeforeEach
    void open() throws IOException {
        backend = ProcessBackend.open(folder, isolation);
        if (backend.isolation() != isolation) {
            backend.close();
        }
        assumeTrue(backend.isolation() == isolation, "this machine does not allow it");
    }

    @AfterEach
    void nothingIsLeftBehind() throws Exception {
        for (Host host : hosts) {
            if (backend.find(host.id()).isPresent()) {
                var found = backend.find(host.id()).orElseThrow();
                found.kill();
                found.exit().get(20, TimeUnit.SECONDS);
                found.remove();
            }
        }
        backend.close();
        eventually(() -> leftovers().isEmpty());
        assertThat(backend.known()).isEmpty();
    }

    @Test
    void theExitCodeIsTheScripts() throws Exception {
        assertThat(exit(launch("exit 3"))).isEqualTo(new HostExit.Exited(3, false));
        assertThat(exit(launch("true"))).isEqualTo(new HostExit.Exited(0, false));
        assertThat(exit(launch("kill -SEGV $$"))).isEqualTo(new HostExit.Exited(139, false));
    }

    @Test
    void theLogHoldsStandardOutputAndErrorInOrder() throws Exception {
        Host host = launch("echo one; echo two >&2; echo three >/dev/stdout; printf four");
        exit(host);
        assertThat(host.log()).hasContent("one\ntwo\nthree\nfour");
    }

    @Test
    void everyByteOfALongOutputIsInTheLogWhenTheExitIsKnown() throws Exception {
        int size = 16 << 20;
        Host host = launch("head -c " + size + " /dev/zero | tr '\\0' 'x'; exit 1");
        assertThat(exit(host)).isEqualTo(new HostExit.Exited(1, false));
        assertThat(Files.size(host.log())).isEqualTo(size);
    }

    @Test
    void aLogIsKeptToItsLimitAndSaysSoAndTheHostRunsOn() throws Exception {
        int limit = 1 << 20;
        backend.close();
        backend = ProcessBackend.open(folder, isolation, limit);
        Host host = launch("head -c 40000000 /dev/zero | tr '\\0' 'x'; echo the end; exit 3");
        assertThat(exit(host)).isEqualTo(new HostExit.Exited(3, false));
        String log = text(host);
        assertThat(log.substring(0, limit)).matches("x*");
        assertThat(log.substring(limit))
                .startsWith("\nRein: 1048576 bytes is the most the log of a host keeps")
                .hasLineCount(2);
    }

    /// Files stand in for the devices, which few machines have.
    @Test
    void aHostSeesItsOwnGpusOnlyAlsoAfterARestartOfTheServer() throws Exception {
        Path devices = Files.createTempDirectory(Path.of("/dev/shm"), "gpus");
        try {
            Files.setPosixFilePermissions(devices, PosixFilePermissions.fromString("rwxr-xr-x"));
            for (String name : List.of("nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm", "other")) {
                Files.createFile(devices.resolve(name));
            }
            backend.close();
            backend = ProcessBackend.open(folder, isolation, Long.MAX_VALUE, new Gpus(devices, devices));
            Host first = launch(1, look() + "; sleep 60");
            eventually(() -> text(first).contains("seen"));
            backend.close();
            backend = ProcessBackend.open(folder, isolation, Long.MAX_VALUE, new Gpus(devices, devices));
            Host second = launch(1, look());
            Host all = launch(ContainerOptions.ALL_GPUS, look());
            Host many = launch(4, look());
            Host none = launch(0, look());
            for (Host host : List.of(second, all, many, none)) {
                exit(host);
            }
            if (isolation.isSandbox()) {
                assertThat(first.log()).hasContent("nvidia-uvm nvidia0 nvidiactl seen");
                assertThat(second.log()).hasContent("nvidia-uvm nvidia1 nvidiactl seen");
                assertThat(all.log()).hasContent("nvidia-uvm nvidia0 nvidia1 nvidiactl seen");
                assertThat(many.log())
                        .hasContent("Rein: GPUs asked for: 4, given: 2, all that this machine has.\n"
                                + "nvidia-uvm nvidia0 nvidia1 nvidiactl seen");
                assertThat(none.log()).hasContent("seen");
            } else {
                assertThat(first.log()).hasContent("0 seen");
                assertThat(second.log()).hasContent("1 seen");
                assertThat(all.log()).hasContent("0,1 seen");
                assertThat(none.log()).hasContent(" seen");
            }
        } finally {
            FileTree.delete(devices);
        }
    }

    private String look() {
        return isolation.isSandbox()
                ? "echo $(cd /dev; ls -d nvidia* 2>/dev/null) seen"
                : "echo \"${CUDA_VISIBLE_DEVICES-unset} seen\"";
    }

    @Test
    void anyNameAndValueOfTheEnvironmentArriveAndNothingOfTheServersOwn() throws Exception {
        var environment = Map.of(
                "SM_HP_RL.X-Y",
                "a'b\"c\n\n $(id) `id` \\n ${HOME}\n",
                "EMPTY",
                "",
                "ÄÖ",
                "日本 Á",
                "-u",
                "x=y",
                "PLAIN",
                " a  b ");
        Host host = launch(environment, "cat", "/proc/self/environ");
        exit(host);
        var seen = List.of(Files.readString(host.log()).split("\0", -1));
        assertThat(seen)
                .contains(environment.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .toArray(String[]::new));
        assertThat(seen).noneMatch(entry -> entry.startsWith("JAVA_HOME=") || entry.startsWith("REIN_UID"));
    }

    @Test
    void argumentsArePassedAsData() throws Exception {
        Host host = launch(Map.of(), "printf", "[%s]", "a b", "", "$(id)", "'", "x\n", "Á\\n");
        exit(host);
        assertThat(host.log()).hasContent("[a b][][$(id)]['][x\n][Á\\n]");
    }

    @Test
    void terminateReachesTheEntryPointWhichMayHandleIt() throws Exception {
        Host host = launch("trap 'echo bye; exit 9' TERM; echo ready; while :; do sleep 0.05; done");
        eventually(() -> text(host).contains("ready"));
        host.terminate();
        assertThat(exit(host)).isEqualTo(new HostExit.Exited(9, false));
        assertThat(host.log()).hasContent("ready\nbye\n");
    }

    @Test
    void terminateEndsAnEntryPointWithoutAHandlerEvenRightAfterTheLaunch() throws Exception {
        Host host = launch("sleep 60");
        host.terminate();
        assertThat(exit(host)).isEqualTo(new HostExit.Exited(143, false));
    }

    @Test
    void killEndsWhatIgnoresTerminateAndItsDetachedChildren() throws Exception {
        Host host = launch("trap '' TERM; (setsid sh -c 'sleep 61' &) ; echo ready; while :; do sleep 0.05; done");
        eventually(() -> text(host).contains("ready"));
        host.terminate();
        host.kill();
        assertThat(exit(host)).isEqualTo(new HostExit.Exited(137, false));
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aDetachedChildGoesWithTheMainProcess() throws Exception {
        Host host = launch("(setsid sh -c 'sleep 62' >/dev/null 2>&1 &); (setsid sh -c 'sleep 63' &); echo done");
        assertThat(exit(host)).isEqualTo(new HostExit.Exited(0, false));
        assertThat(host.log()).hasContent("done\n");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void theHostHasItsOwnFilesAndTheServerSeesThem() throws Exception {
        var id = new HostId("training-job/files", "algo-1");
        Files.writeString(backend.prepare(id).resolve("in"), "given");
        Host host = launch(
                id,
                Map.of(),
                "sh",
                "-c",
                "cd ${SAGEMAKER_BASE_DIR:-/opt/ml}; cat in; pwd; echo made >out; echo x >>in");
        assertThat(exit(host)).isEqualTo(new HostExit.Exited(0, false));
        assertThat(host.ml().resolve("out")).hasContent("made\n");
        assertThat(host.log()).hasContent("given" + (isolation.isSandbox() ? Path.of("/opt/ml") : host.ml()) + "\n");
    }

    @Test
    void aPortIsChosenAndTold() throws Exception {
        var id = new HostId("endpoint/mine", "variant-1");
        backend.prepare(id);
        Host host = remember(backend.launch(new HostSpec(
                id,
                List.of(),
                SHELL,
                List.of("sh", "-c", "echo $SAGEMAKER_BIND_TO_PORT"),
                Map.of(),
                1,
                MEMORY,
                false,
                OptionalInt.of(0))));
        exit(host);
        assertThat(host.address().orElseThrow())
                .hasToString("http://127.0.0.1:" + text(host).strip());
    }

    @Test
    void aLaterServerFindsARunningHostAndItsEnd() throws Exception {
        Host host = launch("echo one; while [ ! -e go ]; do sleep 0.02; done; echo two; exit 4");
        eventually(() -> text(host).contains("one"));
        backend.close();
        backend = ProcessBackend.open(folder, isolation);
        assertThat(backend.known()).containsExactly(host.id());
        Host found = backend.find(host.id()).orElseThrow();
        assertThat(found.exit()).isNotDone();
        Files.createFile(found.ml().resolve("go"));
        assertThat(exit(found)).isEqualTo(new HostExit.Exited(4, false));
        assertThat(found.log()).hasContent("one\ntwo\n");
        assertThat(host.exit()).isNotDone();
    }

    @Test
    void aLaterServerStopsARunningHost() throws Exception {
        Host host = launch("trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done");
        eventually(() -> text(host).contains("ready"));
        backend.close();
        backend = ProcessBackend.open(folder, isolation);
        Host found = backend.find(host.id()).orElseThrow();
        found.terminate();
        assertThat(exit(found)).isEqualTo(new HostExit.Exited(9, false));
    }

    @Test
    void aLaterServerFindsAnEndedHost() throws Exception {
        Host host = launch("exit 5");
        exit(host);
        backend.close();
        backend = ProcessBackend.open(folder, isolation);
        assertThat(backend.find(host.id()).orElseThrow().exit()).isCompletedWithValue(new HostExit.Exited(5, false));
    }

    @Test
    void aHostWhoseSupervisorIsKilledIsLostAndLeavesNothing() throws Exception {
        Host host = launch("(setsid sh -c 'sleep 64' &); echo ready; sleep 65");
        eventually(() -> text(host).contains("ready"));
        var launcher = ((ProcessHost) host).folder().launcher().orElseThrow();
        ProcessTable.kill(launcher.pid());
        assertThat(exit(host)).isInstanceOf(HostExit.Lost.class);
        eventually(() -> leftovers().isEmpty());
    }

    @Test
    void aHostWhoseSupervisorDiedWhileNoServerRanIsLost() throws Exception {
        Host host = launch("echo ready; sleep 66");
        eventually(() -> text(host).contains("ready"));
        backend.close();
        ProcessTable.kill(((ProcessHost) host).folder().launcher().orElseThrow().pid());
        backend = ProcessBackend.open(folder, isolation);
        assertThat(exit(backend.find(host.id()).orElseThrow())).isInstanceOf(HostExit.Lost.class);
        eventually(() -> leftovers().isEmpty());
    }

    /// Bubblewrap asks to die with its launcher a moment after the host's first process has begun. A namespace that
    /// asks for nothing stands in for a sandbox that lost its launcher in that moment.
    @Test
    void aSandboxThatOutlivedItsSupervisorIsFoundAndEnded() throws Exception {
        assumeTrue(isolation.isSandbox());
        Host host = launch("echo ready; sleep 66");
        eventually(() -> text(host).contains("ready"));
        HostFolder left = ((ProcessHost) host).folder();
        Process maker =
                new ProcessBuilder("unshare", "--user", "--map-root-user", "--pid", "--fork", "sleep", "68").start();
        try {
            eventually(() -> !ProcessTable.children(maker.pid()).isEmpty());
            long orphan = ProcessTable.children(maker.pid()).getFirst().pid();
            String namespace = Files.readSymbolicLink(Path.of("/proc", Long.toString(orphan), "ns", "pid"))
                    .toString()
                    .replaceAll("\\D", "");
            backend.close();
            Files.writeString(
                    left.path().resolve("status"),
                    "{ \"child-pid\": %d, \"mnt-namespace\": 1, \"pid-namespace\": %s }\n"
                            .formatted(orphan, namespace));
            ProcessTable.kill(left.launcher().orElseThrow().pid());
            backend = ProcessBackend.open(folder, isolation);
            assertThat(exit(backend.find(host.id()).orElseThrow())).isInstanceOf(HostExit.Lost.class);
            eventually(() ->
                    ProcessTable.entry(orphan).filter(ProcessTable.Entry::runs).isEmpty());
        } finally {
            maker.destroyForcibly();
            maker.waitFor();
        }
    }

    @Test
    void whatSomebodyKillsWithMemoryLeftIsNotToldAsOutOfMemory() throws Exception {
        assertThat(exit(launch("kill -9 $$"))).isEqualTo(new HostExit.Exited(137, false));
    }

    @Test
    void memoryBeyondTheLimitEndsTheHostAndIsTold() throws Exception {
        assumeTrue(!((ProcessHost) launch("true")).launch().groups().isEmpty(), "no control groups here");
        Host host = launch("head -c 400m /dev/zero | tail | wc -c; exit 7");
        assertThat(exit(host)).isEqualTo(new HostExit.Exited(7, true));
    }

    @Test
    void aSandboxHidesTheMachineAndOtherHosts() throws Exception {
        assumeTrue(isolation.isSandbox());
        Host other = launch("echo secret >mine; sleep 67");
        eventually(() -> Files.exists(other.ml().resolve("mine")));
        Host host = launch(
                "ls -A /root | wc -l; cat " + other.ml().resolve("mine") + " 2>/dev/null; ls / | tr '\\n' ' ';"
                        + " cat /etc/shadow 2>/dev/null; touch /usr/x /etc/x /x 2>/dev/null; ls /proc | grep -c '^[0-9]';"
                        + " hostname; getent hosts algo-1 | cut -c1-4; echo >/tmp/t && echo >/dev/shm/s && echo writable");
        exit(host);
        var lines = Files.readAllLines(host.log());
        assertThat(lines.get(0)).isEqualTo("0");
        assertThat(lines.get(1)).contains("opt").doesNotContain("work", "home", "secret");
        assertThat(Integer.parseInt(lines.get(1).replaceAll(".* ", ""))).isLessThan(8);
        assertThat(lines.subList(2, lines.size())).containsExactly("algo-1", "127.", "writable");
        other.kill();
    }

    @Test
    void hostsOfOneJobFindEachOtherByName() throws Exception {
        assumeTrue(isolation.isSandbox());
        var peers = List.of("algo-1", "algo-2");
        String network = backend.networkInterface(2, false).equals("eth0") ? "10.77.0." : "127.64.1.";
        int first = network.startsWith("10") ? 2 : 1;
        for (String name : peers) {
            var id = new HostId("training-job/pair", name);
            backend.prepare(id);
            Host host = remember(backend.launch(new HostSpec(
                    id,
                    peers,
                    SHELL,
                    List.of("sh", "-c", "hostname; getent hosts algo-1 algo-2"),
                    Map.of(),
                    1,
                    MEMORY,
                    false,
                    OptionalInt.empty())));
            exit(host);
            assertThat(text(host).lines().map(line -> line.replaceAll("\\s+", " ")))
                    .containsExactly(name, network + first + " algo-1", network + (first + 1) + " algo-2");
        }
    }

    @Test
    void isolationFromTheNetworkIsReal() throws Exception {
        var id = new HostId("training-job/alone", "algo-1");
        backend.prepare(id);
        var spec = new HostSpec(
                id,
                List.of("algo-1"),
                SHELL,
                List.of(
                        "sh",
                        "-c",
                        "wc -l </proc/net/route; ls /sys/class/net >/dev/null; cut -d: -f1 /proc/net/dev | tail -n +3"),
                Map.of(),
                1,
                MEMORY,
                true,
                OptionalInt.empty());
        if (isolation.isSandbox()) {
            Host host = remember(backend.launch(spec));
            exit(host);
            assertThat(Files.readAllLines(host.log()).stream().map(String::strip))
                    .endsWith("lo")
                    .doesNotContain("eth0");
        } else {
            assertThatThrownBy(() -> backend.launch(spec))
                    .isInstanceOf(LaunchException.class)
                    .hasMessageContaining("network isolation");
            backend.discard(id);
        }
    }

    @Test
    void whatCannotRunIsRefusedOrLostWithAReason() throws Exception {
        var id = new HostId("training-job/bad", "algo-1");
        backend.prepare(id);
        assertThatThrownBy(() -> backend.launch(new HostSpec(
                        id,
                        List.of(),
                        SHELL,
                        List.of("/no/such/program", "a\0b"),
                        Map.of("A=B", "", "C", "\0"),
                        1,
                        MEMORY,
                        false,
                        OptionalInt.empty())))
                .isInstanceOf(LaunchException.class)
                .hasMessageContainingAll("/no/such/program", "A=B", "C holds a NUL", "the command holds a NUL");
        Host host = launch(id, Map.of(), "no-such-program");
        if (isolation.isSandbox() && isolation != Isolation.SANDBOX_ROOT) {
            assertThat(exit(host))
                    .isInstanceOfSatisfying(
                            HostExit.Lost.class,
                            lost -> assertThat(lost.reason()).contains("no-such-program"));
        } else {
            assertThat(exit(host)).isEqualTo(new HostExit.Exited(127, false));
        }
        assertThatThrownBy(() -> backend.prepare(new HostId("training-job/../../etc", "algo-1")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aHostIsRemovedOnlyWhenItHasEnded() throws Exception {
        Host host = launch("sleep 68");
        assertThatThrownBy(host::remove).isInstanceOf(IllegalStateException.class);
        host.kill();
        exit(host);
        host.remove();
        assertThat(backend.find(host.id())).isEmpty();
        assertThat(backend.known()).isEmpty();
    }

    // --- the givens ---

    private Host launch(String script) throws Exception {
        return launch(Map.of(), "sh", "-c", script);
    }

    private Host launch(Map<String, String> environment, String... command) throws Exception {
        var id = new HostId("training-job/job-" + hosts.size(), "algo-1");
        backend.prepare(id);
        return launch(id, environment, command);
    }

    private Host launch(HostId id, Map<String, String> environment, String... command) throws Exception {
        return remember(backend.launch(new HostSpec(
                id, List.of("algo-1"), SHELL, List.of(command), environment, 1, MEMORY, false, OptionalInt.empty())));
    }

    private Host launch(int gpus, String script) throws Exception {
        var id = new HostId("training-job/job-" + hosts.size(), "algo-1");
        backend.prepare(id);
        return remember(backend.launch(new HostSpec(
                id,
                List.of("algo-1"),
                SHELL,
                List.of("sh", "-c", script),
                Map.of(),
                1,
                MEMORY,
                false,
                OptionalInt.empty(),
                new ContainerOptions(false, gpus, 0))));
    }

    private Host remember(Host host) {
        hosts.add(host);
        return host;
    }

    private static HostExit exit(Host host) throws Exception {
        return host.exit().get(30, TimeUnit.SECONDS);
    }

    private static String text(Host host) {
        try {
            return Files.readString(host.log(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// Processes of our hosts, found by their cookies and folders.
    private List<Long> leftovers() {
        var left = new ArrayList<Long>();
        for (Host host : hosts) {
            var mine = (ProcessHost) host;
            left.addAll(
                    ProcessTable.withEnvironment("REIN_HOST=" + mine.launch().cookie()));
            left.addAll(ProcessTable.withArgument(mine.folder().path().toString()));
        }
        left.removeIf(
                pid -> ProcessTable.entry(pid).filter(ProcessTable.Entry::runs).isEmpty());
        return left;
    }

    private static void eventually(BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited 20 s").isLessThan(until);
            Thread.sleep(5);
        }
    }
}
