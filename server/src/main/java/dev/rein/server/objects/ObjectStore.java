package dev.rein.server.objects;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.stream.Stream;

/// The platform's own client of the object store, embedded or elsewhere. Safe for any number of threads.
public interface ObjectStore {
    /// @param size in bytes
    record Entry(S3Uri uri, long size) {}

    /// Uploads a whole file; the object is absent or whole, never a part. Creates the bucket if it is missing.
    void put(Path file, S3Uri to) throws IOException;

    /// @throws java.nio.file.NoSuchFileException if there is no such object
    InputStream open(S3Uri from) throws IOException;

    boolean exists(S3Uri uri) throws IOException;

    /// Every object whose key starts with the prefix's, in key order, read page by page.
    Stream<Entry> list(S3Uri prefix) throws IOException;

    void delete(S3Uri uri) throws IOException;
}
