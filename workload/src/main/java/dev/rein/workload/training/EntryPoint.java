package dev.rein.workload.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a user asked to have run, told apart by its name and by what is in `/opt/ml/code`.
sealed interface EntryPoint {
    /// A single source file, compiled before it is run.
    record JavaFile(Path file) implements EntryPoint {}

    /// A jar whose manifest names a main class.
    record Jar(Path file) implements EntryPoint {}

    /// A class on the user's class path: `code/` itself, its jars, and those in `code/lib`.
    record MainClass(String name) implements EntryPoint {}

    record PythonFile(String name) implements EntryPoint {}

    /// A Python module of a package that comes with a `setup.py`.
    record PythonModule(String name) implements EntryPoint {}

    /// A shell script or any other file, run by the shell.
    record Shell(String name) implements EntryPoint {}

    /// AWS's own rule: nothing outside it can name a file in the code folder.
    Pattern PLAIN_PATH = Pattern.compile("[A-Za-z0-9._][A-Za-z0-9._+-]*(/[A-Za-z0-9._+-]+)*");

    Pattern CLASS_NAME = Pattern.compile("([A-Za-z_]\\w*\\.)*[A-Za-z_]\\w*");

    /// @throws TrainingFailure if there is nothing of that name; the message lists what there is
    static EntryPoint find(String program, Path code) throws IOException {
        if (!PLAIN_PATH.matcher(program).matches()
                || Stream.of(program.split("/")).anyMatch(part -> part.equals(".") || part.equals(".."))) {
            throw TrainingFailure.configuration(
                    "entry point \"%s\" (expected: a path inside the code folder such as train.py, or a main class; letters, digits and . _ + - / only)"
                            .formatted(program));
        }
        Path file = code.resolve(program);
        if (program.endsWith(".py") && Files.exists(code.resolve("setup.py"))) {
            return new PythonModule(program.substring(0, program.length() - 3).replace('/', '.'));
        }
        if (Files.isRegularFile(file)) {
            if (!file.toRealPath().startsWith(code.toRealPath())) {
                throw TrainingFailure.configuration(
                        "entry point %s leads out of the code folder (expected: a file inside it)".formatted(program));
            }
            return program.endsWith(".java")
                    ? new JavaFile(file)
                    : program.endsWith(".jar")
                            ? new Jar(file)
                            : program.endsWith(".py") ? new PythonFile(program) : new Shell(program);
        }
        if (CLASS_NAME.matcher(program).matches() && declares(userClassPath(code), program)) {
            return new MainClass(program);
        }
        throw TrainingFailure.configuration(
                "entry point %s is not in the code folder, and no class of that name is on its class path (found there: %s). Set sagemaker_program to one of them."
                        .formatted(program, listing(code)));
    }

    /// The code folder and its jars, then those in `lib`, each in the order of their names.
    static List<Path> userClassPath(Path code) throws IOException {
        List<Path> classPath = new ArrayList<>();
        classPath.add(code);
        for (Path folder : List.of(code, code.resolve("lib"))) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> entries = Files.list(folder)) {
                    entries.filter(entry -> entry.toString().endsWith(".jar"))
                            .sorted()
                            .forEach(classPath::add);
                }
            }
        }
        return classPath;
    }

    /// The class a jar's manifest names.
    static String mainClass(Path jar) throws IOException {
        try (JarFile opened = new JarFile(jar.toFile())) {
            return Optional.ofNullable(opened.getManifest())
                    .map(Manifest::getMainAttributes)
                    .map(attributes -> attributes.getValue("Main-Class"))
                    .orElseThrow(() -> TrainingFailure.configuration(
                            "entry point %s: its manifest names no Main-Class. Add one, or make sagemaker_program the name of a main class in it."
                                    .formatted(jar.getFileName())));
        } catch (java.util.zip.ZipException broken) {
            throw TrainingFailure.configuration(
                    "entry point %s: not a jar (%s)".formatted(jar.getFileName(), broken.getMessage()), broken);
        }
    }

    private static boolean declares(List<Path> classPath, String className) throws IOException {
        String resource = className.replace('.', '/') + ".class";
        for (Path entry : classPath) {
            if (Files.isDirectory(entry)) {
                if (Files.exists(entry.resolve(resource))) {
                    return true;
                }
            } else {
                try (JarFile jar = new JarFile(entry.toFile())) {
                    if (jar.getEntry(resource) != null) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static String listing(Path code) throws IOException {
        try (Stream<Path> entries = Files.list(code)) {
            String names = entries.map(entry -> entry.getFileName().toString())
                    .sorted()
                    .limit(20)
                    .collect(Collectors.joining(", "));
            return names.isEmpty() ? "nothing" : names;
        }
    }
}
