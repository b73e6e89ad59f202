package dev.rein.server.backend.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Limits on memory, CPU and the number of processes, by the kernel's control groups, version 1 or 2. To be had
/// where the server may make groups: as root, outside of a locked container.
final class ControlGroups {
    private static final Logger log = LoggerFactory.getLogger(ControlGroups.class);
    /// Enough for Ray on a large machine, too few for a fork bomb to take the machine down.
    private static final int PROCESSES = 16_384;

    private static final long CPU_PERIOD_MICROS = 100_000;

    /// Controller → the group under which ours are made. Version 2 has one entry, `unified`.
    private final Map<String, Path> parents;

    private ControlGroups(Map<String, Path> parents) {
        this.parents = Map.copyOf(parents);
    }

    static ControlGroups none() {
        return new ControlGroups(Map.of());
    }

    /// What this machine offers, found by making a group and removing it.
    static ControlGroups find() {
        try {
            var parents = new HashMap<>(version1());
            if (!parents.containsKey("memory")) {
                parents.clear();
                Path mount = Path.of("/sys/fs/cgroup");
                if (Files.exists(mount.resolve("cgroup.controllers"))) {
                    parents.put("unified", version2(mount));
                }
            }
            var groups = new ControlGroups(parents);
            if (groups.available()) {
                groups.remove(
                        groups.create("rein-probe-" + ProcessHandle.current().pid(), 1, 64L << 20));
            }
            return groups;
        } catch (IOException e) {
            log.debug("no control groups: {}", e.toString());
            return none();
        }
    }

    boolean available() {
        return !parents.isEmpty();
    }

    private static Map<String, Path> version1() throws IOException {
        var own = new HashMap<String, String>();
        for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
            String[] parts = line.split(":", 3);
            for (String controller : parts[1].split(",")) {
                own.put(controller, parts[2]);
            }
        }
        var parents = new HashMap<String, Path>();
        for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
            String[] fields = line.split(" ");
            if (!fields[2].equals("cgroup")) {
                continue;
            }
            for (String controller : List.of("memory", "cpu", "pids")) {
                if (List.of(fields[3].split(",")).contains(controller)) {
                    // below our own group, so that limits set on the server hold for its hosts; inside a container the
                    // path may be the outer machine's and not exist
                    Path mount = Path.of(fields[1]);
                    Path mine = mount.resolve(own.getOrDefault(controller, "/").substring(1));
                    parents.put(controller, Files.isDirectory(mine) ? mine : mount);
                }
            }
        }
        return parents;
    }

    private static Path version2(Path mount) throws IOException {
        Path ours = mount.resolve("rein");
        write(mount.resolve("cgroup.subtree_control"), "+memory +cpu +pids");
        makeGroup(ours);
        write(ours.resolve("cgroup.subtree_control"), "+memory +cpu +pids");
        return ours;
    }

    /// Makes a host's groups.
    ///
    /// @return their folders, one for each hierarchy
    List<String> create(String name, double cpus, long memoryBytes) throws IOException {
        var made = new ArrayList<String>();
        try {
            for (var parent : parents.entrySet()) {
                Path group = parent.getValue().resolve(name);
                makeGroup(group);
                made.add(group.toString());
                long quota = Math.max(1_000, Math.round(cpus * CPU_PERIOD_MICROS));
                switch (parent.getKey()) {
                    case "memory" -> {
                        write(group.resolve("memory.limit_in_bytes"), Long.toString(memoryBytes));
                        Path withSwap = group.resolve("memory.memsw.limit_in_bytes");
                        if (Files.exists(withSwap)) {
                            write(withSwap, Long.toString(memoryBytes));
                        }
                    }
                    case "cpu" -> {
                        write(group.resolve("cpu.cfs_period_us"), Long.toString(CPU_PERIOD_MICROS));
                        write(group.resolve("cpu.cfs_quota_us"), Long.toString(quota));
                    }
                    case "pids" -> write(group.resolve("pids.max"), Integer.toString(PROCESSES));
                    default -> {
                        write(group.resolve("memory.max"), Long.toString(memoryBytes));
                        if (Files.exists(group.resolve("memory.swap.max"))) {
                            write(group.resolve("memory.swap.max"), "0");
                        }
                        write(group.resolve("cpu.max"), quota + " " + CPU_PERIOD_MICROS);
                        write(group.resolve("pids.max"), Integer.toString(PROCESSES));
                    }
                }
            }
            return made;
        } catch (IOException e) {
            remove(made);
            throw e;
        }
    }

    /// Whether the memory limit has killed a process of these groups.
    static boolean outOfMemory(List<String> groups) {
        for (String group : groups) {
            for (String file : List.of("memory.oom_control", "memory.events")) {
                Path counters = Path.of(group, file);
                try {
                    if (Files.exists(counters)
                            && Files.readAllLines(counters).stream()
                                    .anyMatch(line -> line.startsWith("oom_kill ") && !line.equals("oom_kill 0"))) {
                        return true;
                    }
                } catch (IOException e) {
                    log.warn("Cannot tell whether a host ran out of memory: {}", e.toString());
                }
            }
        }
        return false;
    }

    /// The processes in these groups.
    static Set<Long> members(List<String> groups) {
        var members = new TreeSet<Long>();
        for (String group : groups) {
            try {
                Files.readAllLines(Path.of(group, "cgroup.procs")).forEach(pid -> members.add(Long.valueOf(pid)));
            } catch (IOException gone) {
                log.debug("{}: {}", group, gone.toString());
            }
        }
        return members;
    }

    /// Removes groups; harmless when they are gone. A group is busy for a moment after its last process.
    void remove(List<String> groups) throws IOException {
        for (String group : groups) {
            for (int tries = 0; ; tries++) {
                try {
                    Files.deleteIfExists(Path.of(group));
                    break;
                } catch (IOException busy) {
                    if (tries == 50) {
                        throw busy;
                    }
                    sleep();
                }
            }
        }
    }

    private static void sleep() throws IOException {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void makeGroup(Path group) throws IOException {
        try {
            Files.createDirectory(group);
        } catch (FileAlreadyExistsException fine) {
            log.debug("{} is there already", group);
        }
    }

    private static void write(Path file, String value) throws IOException {
        Files.write(file, value.getBytes(StandardCharsets.US_ASCII));
    }
}
