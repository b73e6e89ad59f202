package dev.rein.server.endpoint;

import dev.rein.server.objects.ObjectStore;
import dev.rein.server.objects.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/// Objects as files in a folder.
final class FolderObjects implements ObjectStore {
    private final Path root;

    FolderObjects(Path root) {
        this.root = root;
    }

    @Override
    public void put(Path file, S3Uri to) throws IOException {
        Files.createDirectories(path(to).getParent());
        Files.copy(file, path(to), StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public InputStream open(S3Uri from) throws IOException {
        return Files.newInputStream(path(from));
    }

    @Override
    public boolean exists(S3Uri uri) {
        return Files.isRegularFile(path(uri));
    }

    @Override
    public Stream<Entry> list(S3Uri prefix) throws IOException {
        Path bucket = root.resolve(prefix.bucket());
        if (!Files.exists(bucket)) {
            return Stream.empty();
        }
        List<Path> files;
        try (var tree = Files.walk(bucket)) {
            files = tree.filter(Files::isRegularFile).sorted().toList();
        }
        return files.stream()
                .map(file -> new Entry(
                        new S3Uri(prefix.bucket(), bucket.relativize(file).toString()),
                        file.toFile().length()))
                .filter(entry -> entry.uri().key().startsWith(prefix.key()));
    }

    @Override
    public void delete(S3Uri uri) throws IOException {
        Files.deleteIfExists(path(uri));
    }

    private Path path(S3Uri uri) {
        return root.resolve(uri.bucket()).resolve(uri.key());
    }
}
