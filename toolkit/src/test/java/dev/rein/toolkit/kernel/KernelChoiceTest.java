package dev.rein.toolkit.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Each in a JVM of its own, started as a user would.
class KernelChoiceTest {
    /// Multiplies 2 by 3, and says by what.
    static final class Multiplies {
        private Multiplies() {}

        public static void main(String[] arguments) {
            Kernels kernels = Kernels.active();
            float[] c = new float[1];
            kernels.multiply(new float[] {2}, 0, 1, 1, new float[] {3}, 0, new float[1], 0, c, 0, 1, 1, 1, false);
            System.out.println(kernels.getClass().getSimpleName() + " " + c[0]);
        }
    }

    private static String output(String... flags) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(flags));
        command.addAll(
                List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
        command.add(Multiplies.class.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return output;
    }

    @Test
    void withoutTheVectorModuleItFallsBackAndSaysWhatIsMissing() throws Exception {
        assertThat(output())
                .contains("ScalarKernels 6.0")
                .contains("WARNING: scalar kernels, several times slower: the JVM was started without "
                        + "--add-modules jdk.incubator.vector");
    }

    @Test
    void whoAsksForVectorsIsToldWhyThereAreNone() throws Exception {
        assertThat(output("-Drein.kernels=vector"))
                .contains("rein.kernels: vector (expected: scalar), because the JVM was started without "
                        + "--add-modules jdk.incubator.vector");
    }

    @Test
    void whatIsNoChoiceIsRefused() throws Exception {
        assertThat(output("-Drein.kernels=gpu")).contains("rein.kernels: gpu (expected: auto, vector or scalar)");
    }

    @Test
    void withTheModuleScalarsCanStillBeAskedFor() throws Exception {
        assertThat(output("--add-modules", "jdk.incubator.vector", "-Drein.kernels=scalar"))
                .contains("ScalarKernels 6.0");
    }
}
