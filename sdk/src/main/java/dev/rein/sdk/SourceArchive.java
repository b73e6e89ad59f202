package dev.rein.sdk;

import java.io.BufferedOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/// `sourcedir.tar.gz`: what a job's entry point needs, with the same bytes for the same files.
///
/// Top-level children of the source folder at the root; each dependency at the root under its own name. Links are
/// followed. A main class brings its class path: jars as `lib/<name>.jar`, folders packed as one jar each.
final class SourceArchive {
    private static final int REGULAR = 0100644;
    private static final int EXECUTABLE = 0100755;
    private static final Pattern PLATFORM_JAR =
            Pattern.compile("rein-(toolkit|workload|server|cli)-.*\\.jar|surefire.*\\.jar|idea_rt\\.jar");

    /// Entry name to file, in order of name.
    private final Map<String, Path> entries = new TreeMap<>();

    private final List<Path> temporary = new ArrayList<>();

    /// Adds a file, or everything below a folder.
    void add(String name, Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            entries.put(name, path);
            return;
        }
        try (var files = Files.walk(path, FileVisitOption.FOLLOW_LINKS)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String below = path.relativize(file).toString().replace(File.separatorChar, '/');
                entries.put(name.isEmpty() ? below : name + "/" + below, file);
            }
        }
    }

    /// Adds the class path of this JVM, without the JDK's and Rein's own parts, which the runtime brings; but with
    /// this SDK, which a main class that submits itself is linked to.
    void addClassPath(String classPath) throws IOException {
        int folders = 0;
        for (String element : classPath.split(File.pathSeparator, -1)) {
            Path path = Path.of(element);
            if (element.isEmpty() || isOfThePlatform(path)) {
                continue;
            }
            if (Files.isDirectory(path)) {
                entries.put("lib/classes-%d.jar".formatted(folders++), jarOf(path));
            } else if (Files.isRegularFile(path)) {
                entries.putIfAbsent("lib/" + path.getFileName(), path); // of two with one name the first counts
            }
        }
    }

    /// Rein's own jars, the AWS SDK that only the client needs, and what test runners and IDEs put in front.
    private static boolean isOfThePlatform(Path path) {
        String whole = path.toString().replace(File.separatorChar, '/');
        return PLATFORM_JAR.matcher(String.valueOf(path.getFileName())).matches()
                || whole.contains("/software/amazon/awssdk/") // Maven's repository
                || whole.contains("/software.amazon.awssdk/"); // Gradle's cache
    }

    private Path jarOf(Path folder) throws IOException {
        Path jar = Files.createTempFile("rein-classes", ".jar");
        temporary.add(jar);
        try (var out = new JarOutputStream(new BufferedOutputStream(Files.newOutputStream(jar)));
                var files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                JarEntry entry = new JarEntry(folder.relativize(file).toString().replace(File.separatorChar, '/'));
                entry.setTime(0);
                out.putNextEntry(entry);
                Files.copy(file, out);
                out.closeEntry();
            }
        }
        return jar;
    }

    /// Writes the archive, and forgets what was made on the way.
    void write(Path to) throws IOException {
        var parameters = new GzipParameters();
        parameters.setModificationTime(0);
        try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(to));
                TarArchiveOutputStream tar = tar(new GzipCompressorOutputStream(file, parameters))) {
            writeEntries(tar);
        } finally {
            for (Path made : temporary) {
                Files.deleteIfExists(made);
            }
        }
    }

    /// For names and files of any length.
    static TarArchiveOutputStream tar(OutputStream out) {
        var tar = new TarArchiveOutputStream(out);
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        return tar;
    }

    void writeEntries(TarArchiveOutputStream tar) throws IOException {
        for (Map.Entry<String, Path> entry : entries.entrySet()) {
            var header = new TarArchiveEntry(entry.getKey());
            header.setSize(Files.size(entry.getValue()));
            header.setModTime(0);
            header.setMode(Files.isExecutable(entry.getValue()) ? EXECUTABLE : REGULAR);
            tar.putArchiveEntry(header);
            Files.copy(entry.getValue(), tar);
            tar.closeArchiveEntry();
        }
    }
}
