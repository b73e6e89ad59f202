package dev.rein.server.capacity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// An amount of machine.
///
/// @param cpus        cores
/// @param memoryBytes bytes
/// @param gpus        NVIDIA GPUs
public record Resources(double cpus, long memoryBytes, int gpus) {
    private static final double GIB = 1L << 30;

    public Resources {
        if (!(cpus > 0) || memoryBytes <= 0 || gpus < 0) {
            throw new IllegalArgumentException(
                    "resources: %s cores, %d bytes, %d GPUs (expected: some cores and bytes, no fewer than 0 GPUs)"
                            .formatted(cpus, memoryBytes, gpus));
        }
    }

    /// Without GPUs.
    public Resources(double cpus, long memoryBytes) {
        this(cpus, memoryBytes, 0);
    }

    /// What this process may use, as the JVM sees it: limits of a container count.
    public static Resources ofThisMachine() {
        var system = ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
        return new Resources(
                Runtime.getRuntime().availableProcessors(),
                system.getTotalMemorySize(),
                gpus(Path.of("/dev")).size());
    }

    public Resources times(int count) {
        return new Resources(
                cpus * count, Math.multiplyExact(memoryBytes, (long) count), Math.multiplyExact(gpus, count));
    }

    public Resources atMost(Resources limit) {
        return new Resources(
                Math.min(cpus, limit.cpus), Math.min(memoryBytes, limit.memoryBytes), Math.min(gpus, limit.gpus));
    }

    /// Numbers of the NVIDIA GPUs: each is a device of its own.
    ///
    /// @param devices the folder of devices: `/dev`
    public static List<Integer> gpus(Path devices) {
        try (var nvidia = Files.newDirectoryStream(devices, "nvidia[0-9]*")) {
            var numbers = new ArrayList<Integer>();
            for (Path gpu : nvidia) {
                numbers.add(Integer.parseInt(gpu.getFileName().toString().substring("nvidia".length())));
            }
            return numbers;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// For people: `4 vCPU and 16 GiB`, `8 vCPU, 61 GiB and 1 GPU`.
    @Override
    public String toString() {
        String memory = plain(memoryBytes / GIB);
        return gpus == 0
                ? String.format(Locale.ROOT, "%s vCPU and %s GiB", plain(cpus), memory)
                : String.format(
                        Locale.ROOT, "%s vCPU, %s GiB and %d GPU%s", plain(cpus), memory, gpus, gpus == 1 ? "" : "s");
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : String.format(Locale.ROOT, "%.1f", value);
    }
}
