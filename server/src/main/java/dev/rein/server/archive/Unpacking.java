package dev.rein.server.archive;

import static dev.rein.server.archive.EntryName.quoted;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/// One extraction. What keeps it inside: a name has no `..`, every parent is a real folder and not a link, a file
/// is always created anew, and a link's target cannot lead out (see [EntryName#staysInside]).
final class Unpacking {
    /// Small archives are no bombs whatever their ratio.
    private static final long RATIO_FREE = 64L << 20;

    private final Path into;
    private final ArchiveLimits limits;
    private final Metered packed;
    private final byte[] buffer = new byte[1 << 16];
    private long bytes;
    private int entries;

    /// @param archive not closed
    Unpacking(InputStream archive, Path into, ArchiveLimits limits) {
        this.packed = new Metered(archive);
        this.into = into;
        this.limits = limits;
    }

    @SuppressWarnings("resource") // none of the streams is closed: what they read from is the caller's
    void run() throws IOException {
        InputStream gzip = blame(() -> new GZIPInputStream(packed, 1 << 16));
        var tar = new TarArchiveInputStream(gzip, "UTF-8");
        for (TarArchiveEntry entry; (entry = blame(tar::getNextEntry)) != null; ) {
            count();
            unpack(entry, tar);
        }
        if (entries == 0) {
            throw new ArchiveException("The archive is empty.");
        }
        // To the end, where gzip's check sum is compared.
        for (int read; (read = blame(() -> gzip.read(buffer))) >= 0; ) {
            grow(read);
        }
    }

    private void unpack(TarArchiveEntry entry, TarArchiveInputStream tar) throws IOException {
        String name = entry.getName();
        Path path = EntryName.of(name);
        Path at = into.resolve(path);
        if (path.toString().isEmpty()) {
            return; // "./", the root, is already there
        }
        makeParents(path, name);
        if (entry.isDirectory()) {
            makeFolder(at, name);
            Files.setPosixFilePermissions(at, Mode.permissions(entry.getMode() | 0755));
        } else if (entry.isSymbolicLink()) {
            makeRoom(at, name);
            link(path, at, entry.getLinkName(), name);
        } else if (entry.isLink()) {
            Path target = into.resolve(EntryName.of(entry.getLinkName()));
            hardLink(at, target, entry.getLinkName(), name);
        } else if (entry.isFile() && !entry.isCharacterDevice() && !entry.isBlockDevice() && !entry.isFIFO()) {
            makeRoom(at, name);
            write(at, tar);
            Files.setPosixFilePermissions(at, Mode.permissions(entry.getMode() | 0644));
        } else {
            throw new ArchiveException("Entry %s is a device or a pipe (allowed: files, folders and links inside)."
                    .formatted(quoted(name)));
        }
    }

    private void write(Path at, InputStream tar) throws IOException {
        try (OutputStream out = Files.newOutputStream(at, CREATE_NEW, WRITE)) {
            for (int read; (read = blame(() -> tar.read(buffer))) >= 0; ) {
                grow(read);
                out.write(buffer, 0, read);
            }
        }
    }

    private static void link(Path path, Path at, String target, String name) throws IOException {
        if (!EntryName.staysInside(path, target)) {
            throw new ArchiveException("Entry %s is a link to %s, which may lead out of the archive (allowed: relative "
                            .formatted(quoted(name), quoted(target))
                    + "targets inside, with .. only at their beginning).");
        }
        Files.createSymbolicLink(at, Path.of(target));
    }

    private void hardLink(Path at, Path target, String targetName, String name) throws IOException {
        if (at.equals(target)) {
            throw new ArchiveException("Entry %s is a link to itself.".formatted(quoted(name)));
        }
        for (Path parent = target.getParent(); parent != null && !parent.equals(into); parent = parent.getParent()) {
            if (!Files.isDirectory(parent, NOFOLLOW_LINKS)) {
                throw new ArchiveException("Entry %s is a link to %s, which is not in the archive before it."
                        .formatted(quoted(name), quoted(targetName)));
            }
        }
        if (!Files.isRegularFile(target, NOFOLLOW_LINKS)) {
            throw new ArchiveException("Entry %s is a link to %s, which is no file in the archive before it."
                    .formatted(quoted(name), quoted(targetName)));
        }
        makeRoom(at, name);
        Files.createLink(at, target);
    }

    private void makeParents(Path path, String name) throws IOException {
        Path at = into;
        for (int i = 0; i < path.getNameCount() - 1; i++) {
            at = at.resolve(path.getName(i));
            if (!Files.isDirectory(at, NOFOLLOW_LINKS)) {
                count(); // archives may leave folders unsaid; they cost the same
                makeFolder(at, name);
            }
        }
    }

    private static void makeFolder(Path at, String name) throws IOException {
        if (Files.isDirectory(at, NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.exists(at, NOFOLLOW_LINKS)) {
            throw new ArchiveException("Entry %s lies below something that is not a folder.".formatted(quoted(name)));
        }
        Files.createDirectory(at);
    }

    /// Of two entries of one name the later wins, as with `tar`; a folder is never replaced.
    private static void makeRoom(Path at, String name) throws IOException {
        if (Files.isDirectory(at, NOFOLLOW_LINKS)) {
            throw new ArchiveException("Entry %s is both a folder and something else.".formatted(quoted(name)));
        }
        Files.deleteIfExists(at);
    }

    private void count() throws ArchiveException {
        if (++entries > limits.entries()) {
            throw new ArchiveException("The archive has more than %d entries.".formatted(limits.entries()));
        }
    }

    private void grow(int read) throws ArchiveException {
        bytes += read;
        if (bytes > limits.bytes()) {
            throw new ArchiveException("The archive unpacks to more than %d bytes.".formatted(limits.bytes()));
        }
        if (bytes > RATIO_FREE && bytes / limits.ratio() > packed.count()) {
            throw new ArchiveException(
                    "The archive unpacks to more than %d times its size: it looks like a decompression bomb."
                            .formatted(limits.ratio()));
        }
    }

    private interface Reading<T extends @Nullable Object> {
        T read() throws IOException;
    }

    /// Reads from the archive, and tells its faults from those of where it is read from.
    private <T extends @Nullable Object> T blame(Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (EOFException e) {
            throw new ArchiveException("The archive is cut off.", e);
        } catch (ZipException e) {
            throw new ArchiveException("The archive is not gzip, or damaged: %s.".formatted(e.getMessage()), e);
        } catch (IOException e) {
            if (packed.failed()) {
                throw e;
            }
            throw new ArchiveException("The archive is damaged: %s.".formatted(e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            throw new ArchiveException("The archive is damaged: %s.".formatted(e.getMessage()), e);
        }
    }
}
