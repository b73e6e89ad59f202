package dev.rein.fmt;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.ImportOrderer;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// `Format --check|--write ROOT`: palantir-java-format over every `.java` file below ROOT that is neither build
/// output nor a resource.
///
/// Run by the build itself because the usual Maven plugins format inside Maven's own JVM, which may be older than
/// our sources.
public final class Format {
    /// `resources` hold test data: programs that must not compile, or that the formatter cannot read yet.
    private static final List<String> SKIPPED = List.of("target", "resources", ".git", ".venv");

    private static final int MAX_WIDTH = 120;

    private Format() {}

    public static void main(String[] args) throws IOException, FormatterException {
        if (args.length != 2 || !List.of("--check", "--write").contains(args[0])) {
            System.err.println("usage: Format --check|--write ROOT");
            System.exit(2);
        }
        boolean write = args[0].equals("--write");
        Path root = Path.of(args[1]);
        var formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
                .style(JavaFormatterOptions.Style.PALANTIR)
                .build());
        List<Path> unformatted = new ArrayList<>();
        for (Path file : sources(root)) {
            String before = Files.readString(file);
            refuseLongComments(root.relativize(file), before);
            String after = formatted(formatter, root.relativize(file), before);
            if (!after.equals(before)) {
                unformatted.add(root.relativize(file));
                if (write) {
                    Files.writeString(file, after);
                }
            }
        }
        if (!write && !unformatted.isEmpty()) {
            unformatted.forEach(file -> System.err.println("not formatted: " + file));
            System.err.println("To format: mvn -q -pl fmt process-classes -Dformat.mode=--write");
            System.exit(1);
        }
        if (write) {
            unformatted.forEach(file -> System.out.println("formatted " + file));
        }
    }

    /// The formatter breaks a long `///` line into one that is no comment any more.
    private static void refuseLongComments(Path file, String source) {
        List<String> lines = source.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).length() > MAX_WIDTH && isComment(lines.get(i))) {
                System.err.printf(
                        "%s:%d: comment of %d characters (expected: at most %d). Break the line.%n",
                        file, i + 1, lines.get(i).length(), MAX_WIDTH);
                System.exit(1);
            }
        }
    }

    /// A comment that fits where it stands may not fit where it belongs: the formatter indents it, then breaks it.
    private static void refuseBrokenComments(Path file, String before, String after) {
        List<String> lines = before.lines().toList();
        List<String> kept = after.lines()
                .filter(Format::isComment)
                .map(Format::comment)
                .collect(Collectors.toCollection(ArrayList::new));
        for (int i = 0; i < lines.size(); i++) {
            if (isComment(lines.get(i))
                    && (kept.isEmpty() || !kept.removeFirst().equals(comment(lines.get(i))))) {
                System.err.printf(
                        "%s:%d: comment is longer than %d characters once it is indented. Break the line.%n",
                        file, i + 1, MAX_WIDTH);
                System.exit(1);
            }
        }
    }

    private static boolean isComment(String line) {
        return line.strip().startsWith("//");
    }

    /// What the formatter leaves as it is: spaces around it move.
    private static String comment(String line) {
        return line.strip().replaceFirst("^/+\\s*", "");
    }

    private static String formatted(Formatter formatter, Path file, String source) throws FormatterException {
        try {
            String sorted = ImportOrderer.reorderImports(source, JavaFormatterOptions.Style.PALANTIR);
            String laid = formatter.formatSource(sorted);
            refuseBrokenComments(file, source, laid); // before what is left of one is parsed as code
            return RemoveUnusedImports.removeUnusedImports(laid);
        } catch (FormatterException e) {
            System.err.println("cannot parse " + file + ": " + e.getMessage());
            throw e;
        }
    }

    private static List<Path> sources(Path root) throws IOException {
        try (var files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !isSkipped(root.relativize(file)))
                    .sorted()
                    .toList();
        }
    }

    private static boolean isSkipped(Path file) {
        for (Path part : file) {
            if (SKIPPED.contains(part.toString())) {
                return true;
            }
        }
        return false;
    }
}
