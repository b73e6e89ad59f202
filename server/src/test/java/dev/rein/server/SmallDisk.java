package dev.rein.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A file system of few megabytes, in memory, that a test can fill. Only root can make one: other tests are skipped.
public record SmallDisk(Path folder) implements AutoCloseable {
    /// @param folder becomes its root; made if absent
    public static SmallDisk mount(Path folder, int megabytes) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        String options = "size=%dm,mode=0755".formatted(megabytes);
        int code = run(List.of("mount", "-t", "tmpfs", "-o", options, "small", folder.toString()));
        assumeTrue(code == 0, "only root can mount a file system");
        var disk = new SmallDisk(folder);
        if (!Files.getFileStore(folder).supportsFileAttributeView("user")) {
            disk.close();
            assumeTrue(false, "this kernel's tmpfs keeps no extended attributes");
        }
        return disk;
    }

    /// Takes all the room there is.
    public Path fill() throws IOException {
        Path filler = folder.resolve("filler");
        byte[] block = new byte[4096];
        try (var out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
        return filler;
    }

    @Override
    public void close() throws IOException {
        try {
            // lazily: what a test's processes still hold open goes with them
            assertThat(run(List.of("umount", "--lazy", folder.toString()))).isZero();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(20, TimeUnit.SECONDS) ? process.exitValue() : -1;
    }
}
