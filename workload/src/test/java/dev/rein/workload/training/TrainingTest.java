package dev.rein.workload.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rein.workload.HostProcess;
import dev.rein.workload.json.Json;
import dev.rein.workload.json.PythonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingTest {
    private static final Path JOBS = Path.of("src/test/resources/jobs");
    private static final Path SHARED = JOBS.resolveSibling("shared");

    @TempDir
    Path base;

    OptMl ml;

    @BeforeEach
    void makeTree() throws IOException {
        ml = new OptMl(base);
        Files.createDirectories(ml.inputConfig());
        Files.createDirectories(ml.code());
        Files.writeString(
                ml.inputConfig().resolve("inputdataconfig.json"), "{\"training\":{\"TrainingInputMode\":\"File\"}}");
        Files.writeString(
                ml.inputConfig().resolve("resourceconfig.json"),
                "{\"current_host\":\"algo-1\",\"hosts\":[\"algo-1\"]}");
    }

    /// Each folder of the fixture: user code, `job.json` with what is asked, and what must come of it; in `shares`,
    /// what its code has from [#SHARED].
    static Stream<Path> jobs() throws IOException {
        try (Stream<Path> folders = Files.list(JOBS)) {
            return folders.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void endsAsRecorded(Path recording) throws Exception {
        Json.Obj job = (Json.Obj) Json.parse(Files.readString(recording.resolve("job.json")));
        copy(recording.resolve("code"), ml.code());
        for (String shared : job.text("shares").stream().toList()) {
            Files.copy(SHARED.resolve(shared), ml.code().resolve(shared));
        }
        Map<String, String> hyperparameters = texts(job, "hyperparameters");
        job.text("program").ifPresent(program -> hyperparameters.put("sagemaker_program", program));
        configure(hyperparameters);

        try (HostProcess host = HostProcess.start("train", base, texts(job, "environment"))) {
            int exit = host.awaitExit();

            if (Files.exists(recording.resolve("failure.txt"))) {
                assertThat(ml.failure())
                        .content()
                        .satisfies(text -> assertThat(
                                        text.replaceAll("Hyperparameters.java:\\d+", "Hyperparameters.java:\\$LINE"))
                                .isEqualTo(Files.readString(recording.resolve("failure.txt"))));
            } else if (exit == 0) {
                assertThat(ml.failure()).doesNotExist();
                assertThat(ml.success()).isEmptyFile();
            }
            if (Files.exists(recording.resolve("output.txt"))) {
                assertThat(host.output())
                        .isEqualTo(Files.readString(recording.resolve("output.txt"))
                                .replace("$BASE", base.toString()));
            }
            assertThat(PythonText.str(job.get("exitCode").orElseThrow())).isEqualTo(Integer.toString(exit));
        }
        assertThat(ml.code().resolve("x")).doesNotExist();
        Path child = ml.code().resolve("child");
        if (Files.exists(child)) {
            assertThat(running(Long.parseLong(Files.readString(child).strip()))).isFalse();
        }
    }

    @Nested
    class GivenClassesOfTheUsers {
        @Test
        void aJarRunsItsMainClassWithTheLibrariesBesideIt() throws Exception {
            compile("lib.Reward", "package lib; public class Reward { public static int of(int x) { return x * 2; } }");
            jar("lib/reward.jar", "lib/Reward.class", "");
            compile(
                    "app.Train",
                    "package app; public class Train { public static void main(String[] a) { System.out.println(lib.Reward.of(21)); } }");
            jar("train.jar", "app/Train.class", "app.Train");
            configure(Map.of("sagemaker_program", "train.jar"));

            assertThat(run()).isEqualTo("42\n");
        }

        @Test
        void aMainClassIsFoundInAJar() throws Exception {
            compile(
                    "app.Train",
                    "package app; public class Train { public static void main(String[] a) { System.out.println(\"found\"); } }");
            jar("anything.jar", "app/Train.class", "");
            configure(Map.of("sagemaker_program", "app.Train"));

            assertThat(run()).isEqualTo("found\n");
        }

        @Test
        void aJarWithoutAMainClassSaysHowToMendIt() throws Exception {
            compile("app.Train", "package app; public class Train {}");
            jar("train.jar", "app/Train.class", "");
            configure(Map.of("sagemaker_program", "train.jar"));

            run();

            assertThat(ml.failure())
                    .hasContent(
                            "ConfigurationError: entry point train.jar: its manifest names no Main-Class. Add one, or make sagemaker_program the name of a main class in it.");
        }

        private void compile(String name, String source) throws IOException {
            Path file = base.resolve("src").resolve(name.replace('.', '/') + ".java");
            Files.createDirectories(file.resolveSibling(""));
            Files.writeString(file, source);
            Path classes = Files.createDirectories(base.resolve("classes"));
            assertThat(ToolProvider.getSystemJavaCompiler()
                            .run(
                                    null,
                                    null,
                                    null,
                                    "-d",
                                    classes.toString(),
                                    "-cp",
                                    classes.toString(),
                                    file.toString()))
                    .isZero();
        }

        private void jar(String name, String entry, String mainClass) throws IOException {
            Manifest manifest = new Manifest();
            manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
            if (!mainClass.isEmpty()) {
                manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, mainClass);
            }
            Path file = ml.code().resolve(name);
            Files.createDirectories(file.resolveSibling(""));
            try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
                jar.putNextEntry(new JarEntry(entry));
                jar.write(Files.readAllBytes(base.resolve("classes").resolve(entry)));
            }
        }
    }

    @Nested
    class GivenATermination {
        @Test
        void aJvmsShutdownHooksRunAndItsModelIsKept() throws Exception {
            Files.writeString(ml.code().resolve("Train.java"), """
                    import java.nio.file.*;
                    void main() throws Exception {
                        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                            try {
                                Files.writeString(Path.of(System.getenv("SM_MODEL_DIR"), "policy"), "saved");
                            } catch (java.io.IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        }));
                        System.out.println("ready");
                        Thread.sleep(60_000);
                    }
                    """);
            configure(Map.of("sagemaker_program", "Train.java"));

            assertThat(terminated()).isEqualTo(1);
            assertThat(ml.model().resolve("policy")).hasContent("saved");
            assertThat(ml.failure()).content().startsWith("ExecuteUserScriptError:\nExitCode 143\n");
        }

        @Test
        void aScriptThatEndsWellEndsTheJobWell() throws Exception {
            Files.writeString(ml.code().resolve("train.sh"), """
                    trap 'echo stopping; exit 0' TERM
                    echo ready
                    sleep 60 &
                    wait
                    """);
            configure(Map.of("sagemaker_program", "train.sh"));

            assertThat(terminated()).isZero();
            assertThat(ml.success()).exists();
        }

        private int terminated() throws Exception {
            try (HostProcess host = HostProcess.start("train", base, Map.of())) {
                host.awaitOutput("ready");
                host.terminate();
                return host.awaitExit();
            }
        }
    }

    private String run() throws Exception {
        try (HostProcess host = HostProcess.start("train", base, Map.of())) {
            host.awaitExit();
            return host.output();
        }
    }

    /// A killed child that nobody waits for stays as a zombie; it runs no more.
    private static boolean running(long pid) throws IOException {
        Path stat = Path.of("/proc", Long.toString(pid), "stat");
        return Files.exists(stat) && !Files.readString(stat).contains(") Z ");
    }

    private void configure(Map<String, String> hyperparameters) throws IOException {
        Map<String, Json> written = new HashMap<>();
        hyperparameters.forEach((name, value) -> written.put(name, Json.of(value)));
        Files.writeString(ml.inputConfig().resolve("hyperparameters.json"), PythonText.dumps(new Json.Obj(written)));
    }

    private static Map<String, String> texts(Json.Obj object, String name) {
        Map<String, String> texts = new HashMap<>();
        ((Json.Obj) object.get(name).orElseThrow())
                .members()
                .forEach((key, value) -> texts.put(key, PythonText.str(value)));
        return texts;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : List.copyOf(files.toList())) {
                Path target = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }
}
