package dev.rein.sdk;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;

/// An estimator's entry point and what goes with it: packed as `sourcedir.tar.gz`, or there already.
record UserCode(RLEstimator.Builder settings, Session session) {
    /// @return where the archive is
    String upload(String job, String output) {
        if (settings.sourceArchive != null) {
            return settings.sourceArchive;
        }
        S3Location to = settings.codeLocation == null
                // the archive goes to the output's bucket and drops its prefix, as Python's SDK does
                ? new S3Location(S3Location.parse(output).bucket(), job + "/source/sourcedir.tar.gz")
                : S3Location.parse(settings.codeLocation).resolve(job + "/source/sourcedir.tar.gz");
        Optional<String> key = Optional.ofNullable(settings.outputKmsKey)
                .filter(_ -> to.bucket().equals(S3Location.parse(output).bucket()));
        try {
            Path archive = Files.createTempFile("sourcedir", ".tar.gz");
            try {
                pack(archive);
                session.putEncrypted(to, RequestBody.fromFile(archive), key);
            } finally {
                Files.deleteIfExists(archive);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot pack the entry point: " + e.getMessage(), e);
        }
        return to.toString();
    }

    private void pack(Path to) throws IOException {
        var archive = new SourceArchive();
        if (settings.mainClass != null) {
            archive.addClassPath(System.getProperty("java.class.path"));
            addDependencies(archive, settings.dependencies);
            archive.write(to);
        } else if (settings.gitConfig == null) {
            add(archive, settings.sourceDir, Path.of(requireNonNull(settings.entryPoint)), settings.dependencies);
            archive.write(to);
        } else {
            try (GitClone clone = GitClone.of(settings.gitConfig)) {
                Path folder = settings.sourceDir == null ? null : clone.resolve(settings.sourceDir.toString());
                String script = requireNonNull(settings.entryPoint);
                List<Path> dependencies = settings.dependencies.stream()
                        .map(dependency -> clone.resolve(dependency.toString()))
                        .toList();
                refuseMissing(clone, folder, script, dependencies);
                add(archive, folder, clone.resolve(script), dependencies);
                archive.write(to);
            }
        }
    }

    private static void refuseMissing(GitClone clone, @Nullable Path folder, String script, List<Path> dependencies) {
        List<String> problems = new ArrayList<>();
        if (folder != null && !Files.isDirectory(folder)) {
            problems.add("Source directory does not exist in the repo.");
        } else if (!Files.isRegularFile(folder == null ? clone.resolve(script) : folder.resolve(script))) {
            problems.add("Entry point %s does not exist in the repo.".formatted(script));
        }
        for (Path dependency : dependencies) {
            if (!Files.exists(dependency)) {
                problems.add("Dependency %s does not exist in the repo."
                        .formatted(clone.folder().relativize(dependency)));
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
    }

    private static void add(SourceArchive archive, @Nullable Path folder, Path script, List<Path> dependencies)
            throws IOException {
        if (folder != null) {
            archive.add("", folder);
        } else {
            archive.add(script.getFileName().toString(), script);
        }
        addDependencies(archive, dependencies);
    }

    private static void addDependencies(SourceArchive archive, List<Path> dependencies) throws IOException {
        for (Path dependency : dependencies) {
            archive.add(dependency.getFileName().toString(), dependency);
        }
    }
}
