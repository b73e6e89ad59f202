package dev.rein.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rein.sdk.Predictor;
import dev.rein.sdk.Session;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Sends one request to an endpoint and prints the answer as it came.
@Command(name = "predict", mixinStandardHelpOptions = true, description = "Send a request to an endpoint.")
final class Predict implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "ENDPOINT")
    private String endpoint = "";

    @Parameters(index = "1", paramLabel = "BODY", description = "for Rein's toolkit: {\"observation\": [0, 0, 0, 0]}")
    private String body = "";

    @Option(names = "--content-type", defaultValue = "application/json", description = "(default: ${DEFAULT-VALUE})")
    private String contentType = "application/json";

    @Option(names = "--accept", defaultValue = "application/json", description = "(default: ${DEFAULT-VALUE})")
    private String accept = "application/json";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        try (Session session = Here.session()) {
            byte[] answer = new Predictor(endpoint, session)
                    .predict(body.getBytes(UTF_8), contentType, accept, Predictor.Routing.NONE);
            out.println(new String(answer, UTF_8).strip());
            out.flush();
        }
        return 0;
    }
}
