package dev.rein.workload.training;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Brings the user's code to `/opt/ml/code`. What is there already wins: a platform or an image may have put it
/// there.
final class UserCode {
    private UserCode() {}

    /// @param from    `s3://` tarball, local tarball or local folder
    /// @param outer   environment with the store's address and credentials
    static void fetch(String from, Path code, Map<String, String> outer) throws IOException, InterruptedException {
        Files.createDirectories(code);
        if (!isEmpty(code)) {
            return;
        }
        if (from.startsWith("s3://")) {
            Path archive = Files.createTempFile("rein-code-", ".tar.gz");
            try {
                S3Download.fetch(from, archive, outer);
                extract(archive, code, from);
            } finally {
                Files.delete(archive);
            }
            return;
        }
        Path local = Path.of(from);
        if (Files.isSameFile(code, local)) {
            return;
        }
        if (Files.isDirectory(local)) {
            copy(local, code);
        } else {
            extract(local, code, from);
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findFirst().isEmpty();
        }
    }

    /// GNU tar keeps members inside the folder: it drops leading slashes, refuses `..` and makes links last.
    private static void extract(Path archive, Path code, String from) throws IOException, InterruptedException {
        List<String> command = List.of(
                "tar", "--no-same-owner", "--no-same-permissions", "-xzf", archive.toString(), "-C", code.toString());
        int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (exit != 0) {
            throw TrainingFailure.configuration(
                    "sagemaker_submit_directory: %s cannot be unpacked (expected: a gzipped tar archive of the code; tar ended with %d)"
                            .formatted(from, exit));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes facts) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes facts) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
