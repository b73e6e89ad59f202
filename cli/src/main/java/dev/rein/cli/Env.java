package dev.rein.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Prints the variables that point any AWS client at the platform.
@Command(
        name = "env",
        mixinStandardHelpOptions = true,
        description = {
            "Print the variables that point any AWS client at the platform.",
            "To set them in a shell: eval \"$(rein env)\""
        })
final class Env implements Callable<Integer> {
    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException {
        ReinHome home = ReinHome.ofEnvironment();
        ReinHome.Running server = home.running().orElseThrow(home::nothingRuns);
        Map<String, String> variables = new LinkedHashMap<>(variables(server));
        variables.put(
                "SAGEMAKER_USER_CONFIG_OVERRIDE", sdkDefaults(home, server).toString());
        output.print(
                variables,
                variables.entrySet().stream()
                        .map(variable -> "export %s=%s".formatted(variable.getKey(), quoted(variable.getValue())))
                        .collect(Collectors.joining("\n")));
        return 0;
    }

    /// What the SageMaker Python SDK would otherwise ask fixed addresses of AWS for.
    ///
    /// @return the file of its defaults
    private static Path sdkDefaults(ReinHome home, ReinHome.Running server) throws IOException {
        return Files.writeString(home.path().resolve("sagemaker.yaml"), """
                SchemaVersion: '1.0'
                SageMaker:
                  PythonSDK:
                    Modules:
                      Session:
                        DefaultS3Bucket: sagemaker-%s
                      TelemetryOptOut: true
                """.formatted(server.region()));
    }

    static Map<String, String> variables(ReinHome.Running server) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("AWS_ENDPOINT_URL", server.endpoint().toString());
        variables.put("AWS_ENDPOINT_URL_S3", server.s3Endpoint().toString());
        variables.put("AWS_ACCESS_KEY_ID", server.accessKeyId());
        variables.put("AWS_SECRET_ACCESS_KEY", server.secretAccessKey());
        variables.put("AWS_REGION", server.region());
        variables.put("AWS_DEFAULT_REGION", server.region());
        return variables;
    }

    /// In single quotes nothing means anything to a shell; a quote itself is closed, escaped and opened again.
    private static String quoted(String value) {
        return "'" + value.replace("'", "'\\''") + "'";
    }
}
