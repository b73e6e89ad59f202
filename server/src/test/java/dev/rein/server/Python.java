package dev.rein.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Runs a script against us with the real boto3. `REIN_TEST_PYTHON` names the interpreter (default: python3);
/// without boto3 the test is skipped, visibly.
public final class Python {
    private Python() {}

    /// @param script a resource beside `owner`
    /// @return what it printed
    public static String run(Class<?> owner, String script, Map<String, String> environment)
            throws IOException, InterruptedException {
        String python = System.getenv().getOrDefault("REIN_TEST_PYTHON", "python3");
        assumeTrue(
                exitOf(new ProcessBuilder(python, "-c", "import boto3")) == 0,
                python + " has no boto3: foreign clients are not tried (pip install boto3)");
        Path file = Files.createTempFile("rein-", ".py");
        try (InputStream in = owner.getResourceAsStream(script)) {
            Files.write(file, in.readAllBytes());
            var builder = new ProcessBuilder(python, file.toString()).redirectErrorStream(true);
            builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
            builder.environment()
                    .putAll(Map.of(
                            "AWS_EC2_METADATA_DISABLED", "true",
                            "AWS_CONFIG_FILE", "/dev/null",
                            "AWS_SHARED_CREDENTIALS_FILE", "/dev/null",
                            "NO_PROXY", "*"));
            builder.environment().putAll(environment);
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(output).isTrue();
            assertThat(process.exitValue()).as(output).isZero();
            return output;
        } finally {
            Files.delete(file);
        }
    }

    private static int exitOf(ProcessBuilder builder) throws InterruptedException {
        try {
            return builder.redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return 127;
        }
    }
}
