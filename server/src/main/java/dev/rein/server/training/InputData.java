package dev.rein.server.training;

import dev.rein.server.objects.ObjectStore;
import dev.rein.server.objects.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import software.amazon.awssdk.services.sagemaker.model.Channel;
import software.amazon.awssdk.services.sagemaker.model.S3DataDistribution;
import software.amazon.awssdk.services.sagemaker.model.S3DataSource;
import software.amazon.awssdk.services.sagemaker.model.S3DataType;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Brings S3 objects into a host's folders, keeping their keys below the prefix as paths. A key that would leave
/// the folder is refused, and the job with it.
final class InputData {
    private static final JsonMapper JSON = new JsonMapper();

    /// A manifest lists keys; a larger one is a mistake.
    private static final int MANIFEST_LIMIT = 64 << 20;

    private final ObjectStore objects;
    private final BooleanSupplier cancelled;

    /// @param cancelled looked at between objects; when true, what is left is not fetched
    InputData(ObjectStore objects, BooleanSupplier cancelled) {
        this.objects = objects;
        this.cancelled = cancelled;
    }

    /// An object, and the path below the folder it is to have.
    private record Item(S3Uri from, String path) {}

    /// Fetches a host's part of a channel.
    ///
    /// @param host  0 for the first of `hosts`
    /// @param hosts how many share a channel that is sharded by key
    void fetch(Channel channel, Path into, int host, int hosts) throws IOException, CannotGoOnException {
        S3DataSource source = channel.dataSource().s3DataSource();
        S3Uri uri = S3Uri.parse(source.s3Uri());
        List<Item> items = source.s3DataType() == S3DataType.MANIFEST_FILE ? manifest(uri) : below(uri);
        if (items.isEmpty()) {
            throw new CannotGoOnException("ClientError: Data download failed: No S3 objects found under S3 URL \"" + uri
                    + "\" given in input data source. Please ensure that the bucket exists and that objects exist under"
                    + " that S3 prefix.");
        }
        boolean sharded = source.s3DataDistributionType() == S3DataDistribution.SHARDED_BY_S3_KEY;
        for (int i = 0; i < items.size() && !cancelled.getAsBoolean(); i++) {
            if (!sharded || i % hosts == host) {
                fetch(items.get(i), into);
            }
        }
    }

    /// Fetches whatever is below a prefix, if anything.
    void fetchAll(S3Uri prefix, Path into) throws IOException, CannotGoOnException {
        for (Item item : below(prefix)) {
            if (cancelled.getAsBoolean()) {
                return;
            }
            fetch(item, into);
        }
    }

    private List<Item> below(S3Uri prefix) throws IOException {
        try (Stream<ObjectStore.Entry> entries = objects.list(prefix)) {
            return entries.map(entry -> new Item(
                            entry.uri(), pathBelow(prefix.key(), entry.uri().key())))
                    .filter(item -> !item.path().isEmpty())
                    .toList();
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /// `data/` and `data` both make `x` of `data/x`; a key that is the prefix, or goes on within its last step,
    /// keeps its last steps whole.
    static String pathBelow(String prefix, String key) {
        if (prefix.isEmpty() || prefix.endsWith("/")) {
            return key.substring(prefix.length());
        }
        return key.startsWith(prefix + "/")
                ? key.substring(prefix.length() + 1)
                : key.substring(prefix.lastIndexOf('/') + 1);
    }

    /// `[{"prefix": "s3://bucket/p/"}, "a.csv", "b/c.csv"]`
    private List<Item> manifest(S3Uri uri) throws IOException, CannotGoOnException {
        byte[] text;
        try (InputStream in = objects.open(uri)) {
            text = in.readNBytes(MANIFEST_LIMIT);
        } catch (java.nio.file.NoSuchFileException e) {
            throw new CannotGoOnException("ClientError: Data download failed: there is no manifest " + uri, e);
        }
        try {
            JsonNode root = JSON.readTree(text);
            S3Uri prefix = S3Uri.parse(root.path(0).path("prefix").asString(""));
            var items = new ArrayList<Item>();
            for (int i = 1; i < root.size(); i++) {
                String path = root.path(i).asString("");
                items.add(new Item(new S3Uri(prefix.bucket(), prefix.key() + path), path));
            }
            return items;
        } catch (JacksonException | IllegalArgumentException e) {
            throw new CannotGoOnException(
                    "ClientError: Data download failed: %s is no manifest (expected: [{\"prefix\": \"s3://bucket/prefix/\"},"
                                    .formatted(uri)
                            + " \"key\", …])",
                    e);
        }
    }

    private void fetch(Item item, Path into) throws IOException, CannotGoOnException {
        Path to = resolve(into, item);
        try {
            if (item.path().endsWith("/")) {
                Files.createDirectories(to); // how consoles and tools write an empty folder
                return;
            }
            Files.createDirectories(to.getParent());
        } catch (FileSystemException e) {
            throw clash(item, e);
        }
        if (Files.isDirectory(to)) {
            throw clash(item, null);
        }
        try (InputStream in = objects.open(item.from())) {
            Files.copy(in, to);
        } catch (java.nio.file.NoSuchFileException e) {
            throw new CannotGoOnException("ClientError: Data download failed: there is no object " + item.from(), e);
        } catch (java.nio.file.FileAlreadyExistsException e) {
            throw clash(item, e);
        }
    }

    private static CannotGoOnException clash(Item item, @org.jspecify.annotations.Nullable Throwable cause) {
        String message =
                "ClientError: Data download failed: %s needs a file or folder where another key has put the other"
                        .formatted(item.from());
        return cause == null ? new CannotGoOnException(message) : new CannotGoOnException(message, cause);
    }

    private static Path resolve(Path into, Item item) throws CannotGoOnException {
        try {
            for (String step : item.path().split("/")) {
                if (step.equals("..") || step.equals(".")) {
                    throw new CannotGoOnException(
                            "ClientError: Data download failed: the key of %s has \"%s\" in it, which is no"
                                            .formatted(item.from(), step)
                                    + " file name");
                }
            }
            Path to = into.resolve(item.path().replaceFirst("^/+", "")).normalize();
            if (!to.startsWith(into) || to.equals(into)) {
                throw new CannotGoOnException(
                        "ClientError: Data download failed: the key of %s is no file name".formatted(item.from()));
            }
            return to;
        } catch (InvalidPathException e) {
            throw new CannotGoOnException(
                    "ClientError: Data download failed: the key of %s is no file name: %s"
                            .formatted(item.from(), e.getReason()),
                    e);
        }
    }
}
