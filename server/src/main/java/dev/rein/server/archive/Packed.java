package dev.rein.server.archive;

import java.util.List;

/// What went into an archive.
///
/// @param files   regular files packed
/// @param bytes   in them, before compression
/// @param leftOut a sentence for each entry that could not go in, at most 100
public record Packed(int files, long bytes, List<String> leftOut) {
    public Packed {
        leftOut = List.copyOf(leftOut);
    }
}
