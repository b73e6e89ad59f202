package dev.rein.server.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TarGzTest {
    @TempDir
    Path folder;

    private Path into;
    private Path outside;

    @BeforeEach
    void makeFolders() throws IOException {
        into = Files.createDirectory(folder.resolve("into"));
        outside = Files.writeString(folder.resolve("secret"), "secret");
    }

    @AfterEach
    void nothingOutsideIsTouched() throws IOException {
        assertThat(outside).hasContent("secret");
        try (var children = Files.list(folder)) {
            assertThat(children.map(child -> child.getFileName().toString()))
                    .isSubsetOf("into", "secret", "tree", "a.tar.gz");
        }
    }

    @Nested
    class GivenAnArchive {
        @Test
        void filesFoldersModesAndLinksInsideAreUnpacked() throws IOException {
            extract(tar -> {
                folder(tar, "./");
                folder(tar, "./code/");
                file(tar, "./code/run.sh", "#!", 0755);
                file(tar, "model/été/weights", "w", 0600);
                link(tar, "latest", "model/été/weights");
                link(tar, "code/back", "../latest");
                hardLink(tar, "twin", "model/été/weights");
            });
            assertThat(into.resolve("code/back")).hasContent("w");
            assertThat(into.resolve("twin")).hasContent("w");
            assertThat(permissions("code/run.sh")).isEqualTo("rwxr-xr-x");
            assertThat(permissions("model/été/weights")).isEqualTo("rw-r--r--");
        }

        @Test
        void aLoneSlashIsTheRootAsAmazonsPythonSdkWritesIt() throws IOException {
            extract(tar -> {
                folder(tar, "/");
                file(tar, "code/entry.py", "x", 0644);
            });
            assertThat(into.resolve("code/entry.py")).hasContent("x");
        }

        @Test
        void theLaterOfTwoEntriesOfOneNameWinsAndSetUserIdIsDropped() throws IOException {
            extract(tar -> {
                file(tar, "a", "first", 0644);
                file(tar, "a", "second", 04755);
            });
            assertThat(into.resolve("a")).hasContent("second");
            assertThat((Integer) Files.getAttribute(into.resolve("a"), "unix:mode") & 07777)
                    .isEqualTo(0755);
        }

        @Test
        void aLinkReplacedByAFileDoesNotLeadTheWritingAstray() throws IOException {
            extract(tar -> {
                file(tar, "kept", "kept", 0644);
                link(tar, "a", "kept");
                file(tar, "a", "own", 0644);
            });
            assertThat(into.resolve("kept")).hasContent("kept");
            assertThat(into.resolve("a")).hasContent("own");
        }

        @ParameterizedTest
        @ValueSource(strings = {"../secret", "/tmp/rein-absolute", "a/../../secret", "..", "a/.."})
        void namesThatLeadOutAreRefused(String name) {
            assertThatThrownBy(() -> extract(tar -> file(tar, name, "x", 0644)))
                    .isInstanceOf(ArchiveException.class)
                    .hasMessageContaining(name);
        }

        @ParameterizedTest
        @CsvSource({"a, ../secret", "a, /etc/passwd", "d/a, ../../secret", "a, d/../../secret", "a, d/.."})
        void linksThatMayLeadOutAreRefused(String name, String target) {
            assertThatThrownBy(() -> extract(tar -> link(tar, name, target)))
                    .isInstanceOf(ArchiveException.class)
                    .hasMessageContaining(target);
        }

        @Test
        void nothingIsWrittenThroughALink() {
            assertThatThrownBy(() -> extract(tar -> {
                        folder(tar, "d/");
                        link(tar, "l", "d");
                        file(tar, "l/file", "x", 0644);
                    }))
                    .isInstanceOf(ArchiveException.class)
                    .hasMessageContaining("not a folder");
            assertThat(into.resolve("d/file")).doesNotExist();
        }

        @Test
        void hardLinksReachOnlyFilesUnpackedBefore() {
            assertThatThrownBy(() -> extract(tar -> hardLink(tar, "a", "../secret")))
                    .isInstanceOf(ArchiveException.class);
            assertThatThrownBy(() -> extract(tar -> hardLink(tar, "a", "nothing")))
                    .isInstanceOf(ArchiveException.class);
        }

        @ParameterizedTest
        @ValueSource(bytes = {TarConstants.LF_CHR, TarConstants.LF_BLK, TarConstants.LF_FIFO})
        void devicesAndPipesAreRefused(byte type) {
            assertThatThrownBy(() -> extract(tar -> {
                        tar.putArchiveEntry(new TarArchiveEntry("null", type));
                        tar.closeArchiveEntry();
                    }))
                    .isInstanceOf(ArchiveException.class)
                    .hasMessageContaining("device");
        }

        @Test
        void aBombOfZerosIsStoppedByItsRatio() {
            byte[] zeros = new byte[1 << 20];
            assertThatThrownBy(() -> extract(tar -> {
                        for (int i = 0; i < 128; i++) {
                            file(tar, "zeros" + i, zeros, 0644);
                        }
                    }))
                    .isInstanceOf(ArchiveException.class)
                    .hasMessageContaining("bomb");
        }

        @Test
        void sizeAndCountAreLimited() throws IOException {
            var small = new ArchiveLimits(10, 3, 200);
            assertThatThrownBy(() -> extract(small, tar -> file(tar, "a", "01234567890", 0644)))
                    .hasMessage("The archive unpacks to more than 10 bytes.");
            assertThatThrownBy(() -> extract(small, tar -> file(tar, "b/c/d/e", "", 0644)))
                    .hasMessage("The archive has more than 3 entries.");
        }

        @Test
        void anArchiveCutAnywhereIsRefused() throws IOException {
            byte[] whole = archive(tar -> file(tar, "a", "some text", 0644));
            for (int length = 0; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThatThrownBy(() -> TarGz.extract(new ByteArrayInputStream(cut), into, ArchiveLimits.USUAL))
                        .as("cut after %d of %d bytes", length, whole.length)
                        .isInstanceOf(ArchiveException.class);
            }
        }

        @Test
        void whatIsNotGzipIsRefusedAndAFailureToReadIsNotTheArchivesFault() {
            assertThatThrownBy(() -> TarGz.extract(
                            new ByteArrayInputStream("PK not gzip".getBytes(UTF_8)), into, ArchiveLimits.USUAL))
                    .isInstanceOf(ArchiveException.class);
            var broken = new InputStream() {
                @Override
                public int read() throws IOException {
                    throw new IOException("connection reset");
                }

                @Override
                public int read(byte[] bytes, int offset, int length) throws IOException {
                    return read();
                }
            };
            assertThatThrownBy(() -> TarGz.extract(broken, into, ArchiveLimits.USUAL))
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessage("connection reset");
        }
    }

    @Nested
    class GivenAFolder {
        private Path tree;
        private Path archive;

        @BeforeEach
        void plant() throws IOException {
            tree = Files.createDirectories(folder.resolve("tree"));
            archive = folder.resolve("a.tar.gz");
            Files.createDirectories(tree.resolve("empty"));
            Files.createDirectories(tree.resolve("code"));
            Files.writeString(tree.resolve("code/" + "long".repeat(60)), "text");
            Files.setPosixFilePermissions(tree.resolve("empty"), PosixFilePermissions.fromString("rwxr-xr-x"));
        }

        @Test
        void itComesBackAsItWas() throws IOException {
            Files.createSymbolicLink(tree.resolve("code/inside"), Path.of("../empty"));
            Packed packed = TarGz.pack(tree, archive, ArchiveLimits.USUAL);
            assertThat(packed).isEqualTo(new Packed(1, 4, List.of()));
            extractFile(archive);
            assertThat(into.resolve("code/" + "long".repeat(60))).hasContent("text");
            assertThat(into.resolve("empty")).isEmptyDirectory();
            assertThat(Files.readSymbolicLink(into.resolve("code/inside"))).hasToString("../empty");
        }

        @Test
        void noLinkIsFollowedAndPipesAreLeftOut() throws IOException, InterruptedException {
            Files.createSymbolicLink(tree.resolve("passwd"), Path.of("/etc/passwd"));
            Files.createSymbolicLink(tree.resolve("up"), Path.of(".."));
            assertThat(new ProcessBuilder("mkfifo", tree.resolve("pipe").toString())
                            .start()
                            .waitFor())
                    .isZero();
            Packed packed = TarGz.pack(tree, archive, ArchiveLimits.USUAL);
            assertThat(packed.leftOut())
                    .containsExactly(
                            "\"passwd\" is a link to \"/etc/passwd\", outside",
                            "\"pipe\" is a device, a pipe or a socket",
                            "\"up\" is a link to \"..\", outside");
            extractFile(archive);
            assertThat(Files.exists(into.resolve("passwd"), NOFOLLOW_LINKS)).isFalse();
        }

        @Test
        void aTreeBeyondTheLimitsLeavesNoArchive() throws IOException {
            try (var sparse = new RandomAccessFile(tree.resolve("sparse").toFile(), "rw")) {
                sparse.setLength(1L << 40);
            }
            assertThatThrownBy(() -> TarGz.pack(tree, archive, ArchiveLimits.USUAL))
                    .isInstanceOf(ArchiveException.class)
                    .hasMessage("tree holds more than 34359738368 bytes.");
            assertThat(archive).doesNotExist();
        }

        private void extractFile(Path file) throws IOException {
            try (InputStream in = Files.newInputStream(file)) {
                TarGz.extract(in, into, ArchiveLimits.USUAL);
            }
        }
    }

    private interface Filling {
        void fill(TarArchiveOutputStream tar) throws IOException;
    }

    private void extract(Filling filling) throws IOException {
        extract(ArchiveLimits.USUAL, filling);
    }

    private void extract(ArchiveLimits limits, Filling filling) throws IOException {
        TarGz.extract(new ByteArrayInputStream(archive(filling)), into, limits);
    }

    private static byte[] archive(Filling filling) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes), "UTF-8")) {
            filling.fill(tar);
        }
        return bytes.toByteArray();
    }

    private static void file(TarArchiveOutputStream tar, String name, String text, int mode) throws IOException {
        file(tar, name, text.getBytes(UTF_8), mode);
    }

    private static void file(TarArchiveOutputStream tar, String name, byte[] content, int mode) throws IOException {
        var entry = new TarArchiveEntry(name, true);
        entry.setSize(content.length);
        entry.setMode(mode);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private static void folder(TarArchiveOutputStream tar, String name) throws IOException {
        tar.putArchiveEntry(new TarArchiveEntry(name, TarConstants.LF_DIR));
        tar.closeArchiveEntry();
    }

    private static void link(TarArchiveOutputStream tar, String name, String target) throws IOException {
        link(tar, name, target, TarConstants.LF_SYMLINK);
    }

    private static void hardLink(TarArchiveOutputStream tar, String name, String target) throws IOException {
        link(tar, name, target, TarConstants.LF_LINK);
    }

    private static void link(TarArchiveOutputStream tar, String name, String target, byte type) throws IOException {
        var entry = new TarArchiveEntry(name, type);
        entry.setLinkName(target);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }

    private String permissions(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(into.resolve(name)));
    }
}
