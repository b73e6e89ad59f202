package dev.rein.server.archive;

import static dev.rein.server.archive.EntryName.quoted;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.READ;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// One packing.
final class Packing {
    private static final int TOLD = 100;

    private final Path tree;
    private final ArchiveLimits limits;
    private final byte[] buffer = new byte[1 << 16];
    private final List<String> leftOut = new ArrayList<>();
    private int files;
    private int entries;
    private long bytes;

    Packing(Path tree, ArchiveLimits limits) {
        this.tree = tree;
        this.limits = limits;
    }

    Packed run(Path archive) throws IOException {
        try (var tar = new TarArchiveOutputStream(
                new GZIPOutputStream(new BufferedOutputStream(Files.newOutputStream(archive), 1 << 16), 1 << 16),
                "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            tar.setAddPaxHeadersForNonAsciiNames(true);
            packFolder(tree, tar);
            tar.finish();
        } catch (IOException e) {
            Files.deleteIfExists(archive);
            throw e;
        }
        return new Packed(files, bytes, leftOut);
    }

    private void packFolder(Path folder, TarArchiveOutputStream tar) throws IOException {
        List<Path> children;
        try (Stream<Path> listed = Files.list(folder)) {
            children = listed.sorted().toList();
        }
        for (Path child : children) {
            if (++entries > limits.entries()) {
                throw new ArchiveException(
                        "%s has more than %d entries.".formatted(tree.getFileName(), limits.entries()));
            }
            pack(child, tar);
        }
    }

    private void pack(Path path, TarArchiveOutputStream tar) throws IOException {
        var attributes = Files.readAttributes(path, PosixFileAttributes.class, NOFOLLOW_LINKS);
        Path inside = tree.relativize(path);
        if (attributes.isDirectory()) {
            tar.putArchiveEntry(entry(inside + "/", TarConstants.LF_DIR, attributes));
            tar.closeArchiveEntry();
            packFolder(path, tar);
        } else if (attributes.isSymbolicLink()) {
            String target = Files.readSymbolicLink(path).toString();
            if (EntryName.staysInside(inside, target)) {
                var entry = entry(inside.toString(), TarConstants.LF_SYMLINK, attributes);
                entry.setLinkName(target);
                tar.putArchiveEntry(entry);
                tar.closeArchiveEntry();
            } else {
                leaveOut("%s is a link to %s, outside".formatted(quoted(inside.toString()), quoted(target)));
            }
        } else if (attributes.isRegularFile()) {
            packFile(path, inside, attributes, tar);
        } else {
            leaveOut("%s is a device, a pipe or a socket".formatted(quoted(inside.toString())));
        }
    }

    private void packFile(Path path, Path inside, PosixFileAttributes attributes, TarArchiveOutputStream tar)
            throws IOException {
        try (var channel = FileChannel.open(path, Set.of(READ, NOFOLLOW_LINKS));
                InputStream in = Channels.newInputStream(channel)) {
            long size = channel.size();
            bytes += size;
            if (bytes > limits.bytes()) {
                throw new ArchiveException(
                        "%s holds more than %d bytes.".formatted(tree.getFileName(), limits.bytes()));
            }
            var entry = entry(inside.toString(), TarConstants.LF_NORMAL, attributes);
            entry.setSize(size);
            tar.putArchiveEntry(entry);
            // What is written to the file from now on is not in the archive: the header has promised its size.
            for (long left = size; left > 0; ) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    throw new ArchiveException(
                            "%s became shorter while it was read.".formatted(quoted(inside.toString())));
                }
                tar.write(buffer, 0, read);
                left -= read;
            }
            tar.closeArchiveEntry();
            files++;
        }
    }

    private static TarArchiveEntry entry(String name, byte type, PosixFileAttributes attributes) {
        var entry = new TarArchiveEntry(name, type);
        entry.setModTime(attributes.lastModifiedTime().toMillis());
        entry.setMode(Mode.of(attributes.permissions()));
        return entry;
    }

    private void leaveOut(String sentence) {
        if (leftOut.size() < TOLD) {
            leftOut.add(sentence);
        }
    }
}
