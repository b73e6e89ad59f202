package dev.rein.server.objects;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What uploads that nobody goes on with have left in the store's folder.
///
/// An object that was under way when a server died is of no use to anybody. The parts of a multipart upload may be:
/// a client goes on with them after a restart. They are given a week from the last one on.
///
/// @param root    the folder buckets are kept in
/// @param started what is younger belongs to the server that runs now
record Abandoned(Path root, Instant started) {
    static final Duration PATIENCE = Duration.ofDays(7);

    /// What an object under way is called beside its key: it lies in the open until it is whole.
    static final Pattern UNDER_WAY = Pattern.compile("(.+)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    /// What S3Proxy calls the parts of an upload. The rest of the name is the key, slashes and all.
    private static final Pattern PART = Pattern.compile("\\.mpus-([0-9a-f-]{36})-.*");

    /// Only what is whole has it.
    private static final String DIGEST = "user.content-md5";

    private static final Logger log = LoggerFactory.getLogger(Abandoned.class);

    /// Deletes it. What cannot be read or deleted is left to the next start. Ends early when interrupted.
    void remove() {
        try (var buckets = Files.newDirectoryStream(root, Files::isDirectory)) {
            for (Path bucket : buckets) {
                remove(bucket);
            }
        } catch (IOException e) {
            log.warn("Unfinished uploads may be left in {}: {}", root, e.toString());
        }
    }

    private void remove(Path bucket) throws IOException {
        Map<String, List<Path>> uploads = new HashMap<>();
        Files.walkFileTree(bucket, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes facts) throws IOException {
                Matcher part = PART.matcher(bucket.relativize(file).getName(0).toString());
                if (part.matches()) {
                    uploads.computeIfAbsent(part.group(1), _ -> new ArrayList<>())
                            .add(file);
                } else if (isOlder(file, started) && isHalf(file)) {
                    Files.deleteIfExists(file);
                }
                return Thread.currentThread().isInterrupted() ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException goneOrUnreadable) {
                return FileVisitResult.CONTINUE;
            }
        });
        for (List<Path> parts : uploads.values()) {
            if (!Thread.currentThread().isInterrupted() && areOlder(parts, started.minus(PATIENCE))) {
                for (Path part : parts) {
                    delete(part, bucket);
                }
            }
        }
    }

    private static boolean isHalf(Path file) throws IOException {
        return UNDER_WAY.matcher(file.getFileName().toString()).matches()
                && !Files.getFileAttributeView(file, UserDefinedFileAttributeView.class)
                        .list()
                        .contains(DIGEST);
    }

    private static boolean areOlder(List<Path> files, Instant than) throws IOException {
        for (Path file : files) {
            if (!isOlder(file, than)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOlder(Path file, Instant than) throws IOException {
        try {
            return Files.getLastModifiedTime(file).toInstant().isBefore(than);
        } catch (NoSuchFileException completed) {
            return false;
        }
    }

    /// With the folders its name has made, once they are empty.
    private static void delete(Path part, Path bucket) throws IOException {
        Files.deleteIfExists(part);
        for (Path folder = part.getParent(); folder != null && !folder.equals(bucket); folder = folder.getParent()) {
            try (var rest = Files.newDirectoryStream(folder)) {
                if (rest.iterator().hasNext()) {
                    return;
                }
            }
            Files.deleteIfExists(folder);
        }
    }
}
