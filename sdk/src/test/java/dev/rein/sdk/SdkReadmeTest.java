package dev.rein.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The programs of this module's README compile, each on its own.
class SdkReadmeTest {
    private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @TempDir
    private Path folder = Path.of("");

    @Test
    void everySnippetCompiles() throws IOException {
        List<String> programs = PROGRAM.matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(found -> found.group(1))
                .toList();

        assertThat(programs).hasSize(3);
        assertThat(programs).allSatisfy(program -> assertThat(errors(program)).isEmpty());
    }

    private List<String> errors(String program) {
        // what a snippet takes as given, where it does not make it itself
        String given = (program.contains("RLEstimator estimator =") ? "" : "RLEstimator estimator, ")
                + "Session session, float[][] observations";
        String source = """
                import dev.rein.sdk.*;
                import java.nio.file.Path;
                import java.util.*;
                class Program {
                    static void run(%s) throws Exception {
                %s
                    }
                }
                """.formatted(given, program);
        var file = new SimpleJavaFileObject(URI.create("string:///Program.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        var compiler = ToolProvider.getSystemJavaCompiler();
        var found = new DiagnosticCollector<JavaFileObject>();
        compiler.getTask(
                        null,
                        null,
                        found,
                        List.of("-d", folder.toString(), "-classpath", System.getProperty("java.class.path")),
                        null,
                        List.of(file))
                .call();
        List<String> errors = new ArrayList<>();
        for (Diagnostic<? extends JavaFileObject> diagnostic : found.getDiagnostics()) {
            if (diagnostic.getKind() == Diagnostic.Kind.ERROR) {
                errors.add(diagnostic.toString());
            }
        }
        return errors;
    }
}
