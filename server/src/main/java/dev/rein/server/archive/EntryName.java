package dev.rein.server.archive;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Where an archive's entries and links may point: below the root, and nowhere else.
final class EntryName {
    private static final int DEPTH = 100;

    private EntryName() {}

    /// The entry's path relative to the root, in its normal form; empty for the root itself.
    ///
    /// @throws ArchiveException if it is absolute, has `..` in it, is too deep, or is no file name here
    static Path of(String name) throws ArchiveException {
        List<String> parts = parts(name);
        // "/" alone is the root itself: Amazon's Python SDK writes it into every model it packs again
        if (name.startsWith("/") && !parts.isEmpty()) {
            throw new ArchiveException("Entry %s has an absolute name.".formatted(quoted(name)));
        }
        if (parts.contains("..")) {
            throw new ArchiveException("Entry %s leads out of the archive.".formatted(quoted(name)));
        }
        if (parts.size() > DEPTH) {
            throw new ArchiveException(
                    "Entry %s is %d folders deep (allowed: %d).".formatted(quoted(name), parts.size(), DEPTH));
        }
        return path(name, parts);
    }

    /// Whether a link at `link`, a path from the root whose parents are all real folders, stays below the root.
    ///
    /// `..` only at the beginning of the target, where it means a real folder. After a step down it could be the
    /// parent of wherever another link has led.
    static boolean staysInside(Path link, String target) {
        if (target.isEmpty() || target.startsWith("/") || target.indexOf('\0') >= 0) {
            return false;
        }
        int above = link.getNameCount() - 1;
        boolean down = false;
        for (String part : parts(target)) {
            if (!part.equals("..")) {
                down = true;
            } else if (down || above == 0) {
                return false;
            } else {
                above--;
            }
        }
        return true;
    }

    static String quoted(String name) {
        String shown = name.length() <= 200 ? name : name.substring(0, 200) + "…";
        return '"' + shown.replaceAll("\\p{Cntrl}", "?") + '"';
    }

    private static List<String> parts(String name) {
        var parts = new ArrayList<String>();
        for (String part : name.split("/", -1)) {
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return parts;
    }

    private static Path path(String name, List<String> parts) throws ArchiveException {
        try {
            return Path.of(String.join("/", parts));
        } catch (InvalidPathException e) {
            throw new ArchiveException("Entry %s is no file name here: %s".formatted(quoted(name), e.getReason()), e);
        }
    }
}
