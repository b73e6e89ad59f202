package dev.rein.workload.training;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// A Java source file as an entry point: compiled once, in this process, together with the sibling files it refers
/// to.
final class JavaSource {
    private static final int SHOWN_ERRORS = 10;

    private JavaSource() {}

    /// Compiles the file.
    ///
    /// @param file      the entry point; others are found below `code` and beside it
    /// @param classPath what it may refer to
    /// @param out       receives the class files
    /// @return the name of the class to start: the one named like the file, or the first one in it
    /// @throws TrainingFailure with the compiler's messages
    static String compile(Path file, Path code, String classPath, Path out) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw TrainingFailure.configuration("%s: this Java has no compiler (expected: a JDK, not a JRE, at %s)"
                    .formatted(code.relativize(file), System.getProperty("java.home")));
        }
        DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(said, Locale.ROOT, StandardCharsets.UTF_8)) {
            String sourcePath = Stream.of(code, file.resolveSibling(""))
                    .map(Path::toString)
                    .distinct()
                    .collect(Collectors.joining(File.pathSeparator));
            List<String> options = List.of(
                    "-d",
                    out.toString(),
                    "-cp",
                    classPath,
                    "-sourcepath",
                    sourcePath,
                    "--add-modules",
                    "jdk.incubator.vector",
                    "-g",
                    "-parameters",
                    "-proc:none",
                    "-implicit:class",
                    "-nowarn");
            JavacTask task =
                    (JavacTask) compiler.getTask(null, files, said, options, null, files.getJavaFileObjects(file));
            List<CompilationUnitTree> units = new ArrayList<>();
            task.parse().forEach(units::add);
            if (errors(said).isEmpty()) {
                task.analyze();
            }
            if (errors(said).isEmpty()) {
                task.generate();
            }
            refuse(errors(said), code);
            return mainClass(units.getFirst(), file);
        }
    }

    private static List<Diagnostic<? extends JavaFileObject>> errors(DiagnosticCollector<JavaFileObject> said) {
        return said.getDiagnostics().stream()
                .filter(each -> each.getKind() == Diagnostic.Kind.ERROR)
                .toList();
    }

    private static void refuse(List<Diagnostic<? extends JavaFileObject>> errors, Path code) {
        if (errors.isEmpty()) {
            return;
        }
        String shown = errors.stream()
                .limit(SHOWN_ERRORS)
                .map(error -> error.toString().replace(code + File.separator, ""))
                .collect(Collectors.joining("\n"));
        String count = errors.size() == 1 ? "1 error" : errors.size() + " errors";
        throw TrainingFailure.compilation(shown + "\n" + count);
    }

    private static String mainClass(CompilationUnitTree unit, Path file) {
        String stem = file.getFileName().toString().replaceAll("\\.java$", "");
        List<String> types = new ArrayList<>();
        for (Tree declared : unit.getTypeDecls()) {
            if (declared instanceof ClassTree type) {
                types.add(type.getSimpleName().toString());
            }
        }
        if (types.isEmpty()) {
            throw TrainingFailure.configuration("%s: declares no class to start".formatted(file.getFileName()));
        }
        String name = types.contains(stem) ? stem : types.getFirst();
        return unit.getPackageName() == null ? name : unit.getPackageName() + "." + name;
    }
}
