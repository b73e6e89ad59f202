package dev.rein.server.artifact;

import dev.rein.server.objects.ObjectStore;
import dev.rein.server.objects.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Keeps a prefix of S3 in step with a folder that a host is writing. A file goes up when it has not changed from
/// one look to the next, so that files half written stay behind; the last look takes everything. For one thread at
/// a time.
public final class FolderSync {
    private final UntrustedTree tree;
    private final S3Uri to;
    private final ObjectStore objects;
    private final Path scratch;
    private final boolean mirrorDeletions;
    private final Map<String, Seen> seen = new HashMap<>();

    private record Version(long size, FileTime modified) {}

    /// @param stored the version that S3 has; null until then
    private record Seen(
            Version version,
            @org.jspecify.annotations.Nullable Version stored) {}

    /// @param scratch         a folder for copies on their way, made when needed
    /// @param mirrorDeletions whether what was uploaded, and is gone from the folder, goes from S3 too
    public FolderSync(UntrustedTree tree, S3Uri to, ObjectStore objects, Path scratch, boolean mirrorDeletions) {
        this.tree = tree;
        this.to = to;
        this.objects = objects;
        this.scratch = scratch;
        this.mirrorDeletions = mirrorDeletions;
    }

    /// Takes what is in the folder now as being on S3 already.
    public void startInStep() throws IOException {
        tree.walk((path, attributes, content) -> {
            Version version = version(attributes);
            seen.put(path, new Seen(version, version));
        });
    }

    /// Looks at the folder once and uploads what has settled.
    public void look() throws IOException {
        pass(false);
    }

    /// Uploads everything that has changed. Call it when nobody writes any more.
    public void finish() throws IOException {
        pass(true);
    }

    private void pass(boolean last) throws IOException {
        Set<String> present = new HashSet<>();
        tree.walk((path, attributes, content) -> {
            present.add(path);
            Version version = version(attributes);
            Seen before = seen.get(path);
            if (before != null && version.equals(before.stored())) {
                return;
            }
            boolean settled = last || (before != null && version.equals(before.version()));
            if (settled) {
                upload(path, content);
            }
            seen.put(path, new Seen(version, settled ? version : before == null ? null : before.stored()));
        });
        for (String gone : List.copyOf(seen.keySet())) {
            if (!present.contains(gone)) {
                Seen before = seen.remove(gone);
                if (mirrorDeletions && before != null && before.stored() != null) {
                    objects.delete(to.resolve(gone));
                }
            }
        }
    }

    /// By a copy of our own: the store may read a file twice, and a stranger's file may be another one by then.
    private void upload(String path, UntrustedTree.Content content) throws IOException {
        Files.createDirectories(scratch);
        Path copy = Files.createTempFile(scratch, "sync", null);
        try {
            try (InputStream in = content.open()) {
                Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
            }
            objects.put(copy, to.resolve(path));
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private static Version version(BasicFileAttributes attributes) {
        return new Version(attributes.size(), attributes.lastModifiedTime());
    }
}
