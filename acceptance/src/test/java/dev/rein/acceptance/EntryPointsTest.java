package dev.rein.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rein.sdk.JobListener;
import dev.rein.sdk.LogLine;
import dev.rein.sdk.RLEstimator;
import dev.rein.sdk.Session;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Every way the Java SDK sends code, with real jobs.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EntryPointsTest {
    private static final String TRAINER = """
            import java.nio.file.*;
            public class Trainer {
                public static void main(String[] arguments) throws Exception {
                    System.out.println("trained with " + String.join(" ", arguments));
                    Files.writeString(Path.of(System.getenv("SM_MODEL_DIR"), "policy.txt"), "policy");
                }
            }
            """;

    /// What a program needs that uses the SDK and nothing else.
    private static final Pattern CLIENT = Pattern.compile(
            "acceptance.target|sdk.target|rein-sdk|awssdk|jackson|commons-|slf4j-api|reactive-streams|eventstream");

    private Path scratch = Path.of("");
    private Platform platform;
    private Session session;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        scratch = folder;
        platform = Platform.start(folder.resolve("home"));
        session = platform.session();
    }

    @AfterAll
    void stop() {
        session.close();
        platform.close();
    }

    private RLEstimator.Builder estimator() {
        return RLEstimator.builder()
                .session(session)
                .imageUri("rein-toolkit:latest")
                .role("ReinRole")
                .instanceType("ml.m5.large")
                .instanceCount(1)
                .hyperparameters(Map.of("steps", 7));
    }

    private static List<String> fit(RLEstimator estimator) {
        List<String> lines = new ArrayList<>();
        JobListener listener = (LogLine line) -> lines.add(line.message());
        estimator.fit(Map.of(), true, listener, null);
        assertThat(estimator.modelData()).endsWith("/output/model.tar.gz");
        return lines;
    }

    @Test
    void oneJavaFile() throws IOException {
        Path script = Files.writeString(scratch.resolve("Trainer.java"), TRAINER);

        assertThat(fit(estimator().entryPoint(script.toString()).build())).contains("trained with --steps 7");
    }

    @Test
    void aJar() throws IOException {
        Path source = Files.writeString(
                Files.createDirectories(scratch.resolve("jar")).resolve("Trainer.java"), TRAINER);
        int compiled = ToolProvider.getSystemJavaCompiler()
                .run(null, OutputStream.nullOutputStream(), new ByteArrayOutputStream(), source.toString());
        assertThat(compiled).isZero();
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "Trainer");
        Path jar = scratch.resolve("trainer.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            out.putNextEntry(new JarEntry("Trainer.class"));
            Files.copy(source.resolveSibling("Trainer.class"), out);
        }

        assertThat(fit(estimator().entryPoint(jar.toString()).build())).contains("trained with --steps 7");
    }

    @Test
    void aMainClassWithTheClassPathOfItsProgram() throws Exception {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(element -> CLIENT.matcher(element).find())
                .collect(Collectors.joining(File.pathSeparator));

        String said = java(
                scratch,
                Map.of(),
                "-cp",
                classPath,
                ShippedProgram.class.getName(),
                platform.server().endpoint().toString(),
                platform.server().s3Endpoint().toString(),
                platform.server().region(),
                platform.server().accessKeyId(),
                platform.server().secretAccessKey(),
                "shipped");

        assertThat(said)
                .contains("trained with {\"arguments\":[\"--steps\",\"7\"]}")
                .containsPattern("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d Training - ")
                .containsPattern("Training seconds: \\d+")
                .containsPattern("Billable seconds: \\d+");
    }

    @Test
    void anExampleThatTakesItsSimulatorAlong() {
        Path jars = Checkout.root().resolve("examples/target/cloudsim/lib");
        assumeTrue(Files.isDirectory(jars), jars + " is missing: mvn package -pl examples -am makes it");

        assertThat(fit(estimator()
                        .entryPoint(Checkout.root()
                                .resolve("examples/cloudsim/ScheduleTasks.java")
                                .toString())
                        .dependencies(List.of(jars))
                        .hyperparameters(Map.of("steps", 2048, "seed", 1))
                        .build()))
                .anyMatch(line -> line.startsWith("learned: "));
    }

    @Test
    void theProgramOfTheReadme() throws Exception {
        var rein = new Rein(scratch.resolve("readme"));
        rein.up();
        try {
            String said = java(
                    Checkout.root(),
                    Map.of("REIN_HOME", rein.home().toString()),
                    "-cp",
                    System.getProperty("java.class.path"),
                    "examples/cartpole/TrainAndServe.java");

            assertThat(said.lines().toList().getLast()).as(said).isEqualTo("1");
        } finally {
            rein.end();
        }
    }

    private String java(Path folder, Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(arguments));
        Path said = Files.createTempFile(scratch, "said", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(5, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        String text = Files.readString(said, StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text;
    }
}
