package dev.rein.server.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/// The trees of several hosts laid over each other in a folder of ours. Of files of one name the first host's wins.
public final class MergedTree {
    private MergedTree() {}

    /// Fills an empty folder. Files are copied and links remade, none of them followed.
    ///
    /// @param trees of hosts that have ended, in order
    public static void merge(List<UntrustedTree> trees, Path into) throws IOException {
        for (UntrustedTree tree : trees) {
            tree.walk(new UntrustedTree.Visitor() {
                @Override
                public void file(String path, BasicFileAttributes attributes, UntrustedTree.Content content)
                        throws IOException {
                    Path to = room(into, path);
                    if (to != null) {
                        try (InputStream in = content.open()) {
                            Files.copy(in, to);
                        }
                    }
                }

                @Override
                public void link(String path, Path at) throws IOException {
                    Path to = room(into, path);
                    if (to != null) {
                        Files.createSymbolicLink(to, Files.readSymbolicLink(at));
                    }
                }
            });
        }
    }

    /// @return null if another host's file is in the way: the first one wins
    private static @org.jspecify.annotations.Nullable Path room(Path into, String path) throws IOException {
        Path to = into;
        for (Path step : Path.of(path)) {
            if (!to.equals(into)) {
                if (Files.isSymbolicLink(to) || Files.isRegularFile(to)) {
                    return null;
                }
                if (!Files.exists(to)) {
                    Files.createDirectory(to);
                }
            }
            to = to.resolve(step);
        }
        return Files.exists(to) || Files.isSymbolicLink(to) ? null : to;
    }
}
