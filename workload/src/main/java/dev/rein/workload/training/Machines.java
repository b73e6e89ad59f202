package dev.rein.workload.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Looks at what a host has to compute with.
final class Machines {
    private Machines() {}

    /// Cores are those this process may use: its affinity and its quota count.
    static Variables.Machine here() {
        return new Variables.Machine(
                Runtime.getRuntime().availableProcessors(),
                gpus(Path.of("/dev"), System.getenv("CUDA_VISIBLE_DEVICES")));
    }

    /// NVIDIA GPUs: each is a device of its own.
    ///
    /// @param visible the value of `CUDA_VISIBLE_DEVICES`, which names those that are meant; null for all
    static int gpus(Path devices, @Nullable String visible) {
        if (visible != null) {
            return (int) Arrays.stream(visible.split(","))
                    .filter(gpu -> !gpu.isBlank() && !gpu.strip().equals("-1"))
                    .count();
        }
        try (var nvidia = Files.newDirectoryStream(devices, "nvidia[0-9]*")) {
            int count = 0;
            for (Path _ : nvidia) {
                count++;
            }
            return count;
        } catch (IOException noDevices) {
            return 0;
        }
    }
}
