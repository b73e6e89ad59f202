package dev.rein.server.backend;

/// What a host can be given beyond what every host has. Hosts that are processes heed the GPUs alone.
///
/// @param replacesEntryPoint whether the command takes the place of the image's own entry point too
/// @param gpus               how many; [#ALL_GPUS] for all there are
/// @param volumeGigabytes    room for what it writes outside `/opt/ml`; 0 for no limit
public record ContainerOptions(boolean replacesEntryPoint, int gpus, int volumeGigabytes) {
    public static final int ALL_GPUS = -1;
    public static final ContainerOptions NONE = new ContainerOptions(false, 0, 0);

    public ContainerOptions {
        if (gpus < ALL_GPUS || volumeGigabytes < 0) {
            throw new IllegalArgumentException("gpus: %d, volumeGigabytes: %d (expected: -1 or more, and 0 or more)"
                    .formatted(gpus, volumeGigabytes));
        }
    }
}
