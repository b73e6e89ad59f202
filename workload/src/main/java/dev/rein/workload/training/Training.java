package dev.rein.workload.training;

import dev.rein.workload.json.PythonText;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Runs one host of a training job, once.
///
/// The order is AWS's: fetch the code, install what it asks for, make its variables, wait for the other hosts, run.
/// Whatever happens ends in a file `output/success`, or in `output/failure` and exit code 1.
public final class Training implements AutoCloseable {
    private static final Pattern SHELL_SAFE = Pattern.compile("[\\w@%+=:,./-]+", Pattern.UNICODE_CHARACTER_CLASS);

    private final OptMl ml;
    private final Map<String, String> outer;
    private final Clock clock;
    private final Path scratch;
    private final Orphans orphans = new Orphans();
    private final Termination termination = Termination.watch();

    private Training(OptMl ml, Map<String, String> outer, Clock clock, Path scratch) {
        this.ml = ml;
        this.outer = Map.copyOf(outer);
        this.clock = clock;
        this.scratch = scratch;
    }

    /// @param outer the environment this program was started with; the entry point gets it too, below its `SM_*`
    public static Training open(OptMl ml, Map<String, String> outer, Clock clock) throws IOException {
        return new Training(ml, outer, clock, scratch());
    }

    /// A name nobody else takes, without the random numbers of [Files#createTempDirectory]: making those ready
    /// takes longer than all else here.
    private static Path scratch() throws IOException {
        String name = "rein-training-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        return Files.createDirectory(
                Path.of(System.getProperty("java.io.tmpdir"), name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /// Blocks until the entry point has ended and its outcome is written.
    ///
    /// @return the exit code of this program: 0 or 1
    public int run() throws IOException {
        Files.createDirectories(ml.model());
        Files.createDirectories(ml.outputData());
        try {
            train();
            Files.write(ml.success(), new byte[0]);
            return 0;
        } catch (TrainingFailure failure) {
            return fail(String.valueOf(failure.getMessage()));
        } catch (InterruptedException | IOException | RuntimeException unforeseen) {
            StringWriter trace = new StringWriter();
            unforeseen.printStackTrace(new PrintWriter(trace));
            return fail("Framework Error: \n" + trace);
        }
    }

    /// A version that runs no more is served by its nearest, and the user has to know.
    private void tellRuntime() {
        String runtime = outer.get("REIN_RUNTIME");
        if (runtime != null) {
            System.out.printf("Image %s is served by runtime %s.%n", outer.get("REIN_IMAGE"), runtime);
        }
    }

    private void train() throws IOException, InterruptedException {
        tellRuntime();
        JobConfig job = JobConfig.read(ml);
        Variables variables = new Variables(ml, job, outer, Machines.here());
        UserCode.fetch(
                job.platformText("sagemaker_submit_directory").orElse(ml.code().toString()), ml.code(), outer);
        EntryPoint entry = entryPoint(variables.program());
        Map<String, String> environment = environment(variables);
        Command command = command(entry, variables, environment);
        if (!"true".equals(outer.get("SM_STUDIO_LOCAL_MODE"))) {
            Peers.await(job.hosts(), clock);
        }
        execute("ExecuteUserScriptError", command, environment);
    }

    private EntryPoint entryPoint(String program) throws IOException {
        if (program.equals("None")) {
            throw TrainingFailure.configuration(
                    "no entry point: set the hyperparameter sagemaker_program (an estimator's entry_point does it) to the script, jar or main class to run");
        }
        return EntryPoint.find(program, ml.code());
    }

    /// Makes the entry point ready to run. No `switch` over types: [PythonText] says why.
    private Command command(EntryPoint entry, Variables variables, Map<String, String> environment)
            throws IOException, InterruptedException {
        List<String> arguments = variables.arguments();
        if (entry instanceof EntryPoint.JavaFile(Path file)) {
            List<Path> userPath = EntryPoint.userClassPath(ml.code());
            Path classes = Files.createDirectory(scratch.resolve("classes"));
            Jvm jvm = Jvm.own(Machines.here().cpus());
            String mainClass = JavaSource.compile(file, ml.code(), jvm.path(userPath), classes);
            userPath.addFirst(classes);
            return jvm.command(userPath, mainClass, arguments);
        } else if (entry instanceof EntryPoint.Jar(Path file)) {
            List<Path> userPath = EntryPoint.userClassPath(ml.code());
            userPath.remove(file);
            userPath.addFirst(file);
            return Jvm.own(Machines.here().cpus()).command(userPath, EntryPoint.mainClass(file), arguments);
        } else if (entry instanceof EntryPoint.MainClass(String name)) {
            return Jvm.own(Machines.here().cpus()).command(EntryPoint.userClassPath(ml.code()), name, arguments);
        } else if (entry instanceof EntryPoint.PythonFile(String name)) {
            String python = Files.exists(ml.code().resolve("requirements.txt"))
                    ? install("InstallRequirementsError", List.of("-r", "requirements.txt"), environment)
                    : "python3";
            return python(python, joined(List.of(name), arguments));
        } else if (entry instanceof EntryPoint.PythonModule(String name)) {
            List<String> what = Files.exists(ml.code().resolve("requirements.txt"))
                    ? List.of(".", "-r", "requirements.txt")
                    : List.of(".");
            String python = install("InstallModuleError", what, environment);
            return python(python, joined(List.of("-m", name), arguments));
        }
        String script = ((EntryPoint.Shell) entry).name();
        makeExecutable(ml.code().resolve(script).toFile());
        List<String> words = joined(List.of("./" + script), arguments);
        String line = words.stream().map(Training::shellQuoted).collect(Collectors.joining(" "));
        // not by the shell it is shown with: one in between drops variables such as SM_HP_BATCH-SIZE
        return new Command(words, "/bin/sh -c \"%s\"".formatted(line));
    }

    /// @return the Python that has the packages
    private String install(String failureKind, List<String> what, Map<String, String> environment)
            throws IOException, InterruptedException {
        var packages = new PythonPackages(ml.base().resolve("packages"));
        execute(failureKind, packages.make(), environment);
        packages.putBefore(environment);
        execute(failureKind, python(packages.python(), joined(List.of("-m", "pip", "install"), what)), environment);
        return packages.python();
    }

    private static Command python(String python, List<String> words) {
        return new Command(joined(List.of(python), words), "python3 " + String.join(" ", words));
    }

    private void execute(String failureKind, Command command, Map<String, String> environment)
            throws IOException, InterruptedException {
        EntryProcess process = started(command, environment);
        termination.passTo(process);
        process.await(failureKind, orphans);
    }

    private EntryProcess started(Command command, Map<String, String> environment) {
        try {
            return EntryProcess.start(command, ml.code(), environment);
        } catch (IOException refused) {
            throw TrainingFailure.configuration(
                    "%s cannot be started: %s (expected: a program of this host; a script's first line must name one too)"
                            .formatted(command.words().getFirst(), refused.getMessage()),
                    refused);
        }
    }

    private Map<String, String> environment(Variables variables) {
        Map<String, String> environment = new TreeMap<>(outer);
        environment.putAll(variables.environment());
        String pythonPath = outer.getOrDefault("PYTHONPATH", "");
        environment.put("PYTHONPATH", pythonPath.isEmpty() ? ml.code().toString() : ml.code() + ":" + pythonPath);
        environment.put("PYTHONUNBUFFERED", "1");
        environment.put(Orphans.VARIABLE, orphans.mark());
        environment.forEach(Training::checkPassable);
        return environment;
    }

    /// The system's own limits, told in the user's words.
    private static void checkPassable(String name, String value) {
        if (value.indexOf('\0') >= 0 || name.indexOf('\0') >= 0 || name.indexOf('=') >= 0) {
            throw TrainingFailure.configuration(
                    "%s cannot be an environment variable (expected: no NUL character, and no = in the name). Rename or change the hyperparameter or channel it is made from."
                            .formatted(name.replace('\0', '?')));
        }
    }

    private static void makeExecutable(File file) {
        if (!file.setExecutable(true, false) || !file.setReadable(true, false)) {
            throw TrainingFailure.configuration("entry point %s cannot be made executable".formatted(file.getName()));
        }
    }

    private static String shellQuoted(String word) {
        return SHELL_SAFE.matcher(word).matches() ? word : "'" + word.replace("'", "'\"'\"'") + "'";
    }

    private static List<String> joined(List<String> head, List<String> rest) {
        List<String> joined = new ArrayList<>(head);
        joined.addAll(rest);
        return joined;
    }

    /// What the entry point wrote there itself is better informed, and stays.
    private int fail(String text) throws IOException {
        System.err.println(text);
        try {
            Files.writeString(ml.failure(), text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException theirs) {
            System.err.println("output/failure exists and is kept as it is");
        }
        return 1;
    }

    /// Deletes what the run left in temporary folders. Then end the program with [#run]'s exit code and
    /// [Runtime#halt]: during a termination a plain exit would wait for itself.
    @Override
    public void close() throws IOException {
        termination.close();
        try (Stream<Path> files = Files.walk(scratch)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
