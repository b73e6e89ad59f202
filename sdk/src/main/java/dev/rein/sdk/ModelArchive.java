package dev.rein.sdk;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import software.amazon.awssdk.core.sync.RequestBody;

/// `model.tar.gz` in S3: unpacked here, or packed anew with code for the server below `code/`.
record ModelArchive(Session session, S3Location place) {
    /// Writes the model's files below a folder.
    ///
    /// @throws IllegalStateException if an entry is a link, or would be written elsewhere
    void unpack(Path folder) throws IOException {
        Path root = folder.toAbsolutePath().normalize();
        try (TarArchiveInputStream tar = open(place)) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path file = root.resolve(name(entry)).normalize();
                if (!file.startsWith(root)) {
                    throw new IllegalStateException(
                            "%s holds %s, which leads out of it".formatted(place, entry.getName()));
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else if (entry.isFile()) {
                    Files.createDirectories(file.getParent());
                    Files.copy(tar, file);
                } else {
                    throw new IllegalStateException(
                            "%s holds %s, which is neither a file nor a folder".formatted(place, entry.getName()));
                }
            }
        }
    }

    /// The model with the code of the job that trained it.
    void repack(S3Location code, S3Location to, Optional<String> kmsKey) throws IOException {
        repack(to, kmsKey, out -> {
            try (TarArchiveInputStream tar = open(code)) {
                copy(tar, out, name -> "code/" + name);
            }
        });
    }

    /// The model with code of this machine.
    void repack(SourceArchive code, S3Location to, Optional<String> kmsKey) throws IOException {
        repack(to, kmsKey, code::writeEntries);
    }

    private interface Code {
        void write(TarArchiveOutputStream out) throws IOException;
    }

    private void repack(S3Location to, Optional<String> kmsKey, Code code) throws IOException {
        Path packed = Files.createTempFile("model", ".tar.gz");
        try {
            try (TarArchiveInputStream tar = open(place);
                    var file = new BufferedOutputStream(Files.newOutputStream(packed));
                    TarArchiveOutputStream out = SourceArchive.tar(new GzipCompressorOutputStream(file))) {
                // code that came with the model makes room
                copy(tar, out, name -> name.equals("code") || name.startsWith("code/") ? "" : name);
                code.write(out);
            }
            session.putEncrypted(to, RequestBody.fromFile(packed), kmsKey);
        } finally {
            Files.deleteIfExists(packed);
        }
    }

    private TarArchiveInputStream open(S3Location from) throws IOException {
        InputStream object =
                session.s3().getObject(get -> get.bucket(from.bucket()).key(from.key()));
        return new TarArchiveInputStream(GzipCompressorInputStream.builder()
                .setInputStream(new BufferedInputStream(object))
                .setDecompressConcatenated(true)
                .get());
    }

    private static void copy(TarArchiveInputStream from, TarArchiveOutputStream to, UnaryOperator<String> naming)
            throws IOException {
        Set<String> seen = new HashSet<>();
        for (var entry = from.getNextEntry(); entry != null; entry = from.getNextEntry()) {
            String own = name(entry);
            String name = own.isEmpty() ? "" : naming.apply(own);
            if (name.isEmpty() || entry.isDirectory() || !seen.add(name)) {
                continue; // folders are made by their files
            }
            if (!entry.isFile() || Path.of(name).normalize().startsWith("..")) {
                throw new IllegalStateException(
                        "%s is no plain file inside the archive, and cannot be packed anew".formatted(entry.getName()));
            }
            var header = new TarArchiveEntry(name);
            header.setSize(entry.getSize());
            header.setMode(entry.getMode());
            header.setModTime(entry.getModTime());
            to.putArchiveEntry(header);
            from.transferTo(to);
            to.closeArchiveEntry();
        }
    }

    /// Without the `/` or `./` that some archives start with.
    private static String name(TarArchiveEntry entry) {
        return entry.getName().replaceFirst("^(\\./|/)+", "").replaceFirst("^\\.$", "");
    }
}
