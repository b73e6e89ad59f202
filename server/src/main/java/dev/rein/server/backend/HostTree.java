package dev.rein.server.backend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Folders of hosts: `<kind>/<owner's name>/<host>` below a root.
///
/// @param root there
public record HostTree(Path root) {
    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,254}");
    private static final int DEPTH = 3;

    /// The host's folder, whether it is there or not.
    ///
    /// @throws IllegalArgumentException if a name would lead elsewhere
    public Path folder(HostId id) {
        Path path = owner(id);
        return path.resolve(checked(id, id.name()));
    }

    private Path owner(HostId id) {
        String[] owner = id.owner().split("/", -1);
        if (owner.length != 2) {
            throw new IllegalArgumentException("owner: " + id.owner() + " (expected: kind/name)");
        }
        return root.resolve(checked(id, owner[0])).resolve(checked(id, owner[1]));
    }

    private static String checked(HostId id, String segment) {
        if (!SEGMENT.matcher(segment).matches()) {
            throw new IllegalArgumentException(
                    "host " + id + ": '" + segment + "' (expected: letters, digits, '.', '_' and '-')");
        }
        return segment;
    }

    /// Every host that has a folder.
    public List<HostId> known() {
        var ids = new ArrayList<HostId>();
        try (var folders = Files.find(root, DEPTH, (_, attributes) -> attributes.isDirectory())) {
            folders.filter(path -> !path.equals(root))
                    .map(root::relativize)
                    .filter(path -> path.getNameCount() == DEPTH)
                    .forEach(path -> ids.add(new HostId(
                            path.getName(0) + "/" + path.getName(1),
                            path.getName(2).toString())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ids;
    }

    /// Whether an owner has no host here.
    public boolean isEmpty(String owner) throws IOException {
        return isEmpty(root.resolve(owner));
    }

    /// Deletes an owner's folder when its last host is gone.
    ///
    /// @param before takes away what else the owner has: whoever sees the folder gone finds nothing of it
    public void leave(HostId id, Removal before) throws IOException {
        Path owner = owner(id);
        if (Files.isDirectory(owner) && isEmpty(owner)) {
            before.run();
            Files.delete(owner);
        }
    }

    /// Takes something away.
    @FunctionalInterface
    public interface Removal {
        void run() throws IOException;
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (var entries = Files.newDirectoryStream(folder)) {
            return !entries.iterator().hasNext();
        } catch (NoSuchFileException none) {
            return true;
        }
    }
}
