package dev.rein.server.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/// Packs and unpacks `.tar.gz` archives nobody vouches for. Without state; safe for any number of threads.
public final class TarGz {
    private TarGz() {}

    /// Unpacks into an existing, empty folder that nobody else writes to meanwhile. Files and folders become
    /// readable for everyone and writable for their owner; ownership and set-user-id bits are not taken over.
    /// Symbolic links are kept when they can only lead to somewhere inside.
    ///
    /// Refused are absolute names, `..`, links that lead out, names below links, devices and pipes, and whatever is
    /// beyond the limits. Nothing is ever written outside `into`; after a failure what was unpacked so far is still
    /// there, the caller's to delete.
    ///
    /// @param archive read to its end, not closed
    /// @throws ArchiveException if the archive is broken or refused
    /// @throws IOException if reading or writing failed
    public static void extract(InputStream archive, Path into, ArchiveLimits limits) throws IOException {
        new Unpacking(archive, into, limits).run();
    }

    /// Packs everything below a folder, in the order of names, into one file; the file is whole when this returns.
    /// Owners are left out, so that the same tree gives the same archive.
    ///
    /// No link is followed. Those that stay inside the tree are packed as links; those that lead out, and sockets,
    /// pipes and devices, are left out and told of.
    ///
    /// @param archive written over if it exists, and deleted again on failure
    /// @throws ArchiveException if the tree is larger than the limits
    /// @throws IOException if reading or writing failed
    public static Packed pack(Path tree, Path archive, ArchiveLimits limits) throws IOException {
        return new Packing(tree, limits).run(archive);
    }
}
