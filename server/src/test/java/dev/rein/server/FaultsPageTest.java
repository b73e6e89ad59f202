package dev.rein.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// `docs/faults.md` promises nothing that no test shows.
final class FaultsPageTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*Test)\\.(\\w+)`");

    @Test
    void everyTestItNamesIsThere() throws IOException {
        Map<String, String> sources = new HashMap<>();
        for (String module : List.of("server", "acceptance", "workload", "toolkit")) {
            try (var files = Files.walk(ROOT.resolve(module).resolve("src/test/java"))) {
                for (Path file : files.filter(path -> path.toString().endsWith("Test.java"))
                        .toList()) {
                    // two modules may have one of a name
                    sources.merge(file.getFileName().toString(), Files.readString(file), String::concat);
                }
            }
        }
        var missing = new ArrayList<String>();
        var named = NAMED.matcher(page());
        int count = 0;
        while (named.find()) {
            count++;
            String source = sources.getOrDefault(named.group(1) + ".java", "");
            if (!source.contains("void " + named.group(2) + "(")) {
                missing.add(named.group());
            }
        }
        assertThat(missing).isEmpty();
        assertThat(count).isGreaterThan(50);
    }

    @Test
    void noFaultIsLeftOut() throws IOException {
        String page = page();
        assertThat(IntStream.rangeClosed(1, 57)
                        .mapToObj(n -> "| F%02d |".formatted(n))
                        .filter(row -> !page.contains(row)))
                .isEmpty();
    }

    private static String page() throws IOException {
        return Files.readString(ROOT.resolve("docs/faults.md"));
    }
}
