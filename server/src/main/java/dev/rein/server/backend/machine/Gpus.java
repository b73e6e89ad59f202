package dev.rein.server.backend.machine;

import dev.rein.server.backend.ContainerOptions;
import dev.rein.server.backend.HostId;
import dev.rein.server.capacity.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The machine's NVIDIA GPUs, and which hosts have each: processes and containers alike, so backends share one of
/// these. A host sees its own GPUs only. Safe for any number of threads.
public final class Gpus {
    private static final Logger log = LoggerFactory.getLogger(Gpus.class);

    /// What every user of a GPU opens beside the GPU's own device.
    private static final List<String> CONTROLS =
            List.of("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset", "nvidia-caps");

    private final Path devices;
    private final Path driver;
    private final List<Integer> all;
    private final Map<HostId, List<Integer>> hosts = new HashMap<>(); // guarded by this

    /// @param devices the folder of devices: `/dev`
    /// @param driver  where the driver tells of them, a folder for each: `/proc/driver/nvidia/gpus`
    public Gpus(Path devices, Path driver) {
        this.devices = devices;
        this.driver = driver;
        this.all = List.copyOf(Resources.gpus(devices));
    }

    public static Gpus ofThisMachine() {
        return new Gpus(Path.of("/dev"), Path.of("/proc/driver/nvidia/gpus"));
    }

    /// The least used of them; as many as there are if more are wanted. Jobs wait for GPUs of their own, endpoints
    /// do not: theirs may be shared.
    ///
    /// @param wanted as of [ContainerOptions#gpus]
    public synchronized List<Integer> take(HostId host, int wanted) {
        long count = wanted == ContainerOptions.ALL_GPUS ? all.size() : wanted;
        List<Integer> inUse = hosts.values().stream().flatMap(List::stream).toList();
        var least = Comparator.<Integer>comparingInt(gpu -> Collections.frequency(inUse, gpu))
                .thenComparing(Comparator.naturalOrder());
        List<Integer> taken = all.stream().sorted(least).limit(count).sorted().toList();
        taken(host, taken);
        return taken;
    }

    /// Notes what a host of an earlier server holds.
    public synchronized void taken(HostId host, List<Integer> gpus) {
        hosts.put(host, List.copyOf(gpus));
    }

    /// Harmless when it has none.
    public synchronized void free(HostId host) {
        hosts.remove(host);
    }

    /// A line for the log of a host that gets fewer than it asked for; else nothing.
    public static String note(int wanted, List<Integer> given) {
        return wanted <= given.size()
                ? ""
                : "Rein: GPUs asked for: %d, given: %d, all that this machine has.\n".formatted(wanted, given.size());
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

    /// What NVIDIA's own programs know these GPUs by: their UUIDs, since those programs count by place on the bus,
    /// which is not everywhere the order of the devices. Where the driver does not tell one, the device's number.
    public List<String> names(List<Integer> gpus) {
        Map<String, String> told = told();
        return gpus.stream()
                .map(String::valueOf)
                .map(number -> told.getOrDefault(number, number))
                .toList();
    }

    private Map<String, String> told() {
        var names = new HashMap<String, String>();
        try (var folders = Files.newDirectoryStream(driver)) {
            for (Path folder : folders) {
                String text = Files.readString(folder.resolve("information"));
                Optional<String> device = value(text, "Device Minor");
                // of a GPU that nobody has used yet it may be question marks
                value(text, "GPU UUID")
                        .filter(uuid -> uuid.matches("GPU-[0-9a-f-]{36}"))
                        .ifPresent(uuid -> device.ifPresent(number -> names.put(number, uuid)));
            }
        } catch (NoSuchFileException none) {
            log.debug("no driver tells of GPUs at {}", driver);
        } catch (IOException e) {
            log.warn("GPUs are named by their numbers: {}", e.toString());
        }
        return names;
    }

    private static Optional<String> value(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst();
    }
}
