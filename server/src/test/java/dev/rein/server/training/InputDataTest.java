package dev.rein.server.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rein.server.objects.S3Uri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InputDataTest {
    @TempDir
    Path folder;

    private final MemoryObjects objects = new MemoryObjects();

    @ParameterizedTest
    @CsvSource({
        "'',        a/b,         a/b",
        "data/,     data/a/b,    a/b",
        "data,      data/a/b,    a/b",
        "data,      data,        data",
        "p/data,    p/data.csv,  data.csv",
        "p/da,      p/data/x,    data/x",
    })
    void aKeyBecomesAPathBelowThePrefix(String prefix, String key, String path) {
        assertThat(InputData.pathBelow(prefix, key)).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "a/../../x", "..", "a/./b", "\0", "a/\0/b"})
    void aKeyThatIsNoFileNameIsRefused(String key) throws IOException {
        objects.put("s3://data/p/" + key, "x".getBytes(UTF_8));
        Path into = Files.createDirectory(folder.resolve("into"));
        assertThatThrownBy(() -> fetch("s3://data/p/", into))
                .isInstanceOf(CannotGoOnException.class)
                .hasMessageStartingWith("ClientError: Data download failed");
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"%2e%2e%2fx", "a//b", "/etc/passwd", "\\", "CON", "ü 😀", "~root"})
    void aStrangeKeyStaysInside(String key) throws Exception {
        objects.put("s3://data/p/" + key, "x".getBytes(UTF_8));
        Path into = Files.createDirectory(folder.resolve("into"));
        fetch("s3://data/p/", into);
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files.filter(Files::isRegularFile))
                    .singleElement()
                    .satisfies(file -> assertThat(file).startsWith(into).hasContent("x"));
        }
    }

    @Test
    void aKeyThatIsTheFolderOfAnotherIsRefused() throws IOException {
        objects.put("s3://data/p/a", "x".getBytes(UTF_8));
        objects.put("s3://data/p/a/b", "x".getBytes(UTF_8));
        assertThatThrownBy(() -> fetch("s3://data/p/", folder)).isInstanceOf(CannotGoOnException.class);
    }

    @Test
    void aKeyThatEndsWithASlashIsAFolder() throws Exception {
        objects.put("s3://data/p/a/", new byte[0]);
        objects.put("s3://data/p/a/b", "x".getBytes(UTF_8));
        fetch("s3://data/p/", folder);
        assertThat(folder.resolve("a/b")).hasContent("x");
    }

    private void fetch(String uri, Path into) throws IOException, CannotGoOnException {
        new InputData(objects, () -> false).fetchAll(S3Uri.parse(uri), into);
    }
}
