package dev.rein.server.training;

import dev.rein.server.objects.ObjectStore;
import dev.rein.server.objects.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/// Objects in memory, with keys of any kind.
final class MemoryObjects implements ObjectStore {
    private final Map<String, byte[]> objects = new ConcurrentSkipListMap<>();

    @Override
    public void put(Path file, S3Uri to) throws IOException {
        objects.put(to.toString(), Files.readAllBytes(file));
    }

    void put(String uri, byte[] content) {
        objects.put(uri, content);
    }

    @Override
    public InputStream open(S3Uri from) throws IOException {
        byte[] content = objects.get(from.toString());
        if (content == null) {
            throw new java.nio.file.NoSuchFileException(from.toString());
        }
        return new java.io.ByteArrayInputStream(content);
    }

    @Override
    public boolean exists(S3Uri uri) {
        return objects.containsKey(uri.toString());
    }

    @Override
    public Stream<Entry> list(S3Uri prefix) {
        return objects.entrySet().stream()
                .filter(object -> object.getKey().startsWith(prefix.toString()))
                .map(object -> new Entry(S3Uri.parse(object.getKey()), object.getValue().length));
    }

    @Override
    public void delete(S3Uri uri) {
        objects.remove(uri.toString());
    }
}
