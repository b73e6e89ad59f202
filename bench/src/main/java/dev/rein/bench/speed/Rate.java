package dev.rein.bench.speed;

import java.lang.management.ManagementFactory;

/// How much was done in a second, by the clock and by the processor time of all threads of this JVM, compiler and
/// collector among them. On a machine that does other work only the second means anything.
///
/// @param perSecond    what was done, by the wall clock
/// @param perCpuSecond by processor time
record Rate(double perSecond, double perCpuSecond) {
    /// Work that says how much it did, in units of its own.
    @FunctionalInterface
    interface Work {
        double run();
    }

    static Rate of(Work work) {
        var process = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long wall = System.nanoTime();
        long cpu = process.getProcessCpuTime();
        double done = work.run();
        double cpuSeconds = (process.getProcessCpuTime() - cpu) / 1e9;
        return new Rate(done / ((System.nanoTime() - wall) / 1e9), done / cpuSeconds);
    }

    /// The line that `bench/speed` reads.
    @Override
    public String toString() {
        return "per_second=%.1f per_cpu_second=%.1f".formatted(perSecond, perCpuSecond);
    }
}
