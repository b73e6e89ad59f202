package dev.rein.bench.learning;

import dev.rein.toolkit.training.HyperParameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A page of `docs/algorithms`. Its prose is written by hand; two parts between comments are written here, so that
/// they stay true: the hyperparameters, from the record and its documentation, and what was measured.
final class AlgorithmPage {
    /// `/// @param gaeLambda of generalised …`, and what its next lines add.
    private static final Pattern PARAMETER = Pattern.compile("/// @param (\\w+) +(.*(?:\\R///     .*)*)");

    private final Path file;
    private final Path sources;

    /// @param pages   the folder `docs/algorithms`
    /// @param sources of the toolkit, for the hyperparameters' documentation
    AlgorithmPage(Path pages, Path sources, String algorithm) {
        this.file = pages.resolve(algorithm + ".md");
        this.sources = sources;
    }

    String text() throws IOException {
        return Files.readString(file);
    }

    void write(HyperParameters<?> defaults, List<String> results) throws IOException {
        String page = filled(text(), "hyperparameters", hyperParameters(defaults));
        Files.writeString(file, filled(page, "results", String.join("\n", results) + "\n"));
    }

    /// The table of hyperparameters: name, default, what is allowed, meaning.
    String hyperParameters(HyperParameters<?> defaults) throws IOException {
        Map<String, String> meanings = meanings(defaults.getClass());
        Map<String, String> ranges = defaults.ranges();
        var table = new StringBuilder("| name | default | allowed | meaning |\n|---|---|---|---|\n");
        defaults.values()
                .forEach((name, value) -> table.append("| `%s` | %s | %s | %s |\n"
                        .formatted(
                                name,
                                value.isEmpty() ? "none" : value,
                                ranges.getOrDefault(name, ""),
                                meanings.getOrDefault(name.replace("_", ""), ""))));
        return table.toString();
    }

    /// What the record's documentation says of each component, by its name in small letters.
    private Map<String, String> meanings(Class<?> type) throws IOException {
        Path source = sources.resolve(type.getName().replace('.', '/') + ".java");
        Map<String, String> meanings = new LinkedHashMap<>();
        Matcher matcher = PARAMETER.matcher(Files.readString(source));
        while (matcher.find()) {
            meanings.put(
                    matcher.group(1).toLowerCase(Locale.ROOT),
                    matcher.group(2).replaceAll("\\R///     ", " ").replace("|", "\\|"));
        }
        return meanings;
    }

    /// @throws IllegalArgumentException if the page has no such part
    static String filled(String page, String part, String text) {
        String begin = "<!-- " + part + " -->\n";
        String end = "<!-- /" + part + " -->";
        int from = page.indexOf(begin);
        int to = page.indexOf(end);
        if (from < 0 || to < from) {
            throw new IllegalArgumentException(
                    "page: no part \"%s\" (expected: %s and %s)".formatted(part, begin, end));
        }
        return page.substring(0, from + begin.length()) + text + page.substring(to);
    }
}
