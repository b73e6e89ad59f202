package dev.rein.acceptance;

import java.nio.file.Files;
import java.nio.file.Path;

/// The source checkout the tests run in.
final class Checkout {
    private Checkout() {}

    /// The folder of the launcher, found upwards from where the tests were started.
    static Path root() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve("rein")) && Files.isDirectory(folder.resolve("toolkit"))) {
                return folder;
            }
        }
        throw new IllegalStateException(
                "no checkout of Rein above " + Path.of("").toAbsolutePath());
    }
}
