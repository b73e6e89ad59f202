package dev.rein.server.capacity;

import java.lang.management.ManagementFactory;
import java.util.Locale;

/// An amount of machine.
///
/// @param cpus        cores
/// @param memoryBytes bytes
public record Resources(double cpus, long memoryBytes) {
    private static final double GIB = 1L << 30;

    public Resources {
        if (!(cpus > 0) || memoryBytes <= 0) {
            throw new IllegalArgumentException(
                    "resources: %s cores, %d bytes (expected: more than nothing)".formatted(cpus, memoryBytes));
        }
    }

    /// What this process may use, as the JVM sees it: limits of a container count.
    public static Resources ofThisMachine() {
        var system = ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
        return new Resources(Runtime.getRuntime().availableProcessors(), system.getTotalMemorySize());
    }

    public Resources times(int count) {
        return new Resources(cpus * count, Math.multiplyExact(memoryBytes, (long) count));
    }

    public Resources atMost(Resources limit) {
        return new Resources(Math.min(cpus, limit.cpus), Math.min(memoryBytes, limit.memoryBytes));
    }

    /// For people: `4 vCPU and 16 GiB`.
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s vCPU and %s GiB", plain(cpus), plain(memoryBytes / GIB));
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : String.format(Locale.ROOT, "%.1f", value);
    }
}
