package dev.rein.server.archive;

/// How much one archive may hold.
///
/// @param bytes   of all files together, unpacked
/// @param entries files, folders and links together
/// @param ratio   unpacked bytes for each packed one, looked at beyond the first 64 MiB: well-meant archives of
///     zeros stay below, bombs do not
public record ArchiveLimits(long bytes, int entries, int ratio) {
    /// 32 GiB in 200,000 entries, packed at most 200 to 1.
    public static final ArchiveLimits USUAL = new ArchiveLimits(32L << 30, 200_000, 200);

    public ArchiveLimits {
        if (bytes < 1 || entries < 1 || ratio < 1) {
            throw new IllegalArgumentException("limits: %d bytes, %d entries, ratio %d (expected: at least 1 each)"
                    .formatted(bytes, entries, ratio));
        }
    }
}
