package dev.rein.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import picocli.CommandLine.Option;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// How a command answers: text for people, or one JSON document for programs. Mixed into every command that
/// answers.
final class Output {
    enum Format {
        TEXT,
        JSON
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|json",
            defaultValue = "text",
            description = "how to answer (default: ${DEFAULT-VALUE})")
    private Format format = Format.TEXT;

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /// To the second: what people compare at a glance.
    static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    boolean isJson() {
        return format == Format.JSON;
    }

    /// Prints the text, or in JSON mode the facts.
    void print(PrintWriter out, Map<String, ?> facts, String text) {
        out.println(isJson() ? JSON.writeValueAsString(facts) : text);
        out.flush();
    }

    void printJson(PrintWriter out, Object facts) {
        out.println(JSON.writeValueAsString(facts));
        out.flush();
    }
}
