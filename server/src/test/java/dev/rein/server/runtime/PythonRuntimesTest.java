package dev.rein.server.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.server.backend.HostRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PythonRuntimesTest {
    private static final HostRuntime INSIDE = new HostRuntime(
            "inside", List.of(), List.of("/bin/true"), List.of(), List.of(), Map.of("JAVA_HOME", "/jdk"));

    @TempDir
    Path temporary;

    private Path folder;
    private Path cache;
    private final List<String> progress = new CopyOnWriteArrayList<>();

    @BeforeEach
    void aRuntimeWithoutPackages() throws IOException {
        folder = Files.createDirectories(temporary.resolve("runtimes"));
        cache = temporary.resolve("cache");
        for (String program : List.of("recipe.py", "hollow.py")) {
            Files.copy(Path.of("../runtimes", program), folder.resolve(program));
        }
        describe("plain", "\"check\": [\"import json\"]");
        Files.writeString(folder.resolve("images.txt"), "rein-plain:* plain KIND=small # as small as it gets\n");
    }

    private void describe(String name, String more) throws IOException {
        Path runtime = Files.createDirectories(folder.resolve(name));
        Files.writeString(runtime.resolve("runtime.json"), """
                {"name": "%s", "version": "1", "python": "3.11", "holds": "nothing", "install": [], %s}
                """.formatted(name, more));
    }

    private List<HostRuntime> read(String python) throws IOException {
        return PythonRuntimes.read(folder, temporary.resolve("own.txt"), cache, INSIDE, python);
    }

    private HostRuntime prepared() throws IOException {
        return read("python3").getFirst().prepared(progress::add).join();
    }

    private static String path(HostRuntime runtime) {
        return runtime.environment().getOrDefault("PATH", "");
    }

    @Test
    void anEnvironmentIsMadeOnFirstUseAndFoundAgain() throws IOException {
        HostRuntime made = prepared();
        Path bin = Path.of(path(made).split(":", 2)[0]);
        assertThat(bin).startsWith(cache).isDirectory();
        assertThat(bin.resolve("python3")).isExecutable();
        assertThat(made.readOnly()).contains(bin.getParent(), folder);
        assertThat(made.environment())
                .containsEntry("KIND", "small")
                .containsEntry("JAVA_HOME", "/jdk")
                .containsEntry("REIN_RUNTIME", "plain 1 (nothing)");
        assertThat(progress)
                .contains("Preparing runtime plain 1: making its Python environment, once; this takes minutes");
        progress.clear();
        assertThat(prepared())
                .usingRecursiveComparison()
                .ignoringFields("preparation")
                .isEqualTo(made);
        assertThat(progress).isEmpty();
    }

    @Test
    void twoServersOfOneCacheMakeAnEnvironmentOnce() throws IOException {
        var both = List.of(read("python3").getFirst(), read("python3").getFirst()).stream()
                .map(runtime -> runtime.prepared(progress::add))
                .toList();
        assertThat(path(both.getFirst().join())).isEqualTo(path(both.getLast().join()));
        assertThat(progress.stream().filter(line -> line.contains("once; this takes minutes")))
                .hasSize(1);
    }

    @Test
    void anotherRecipeMakesAnotherEnvironment() throws IOException {
        String before = path(prepared());
        describe("plain", "\"start\": [\"json\"]");
        assertThat(path(prepared())).isNotEqualTo(before);
    }

    @Test
    void modulesOfReinsOwnAreOfTheReleaseThatRuns() throws Exception {
        Path modules = Files.createDirectories(folder.resolve("plain/shims"));
        describe("plain", "\"path\": [\"shims\"], \"start\": [\"mine\"]");
        Files.writeString(modules.resolve("mine.py"), "print('first')\n");
        HostRuntime made = prepared();
        assertThat(made.environment()).containsEntry("REIN_PYTHON_PATH", modules.toString());
        Path other = Files.createDirectories(temporary.resolve("other"));
        Files.writeString(other.resolve("mine.py"), "print('second')\n");
        assertThat(run(made, Map.of("REIN_PYTHON_PATH", other.toString()), "pass"))
                .isEqualTo("second\n");
        assertThat(run(made, Map.of(), "pass")).isEqualTo("first\n");
        Files.writeString(modules.resolve("mine.py"), "print('third')\n");
        assertThat(path(prepared())).isEqualTo(path(made));
    }

    @Test
    void librariesThatOnlyAGpuNeedsAreLeftOutAndStoodInFor() throws Exception {
        describe("plain", """
                "without_gpu": {"leave_out": [], "folder": ".", "hollow": {
                  "libcublas.so.13": [], "libcudnn.so.8": ["cudnnCreate@libcudnn.so.8", "cudnnDestroy@libcudnn.so.8"]}},
                "check": [
                  "import ctypes, sysconfig; ctypes.CDLL(sysconfig.get_path('purelib') + '/libcublas.so.13')",
                  "import ctypes, sysconfig; ctypes.CDLL(sysconfig.get_path('purelib') + '/libcudnn.so.8').cudnnDestroy",
                  "import ctypes, sysconfig; library = ctypes.CDLL(sysconfig.get_path('purelib') + '/libcudnn.so.8'); \
                   assert (ctypes.c_char_p * 2).in_dll(library, 'cudnnDestroy')[1] == b'cudnnDestroy'"]
                """);
        assertThat(run(prepared(), Map.of(), "import os, sys; print(sys.getdlopenflags() == os.RTLD_LAZY)"))
                .isEqualTo("True\n");
    }

    private static String run(HostRuntime runtime, Map<String, String> environment, String program) throws Exception {
        var builder = new ProcessBuilder(path(runtime).split(":", 2)[0] + "/python3", "-c", program)
                .redirectErrorStream(true);
        builder.environment().remove("REIN_PYTHON_PATH");
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @Test
    void aCheckThatFailsIsToldWithItsLastLinesAndTriedAnewNextTime() throws IOException {
        describe("plain", "\"check\": [\"import no_such_module\"]");
        HostRuntime runtime = read("python3").getFirst();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> runtime.prepared(progress::add).join())
                    .hasMessageContaining("runtime plain 1: its environment could not be made")
                    .hasMessageContaining("No module named 'no_such_module'");
        }
    }

    @Test
    void packagesThatAreNotReachedAreNamedWithWhatTheFirstUseNeeds() throws IOException {
        describe("plain", "\"check\": []");
        Path runtime = folder.resolve("plain");
        Path description = runtime.resolve("runtime.json");
        // As where there is no network: pip asks nobody.
        Files.writeString(
                description,
                Files.readString(description)
                        .replace(
                                "\"install\": []",
                                "\"install\": [{\"requirements\": \"lock.txt\", \"options\": [\"--no-index\"]}]"));
        Files.writeString(runtime.resolve("lock.txt"), "six==1.17.0 --hash=sha256:" + "0".repeat(64) + "\n");
        assertThatThrownBy(this::prepared)
                .hasMessageContaining("No matching distribution found for six==1.17.0")
                .hasMessageContaining(
                        "The first use of a runtime needs a network, or PIP_INDEX_URL or PIP_FIND_LINKS.");
    }

    @Test
    void withoutPythonItSaysWhatToInstall() throws IOException {
        HostRuntime runtime = read("/nowhere/python3").getFirst();
        assertThatThrownBy(() -> runtime.prepared(progress::add).join())
                .hasMessageContaining("/nowhere/python3 cannot be run (expected: Python 3.11)")
                .hasMessageContaining("REIN_PYTHON");
    }

    @Test
    void theWrongPythonIsRefused() throws IOException {
        Path runtime = folder.resolve("plain").resolve("runtime.json");
        Files.writeString(runtime, Files.readString(runtime).replace("3.11", "3.5"));
        assertThatThrownBy(this::prepared).hasMessageContaining("(expected: Python 3.5)");
    }

    @Test
    void theUsersOwnTableGoesBefore() throws IOException {
        describe("mine", "\"check\": []");
        Files.writeString(temporary.resolve("own.txt"), "rein-plain:2 mine\n");
        List<HostRuntime> runtimes = read("python3");
        assertThat(runtimes.stream()
                        .filter(runtime -> runtime.runs("rein-plain:2"))
                        .findFirst()
                        .orElseThrow()
                        .name())
                .isEqualTo("mine 1");
        assertThat(runtimes.getLast().runs("rein-plain:1")).isTrue();
        assertThat(runtimes.getLast().runs("other-rein-plain:1")).isFalse();
    }

    @Test
    void aWrongTableNamesItsLines() throws IOException {
        Files.writeString(temporary.resolve("own.txt"), "# mine\nrein-x nowhere\nrein-y plain KIND\n");
        assertThatThrownBy(() -> read("python3"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("own.txt:2: \"rein-x nowhere\"")
                .hasMessageContaining("own.txt:3: \"rein-y plain KIND\"")
                .hasMessageContaining("[plain]");
    }

    @Test
    void amazonsImagesAreMapped() throws IOException {
        List<HostRuntime> runtimes =
                PythonRuntimes.read(Path.of("../runtimes"), temporary.resolve("own.txt"), cache, INSIDE, "python3");
        String registry = "462105765813.dkr.ecr.us-west-2.amazonaws.com/";
        Map.of(
                        "sagemaker-rl-tensorflow:coach0.11.1-cpu-py3", "coach 1.0.1",
                        "sagemaker-rl-mxnet:coach0.11.0-cpu-py3", "coach 1.0.1",
                        "sagemaker-rl-coach-container:coach-1.0.0-tf-cpu-py3", "coach 1.0.1",
                        "sagemaker-rl-tensorflow:ray0.6.5-cpu-py3", "ray 2.3.1",
                        "sagemaker-rl-ray-container:ray-1.6.0-tf-cpu-py37", "ray 2.3.1",
                        "sagemaker-rl-ray-container:ray-1.6.0-torch-gpu-py36", "ray 2.3.1")
                .forEach((image, name) -> assertThat(runtimes.stream()
                                .filter(runtime -> runtime.runs(registry + image))
                                .findFirst()
                                .map(HostRuntime::name))
                        .as(image)
                        .contains(name));
    }

    @Test
    void amazonsServingImagesAreServedByTheirFramework() throws IOException {
        List<HostRuntime> runtimes =
                PythonRuntimes.read(Path.of("../runtimes"), temporary.resolve("own.txt"), cache, INSIDE, "python3");
        String registry = "763104351884.dkr.ecr.us-west-2.amazonaws.com/";
        Map.ofEntries(
                        Map.entry("sagemaker-tensorflow-serving:1.12-cpu", "tensorflow"),
                        Map.entry("sagemaker-tensorflow-serving:1.11-gpu", "tensorflow"),
                        Map.entry("tensorflow-inference:2.5.1-cpu", "tensorflow"),
                        Map.entry("sagemaker-mxnet:1.3-cpu-py3", "mxnet"),
                        Map.entry("sagemaker-mxnet-serving:1.4.1-cpu-py3", "mxnet"),
                        Map.entry("mxnet-inference:1.8.0-cpu-py37", "mxnet"),
                        Map.entry("sagemaker-pytorch:1.1.0-cpu-py3", "pytorch"),
                        Map.entry("pytorch-inference:1.8.1-cpu-py36", "pytorch"),
                        Map.entry("sagemaker-rl-ray-container:ray-1.6.0-torch-cpu-py36", "ray"))
                .forEach((image, framework) -> {
                    HostRuntime runtime = runtimes.stream()
                            .filter(each -> each.runs(registry + image))
                            .findFirst()
                            .orElseThrow(() -> new AssertionError(image));
                    assertThat(runtime.environment()).as(image).containsEntry("REIN_SERVES", framework);
                    assertThat(runtime.serve()).as(image).last().asString().endsWith("runtimes/serving/serve.py");
                });
    }

    @Test
    void anImageWhoseRowServesNothingCannotBeDeployed() throws IOException {
        Files.writeString(temporary.resolve("own.txt"), "mine plain REIN_SERVES=python\n");
        List<HostRuntime> runtimes = read("python3");
        assertThat(runtimes.getFirst().serve()).isNotEmpty();
        assertThat(runtimes.getLast().serve()).isEmpty();
    }
}
