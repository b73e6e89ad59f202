package dev.rein.cli;

import java.io.PrintWriter;
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
            defaultValue = "text",
            description = "text or json (default: ${DEFAULT-VALUE})")
    private Format format = Format.TEXT;

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

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
