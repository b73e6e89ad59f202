package dev.rein.server.backend.machine;

import dev.rein.server.backend.ContainerOptions;
import dev.rein.server.capacity.Resources;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The machine's NVIDIA GPUs, and how many hosts have each. A host sees the devices of its own GPUs only. Safe for
/// any number of threads.
public final class Gpus {
    /// What every user of a GPU opens beside the GPU's own device.
    private static final List<String> CONTROLS =
            List.of("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset", "nvidia-caps");

    private final Path devices;
    private final Map<Integer, Integer> hosts = new TreeMap<>();

    /// @param devices the folder of devices: `/dev`
    public Gpus(Path devices) {
        this.devices = devices;
        Resources.gpus(devices).forEach(gpu -> hosts.put(gpu, 0));
    }

    /// The least used of them; as many as there are if more are wanted. Jobs wait for GPUs of their own, endpoints
    /// do not: theirs may be shared.
    ///
    /// @param wanted as of [ContainerOptions#gpus]
    public synchronized List<Integer> take(int wanted) {
        long count = wanted == ContainerOptions.ALL_GPUS ? hosts.size() : wanted;
        var least = Comparator.<Integer>comparingInt(gpu -> hosts.getOrDefault(gpu, 0))
                .thenComparing(Comparator.naturalOrder());
        List<Integer> taken =
                hosts.keySet().stream().sorted(least).limit(count).sorted().toList();
        taken(taken);
        return taken;
    }

    /// Notes what a host of an earlier server holds.
    public synchronized void taken(List<Integer> gpus) {
        gpus.forEach(gpu -> hosts.computeIfPresent(gpu, (_, count) -> count + 1));
    }

    public synchronized void free(List<Integer> gpus) {
        gpus.forEach(gpu -> hosts.computeIfPresent(gpu, (_, count) -> Math.max(0, count - 1)));
    }

    /// What a host with these GPUs must see.
    public List<Path> devices(List<Integer> gpus) {
        if (gpus.isEmpty()) {
            return List.of();
        }
        var paths = new ArrayList<Path>();
        gpus.forEach(gpu -> paths.add(devices.resolve("nvidia" + gpu)));
        CONTROLS.stream().map(devices::resolve).filter(Files::exists).forEach(paths::add);
        return paths;
    }
}
