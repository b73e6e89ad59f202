package dev.rein.server.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A folder that someone else writes, perhaps at this moment. Every step is taken relative to an open folder and
/// follows no link, so a folder that is swapped for a link while it is walked leads nowhere else. Only plain files
/// are opened: FIFOs, sockets and devices are passed over.
public final class UntrustedTree {
    /// Deeper folders are not walked into.
    private static final int MAX_DEPTH = 64;

    private static final PinnedFile FILES = new PinnedFile();

    private final Path base;
    private final Path below;

    /// @param base  a folder that is not the stranger's to replace, such as a host's `/opt/ml`
    /// @param below the folder that is meant, relative to it
    public UntrustedTree(Path base, String below) {
        this.base = base;
        this.below = Path.of(below);
    }

    /// Told of what is found, in the order of names.
    public interface Visitor {
        /// @param path    below the tree, with `/`
        /// @param content opens the file; to be used before the visit returns
        void file(String path, BasicFileAttributes attributes, Content content) throws IOException;

        /// @param at where the link is, for a look at its target; it may have changed since
        default void link(String path, Path at) throws IOException {}
    }

    /// Opens a file that was found.
    public interface Content {
        InputStream open() throws IOException;
    }

    /// Walks the tree. A folder that is not there holds nothing, and what vanishes meanwhile is passed over.
    public void walk(Visitor visitor) throws IOException {
        inside(folder -> walk(folder, "", visitor, 0));
    }

    /// The start of a file directly in this folder, as text.
    ///
    /// @return empty if there is no such file, or it is no plain file
    public Optional<String> head(String name, int characters) throws IOException {
        var found = new ArrayList<String>();
        inside(folder -> {
            Path file = Path.of(name);
            if (attributes(folder, file).isRegularFile()) {
                try (InputStream in = FILES.open(base, below.resolve(name))) {
                    String text = new String(in.readNBytes(4 * characters), UTF_8);
                    found.add(text.substring(0, Math.min(characters, text.length())));
                }
            }
        });
        return found.stream().findFirst();
    }

    /// Whether there is no file and no link in it.
    public boolean isEmpty() throws IOException {
        var found = new ArrayList<String>();
        walk(new Visitor() {
            @Override
            public void file(String path, BasicFileAttributes attributes, Content content) {
                found.add(path);
            }

            @Override
            public void link(String path, Path at) {
                found.add(path);
            }
        });
        return found.isEmpty();
    }

    private interface Step {
        void in(SecureDirectoryStream<Path> folder) throws IOException;
    }

    /// Goes down to the folder that is meant, one step at a time.
    private void inside(Step step) throws IOException {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(base)) {
            if (!(stream instanceof SecureDirectoryStream<Path> top)) {
                throw new FileSystemException(
                        base.toString(), null, "cannot open files relative to a folder here (expected: Linux)");
            }
            descend(top, 0, step);
        } catch (NoSuchFileException | NotDirectoryException e) {
            // not there, or not a folder: it holds nothing
        }
    }

    private void descend(SecureDirectoryStream<Path> folder, int depth, Step step) throws IOException {
        if (depth == below.getNameCount()) {
            step.in(folder);
            return;
        }
        Path name = below.getName(depth);
        if (attributes(folder, name).isDirectory()) {
            try (SecureDirectoryStream<Path> inner = folder.newDirectoryStream(name, NOFOLLOW_LINKS)) {
                descend(inner, depth + 1, step);
            }
        }
    }

    private void walk(SecureDirectoryStream<Path> folder, String prefix, Visitor visitor, int depth)
            throws IOException {
        for (Path name : names(folder)) {
            try {
                visit(folder, name, prefix + name, visitor, depth);
            } catch (NoSuchFileException | NotDirectoryException | NotLinkException e) {
                // deleted or replaced meanwhile: as if it had never been there
            }
        }
    }

    private void visit(SecureDirectoryStream<Path> folder, Path name, String path, Visitor visitor, int depth)
            throws IOException {
        BasicFileAttributes attributes = attributes(folder, name);
        if (attributes.isRegularFile()) {
            visitor.file(path, attributes, () -> FILES.open(base, below.resolve(path)));
        } else if (attributes.isSymbolicLink()) {
            visitor.link(path, base.resolve(below).resolve(path));
        } else if (attributes.isDirectory() && depth < MAX_DEPTH) {
            try (SecureDirectoryStream<Path> inner = folder.newDirectoryStream(name, NOFOLLOW_LINKS)) {
                walk(inner, path + "/", visitor, depth + 1);
            }
        }
    }

    private static BasicFileAttributes attributes(SecureDirectoryStream<Path> folder, Path name) throws IOException {
        return folder.getFileAttributeView(name, BasicFileAttributeView.class, NOFOLLOW_LINKS)
                .readAttributes();
    }

    private static List<Path> names(SecureDirectoryStream<Path> folder) {
        var names = new ArrayList<Path>();
        folder.forEach(entry -> names.add(entry.getFileName()));
        names.sort(null);
        return names;
    }
}
