package dev.rein.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
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

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    /// A line of a list of things that have a state.
    ///
    /// @param status in AWS's words
    record Listed(String name, String status, Instant created) {
        Map<String, String> facts() {
            Map<String, String> facts = new LinkedHashMap<>();
            facts.put("name", name);
            facts.put("status", status);
            facts.put("created", created.toString());
            return facts;
        }

        /// The time to the second: what people compare at a glance.
        String text() {
            return "%-12s %-24s %s".formatted(status, created.truncatedTo(ChronoUnit.SECONDS), name);
        }
    }

    /// Where the command prints.
    PrintWriter out() {
        return command.commandLine().getOut();
    }

    boolean isJson() {
        return format == Format.JSON;
    }

    /// Prints the text, or in JSON mode the facts.
    void print(Map<String, ?> facts, String text) {
        println(isJson() ? JSON.writeValueAsString(facts) : text);
    }

    /// @param whenNone what to do about it
    void print(List<Listed> things, String whenNone) {
        if (isJson()) {
            println(JSON.writeValueAsString(things.stream().map(Listed::facts).toList()));
        } else {
            println(
                    things.isEmpty()
                            ? whenNone
                            : things.stream().map(Listed::text).collect(Collectors.joining("\n")));
        }
    }

    private void println(String text) {
        out().println(text);
        out().flush();
    }
}
