package dev.rein.server.objects;

import dev.rein.server.identity.Credentials;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.gaul.s3proxy.AccessGrant;
import org.gaul.s3proxy.S3ErrorCode;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.S3ProxyException;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.jspecify.annotations.Nullable;

/// An S3 of our own: S3Proxy over a folder, on a port of its own, one folder to a bucket and one file to an object.
/// What it acknowledges is on disk. What uploads have left that nobody goes on with is deleted after each start.
public final class EmbeddedS3 implements AutoCloseable {
    /// A request whose whole body is signed is held in memory while its hash is checked; larger ones come in chunks
    /// or parts, as every SDK does by itself.
    private static final long SIGNED_WHOLE = 64L * 1024 * 1024;

    private static final int THREADS = 64;

    private final S3Proxy proxy;
    private final URI endpoint;
    private final Thread sweep;

    private EmbeddedS3(S3Proxy proxy, URI endpoint, Abandoned abandoned) {
        this.proxy = proxy;
        this.endpoint = endpoint;
        this.sweep = Thread.ofVirtual().name("s3-sweep").start(abandoned::remove);
    }

    /// @param folder is made if missing; its file system must keep extended attributes, where metadata is kept
    /// @param port   0 for any free one
    /// @throws IOException if the port is taken or the folder cannot be used; the message says which
    public static EmbeddedS3 start(Path folder, String host, int port, Credentials credentials) throws IOException {
        Instant started = Instant.now();
        Files.createDirectories(folder);
        requireAttributes(folder);
        URI wanted = address(host, port);
        var blobs = new DurableBlobs(
                new FilesystemNio2BlobStore(folder.toAbsolutePath().toString()), folder.toAbsolutePath());
        S3Proxy proxy = S3Proxy.builder()
                .blobStore(blobs)
                .endpoint(wanted)
                // boto3 presigns with version 2 unless told otherwise.
                .awsAuthentication(
                        AuthenticationType.AWS_V2_OR_V4, credentials.accessKeyId(), credentials.secretAccessKey())
                .ignoreUnknownHeaders(true)
                .v4MaxNonChunkedRequestSize(SIGNED_WHOLE)
                .jettyMaxThreads(THREADS)
                .build();
        proxy.setBlobStoreLocator((identity, _, _) -> grant(identity, credentials, blobs));
        try {
            proxy.start();
        } catch (Exception e) { // S3Proxy declares no less
            stop(proxy);
            throw refused(host, port, e);
        }
        return new EmbeddedS3(proxy, address(host, proxy.getPort()), new Abandoned(folder, started));
    }

    /// As S3Proxy by itself, but for its words about an unknown key, which are "Forbidden".
    ///
    /// @return null where a request names nobody: S3Proxy refuses it
    private static @Nullable AccessGrant grant(@Nullable String identity, Credentials credentials, BlobStore blobs) {
        if (identity == null) {
            return null;
        }
        if (!identity.equals(credentials.accessKeyId())) {
            throw new S3ProxyException(
                    S3ErrorCode.INVALID_ACCESS_KEY_ID,
                    "The AWS Access Key Id you provided does not exist in our records.");
        }
        return new AccessGrant(credentials.secretAccessKey(), blobs);
    }

    public URI endpoint() {
        return endpoint;
    }

    @Override
    public void close() {
        sweep.interrupt();
        stop(proxy);
        try {
            sweep.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void stop(S3Proxy proxy) {
        try {
            proxy.stop();
        } catch (Exception e) { // S3Proxy declares no less
            throw new IllegalStateException("the object store did not stop", e);
        }
    }

    private static void requireAttributes(Path folder) throws IOException {
        if (!Files.getFileStore(folder).supportsFileAttributeView("user")) {
            throw new IOException(
                    "%s: its file system keeps no extended attributes (expected: one that does, such as ext4, xfs or "
                                    .formatted(folder)
                            + "btrfs). Choose another REIN_HOME, or an S3 elsewhere.");
        }
    }

    private static URI address(String host, int port) {
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
    }

    private static IOException refused(String host, int port, Exception e) {
        boolean taken = e instanceof BindException || e.getCause() instanceof BindException;
        return new IOException(
                taken
                        ? ("S3 port: %d on %s is in use, or the address is not this machine's. Stop what listens there, "
                                        + "or choose another port (0 for any free one).")
                                .formatted(port, host)
                        : "S3 cannot listen on %s:%d: %s".formatted(host, port, e.getMessage()),
                e);
    }
}
