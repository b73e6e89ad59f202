package dev.rein.server.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.rein.server.objects.ObjectStore;
import dev.rein.server.objects.S3Uri;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FolderSyncTest {
    @TempDir
    Path base;

    private final Map<String, String> stored = new TreeMap<>();
    private Path tree;
    private FolderSync sync;

    @BeforeEach
    void make() throws IOException {
        tree = Files.createDirectories(base.resolve("ml/checkpoints"));
        sync = new FolderSync(
                new UntrustedTree(base.resolve("ml"), "checkpoints"),
                S3Uri.parse("s3://ckpt/run"),
                new Uploads(),
                base.resolve("scratch"),
                true);
    }

    @Test
    void aFifoInTheLastMomentIsNotWaitedFor() throws Exception {
        Files.writeString(tree.resolve("a"), "1");
        Files.writeString(tree.resolve("b"), "2");
        var untrusted = new UntrustedTree(base.resolve("ml"), "checkpoints");
        var read = new ArrayList<String>();
        assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> untrusted.walk((path, attributes, content) -> {
                    if (path.equals("a")) {
                        Files.delete(tree.resolve("a"));
                        assertThat(exit("mkfifo", tree.resolve("a").toString())).isZero();
                    }
                    try (var in = content.open()) {
                        read.add(path + new String(in.readAllBytes(), UTF_8));
                    }
                }));
        assertThat(read).containsExactly("b2");
    }

    private static int exit(String... command) {
        try {
            return new ProcessBuilder(command).start().waitFor();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aFileGoesUpOnceItHasSettled() throws IOException {
        Files.writeString(tree.resolve("a"), "1");
        sync.look();
        assertThat(stored).isEmpty();
        Files.writeString(tree.resolve("a"), "2", StandardOpenOption.APPEND);
        sync.look();
        assertThat(stored).isEmpty();
        sync.look();
        assertThat(stored).containsExactly(Map.entry("s3://ckpt/run/a", "12"));
    }

    @Test
    void theLastLookTakesEverything() throws IOException {
        Files.createDirectories(tree.resolve("d"));
        Files.writeString(tree.resolve("d/a"), "1");
        sync.finish();
        assertThat(stored).containsOnlyKeys("s3://ckpt/run/d/a");
        assertThat(base.resolve("scratch")).isEmptyDirectory();
    }

    @Test
    void whatIsDeletedGoesFromTheStoreToo() throws IOException {
        Files.writeString(tree.resolve("a"), "1");
        sync.finish();
        Files.delete(tree.resolve("a"));
        sync.look();
        assertThat(stored).isEmpty();
    }

    @Test
    void whatWasThereAtTheStartIsNotUploadedAgain() throws IOException {
        Files.writeString(tree.resolve("a"), "1");
        sync.startInStep();
        sync.finish();
        assertThat(stored).isEmpty();
    }

    @Test
    void noLinkIsFollowedAndNoPipeIsRead() throws Exception {
        Path secret = Files.writeString(base.resolve("secret"), "s");
        Files.createDirectory(base.resolve("private"));
        Files.writeString(base.resolve("private/key"), "s");
        Files.createSymbolicLink(tree.resolve("file"), secret);
        Files.createSymbolicLink(tree.resolve("folder"), base.resolve("private"));
        assertThat(new ProcessBuilder("mkfifo", tree.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();
        sync.finish();
        assertThat(stored).isEmpty();
    }

    @Test
    void aTreeThatIsALinkHoldsNothing() throws IOException {
        Files.createDirectory(base.resolve("private"));
        Files.writeString(base.resolve("private/key"), "s");
        Files.delete(tree);
        Files.createSymbolicLink(tree, base.resolve("private"));
        sync.finish();
        assertThat(stored).isEmpty();
    }

    private final class Uploads implements ObjectStore {
        @Override
        public void put(Path file, S3Uri to) throws IOException {
            stored.put(to.toString(), Files.readString(file));
        }

        @Override
        public InputStream open(S3Uri from) {
            return new ByteArrayInputStream(
                    stored.getOrDefault(from.toString(), "").getBytes(UTF_8));
        }

        @Override
        public boolean exists(S3Uri uri) {
            return stored.containsKey(uri.toString());
        }

        @Override
        public Stream<Entry> list(S3Uri prefix) {
            return Stream.empty();
        }

        @Override
        public void delete(S3Uri uri) {
            stored.remove(uri.toString());
        }
    }
}
