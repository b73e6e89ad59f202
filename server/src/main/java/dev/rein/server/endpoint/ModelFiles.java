package dev.rein.server.endpoint;

import dev.rein.server.archive.ArchiveException;
import dev.rein.server.archive.ArchiveLimits;
import dev.rein.server.archive.TarGz;
import dev.rein.server.objects.ObjectStore;
import dev.rein.server.objects.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/// Brings a variant's files into its replicas' `/opt/ml`. A packed model is downloaded once for each deployment, so
/// that a replica started anew gets what its siblings have. Safe for any number of threads.
final class ModelFiles {
    private final ObjectStore objects;
    private final Path work;

    /// @param work a folder of ours alone; made when needed
    ModelFiles(ObjectStore objects, Path work) {
        this.objects = objects;
        this.work = work;
    }

    /// Fills `model/`, and `code/` when the code was submitted on its own.
    ///
    /// @param key the same for replicas that shall have the same files: a file name
    /// @throws ReplicaException if the model is missing or its archive is refused
    void place(Variant variant, String key, Path ml) throws ReplicaException, IOException {
        Path model = Files.createDirectories(ml.resolve("model"));
        if (variant.source().isPresent()) {
            ModelSource source = variant.source().get();
            try {
                if (source.packed()) {
                    extract(downloaded(source.uri(), key), source.uri(), model);
                } else {
                    copy(source.uri(), model);
                }
            } catch (NoSuchFileException e) {
                throw new ReplicaException("Could not find model data at %s.".formatted(source.uri()), e);
            }
        }
        String code = variant.environment().getOrDefault("SAGEMAKER_SUBMIT_DIRECTORY", "");
        if (code.startsWith("s3://")) {
            placeCode(code, key, Files.createDirectories(ml.resolve("code")));
        }
    }

    /// Forgets what was downloaded for a key.
    void forget(String key) throws IOException {
        for (String suffix : List.of("", ".code")) {
            Files.deleteIfExists(work.resolve(key + suffix));
        }
    }

    private void placeCode(String address, String key, Path code) throws ReplicaException, IOException {
        try {
            S3Uri uri = S3Uri.parse(address);
            extract(downloaded(uri, key + ".code"), uri, code);
        } catch (IllegalArgumentException e) {
            throw new ReplicaException("SAGEMAKER_SUBMIT_DIRECTORY: " + e.getMessage(), e);
        } catch (NoSuchFileException e) {
            throw new ReplicaException("Could not find the code at %s.".formatted(address), e);
        }
    }

    private synchronized Path downloaded(S3Uri uri, String key) throws IOException {
        Path file = Files.createDirectories(work).resolve(key);
        if (!Files.exists(file)) {
            Path part = work.resolve(key + ".part");
            try (InputStream in = objects.open(uri)) {
                Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);
            }
        }
        return file;
    }

    private static void extract(Path archive, S3Uri from, Path into) throws ReplicaException, IOException {
        try (InputStream in = Files.newInputStream(archive)) {
            TarGz.extract(in, into, ArchiveLimits.USUAL);
        } catch (ArchiveException e) {
            throw new ReplicaException("%s cannot be unpacked: %s".formatted(from, e.getMessage()), e);
        }
    }

    private void copy(S3Uri prefix, Path into) throws ReplicaException, IOException {
        List<ObjectStore.Entry> entries;
        try (var listed = objects.list(prefix)) {
            entries = listed.limit(ArchiveLimits.USUAL.entries()).toList();
        }
        if (entries.isEmpty()) {
            throw new NoSuchFileException(prefix.toString());
        }
        for (ObjectStore.Entry entry : entries) {
            String key = entry.uri().key();
            String rest = key.substring(prefix.key().length());
            // The prefix `a/model` names the one object of that key as well as what lies below.
            String name = rest.isEmpty() ? key.substring(key.lastIndexOf('/') + 1) : rest.replaceFirst("^/+", "");
            Path file = into.resolve(name).normalize();
            if (!file.startsWith(into) || file.equals(into)) {
                throw new ReplicaException(
                        "%s has no place in /opt/ml/model: its name leads out of it.".formatted(entry.uri()));
            }
            if (!key.endsWith("/")) {
                Files.createDirectories(file.getParent());
                try (InputStream in = objects.open(entry.uri())) {
                    Files.copy(in, file);
                }
            }
        }
    }
}
