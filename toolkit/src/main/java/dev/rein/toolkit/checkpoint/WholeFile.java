package dev.rein.toolkit.checkpoint;

import static java.util.Objects.requireNonNull;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/// Writes files so that whoever reads one finds the old or the new, and either whole.
public final class WholeFile {
    private WholeFile() {}

    /// What is written.
    public interface Content {
        /// @param out stays its owner's
        void writeTo(OutputStream out) throws IOException;
    }

    /// Replaces the file whole, on disk, or not at all; makes its folder. It may be read by whom any new file of this
    /// process may.
    ///
    /// @throws IOException if the disk or the content says no; the old file is then still there
    public static void write(Path file, Content content) throws IOException {
        Path parent = requireNonNull(file.toAbsolutePath().getParent(), "a file needs a folder");
        Files.createDirectories(parent);
        // not createTempFile, which lets its owner alone read it: a policy is served by others than who trained it
        Path written = parent.resolve(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            // a stream, not a channel: an interrupt, which asks a run to end, must not spoil its last checkpoint
            try (var out = new FileOutputStream(written.toFile())) {
                content.writeTo(out);
                out.getFD().sync();
            }
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(written);
        }
    }
}
