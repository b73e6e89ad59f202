package dev.rein.server.backend.process;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Turns what a host should be into the command line that makes it so.
///
/// The environment never stands on a command line, where every user of the machine could read it: bubblewrap gets
/// it through a descriptor; without bubblewrap it passes through `env` in the instant before the entry point
/// starts.
///
/// @param scripts     where the shell programs lie
/// @param lockUsers   whether this bubblewrap can forbid user namespaces inside
record Sandbox(Isolation isolation, Path scripts, boolean lockUsers) {
    /// @param uid       the host's own user, or -1
    /// @param hostname  its name
    /// @param readOnly  folders to show at the same path
    /// @param devices   to show in `/dev` beside what every host has
    /// @param alone     no network but its own loopback
    /// @param enter     what starts the whole line in the job's network; empty if it has none
    /// @param gateway   whether names are asked of the job's network: see descriptor 6
    /// @param command   the entry point
    record Box(
            int uid,
            String hostname,
            Path ml,
            List<Path> readOnly,
            long memoryBytes,
            List<Path> devices,
            boolean alone,
            List<String> enter,
            boolean gateway,
            Map<String, String> environment,
            List<String> command) {
        Box {
            readOnly = List.copyOf(readOnly);
            devices = List.copyOf(devices);
            enter = List.copyOf(enter);
            environment = Map.copyOf(environment);
            command = List.copyOf(command);
        }
    }

    /// @param prefix  what the launcher starts
    /// @param words   what follows it, kept off the command line of the launcher
    /// @param options what bubblewrap reads from descriptor 7; empty without it
    record Line(List<String> prefix, List<String> words, List<String> options) {
        Line {
            prefix = List.copyOf(prefix);
            words = List.copyOf(words);
            options = List.copyOf(options);
        }

        /// The options as bubblewrap reads them, each ended by a NUL.
        byte[] optionBytes() {
            return options.stream()
                    .map(option -> option + "\0")
                    .collect(Collectors.joining())
                    .getBytes(StandardCharsets.UTF_8);
        }
    }

    Line line(Box box) {
        Line line = boxed(box);
        var prefix = new ArrayList<>(box.enter());
        prefix.addAll(line.prefix());
        return new Line(prefix, line.words(), line.options());
    }

    private Line boxed(Box box) {
        String user = Integer.toString(box.uid());
        return switch (isolation) {
            case SANDBOX_OWN_USER -> {
                var sources = new ArrayList<Path>();
                sources.add(box.ml());
                sources.addAll(outsideSystem(box.readOnly()));
                Path place = place(sources);
                var prefix = new ArrayList<>(List.of("unshare", "--mount", "--propagation", "private"));
                prefix.addAll(List.of("sh", script("stage.sh"), place.toString(), Integer.toString(sources.size())));
                sources.forEach(source -> prefix.add(source.toString()));
                prefix.addAll(List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups"));
                prefix.addAll(List.of("bwrap", "--args", "7", "--"));
                yield new Line(prefix, box.command(), options(box, sources, place));
            }
            case SANDBOX_ROOT ->
                new Line(
                        List.of(
                                "bwrap",
                                "--args",
                                "7",
                                "--",
                                "setpriv",
                                "--reuid=" + user,
                                "--regid=" + user,
                                "--clear-groups",
                                "--inh-caps=-all",
                                "--bounding-set=-all"),
                        box.command(),
                        options(box, List.of(), Path.of("/")));
            case SANDBOX_SAME_USER ->
                new Line(List.of("bwrap", "--args", "7", "--"), box.command(), options(box, List.of(), Path.of("/")));
            case PROCESS_NAMESPACE ->
                new Line(
                        List.of(
                                "setpriv",
                                "--pdeathsig",
                                "KILL",
                                "unshare",
                                "--user",
                                "--map-root-user",
                                "--pid",
                                "--mount-proc",
                                "--fork",
                                "--kill-child",
                                "sh",
                                script("init.sh")),
                        withEnvironment(box),
                        List.of());
            case PLAIN -> new Line(List.of(), withEnvironment(box), List.of());
        };
    }

    private String script(String name) {
        return scripts.resolve(name).toString();
    }

    private static List<String> withEnvironment(Box box) {
        var words = new ArrayList<>(List.of("env", "-i", "--"));
        box.environment().forEach((name, value) -> words.add(name + "=" + value));
        words.addAll(box.command());
        return words;
    }

    private List<String> options(Box box, List<Path> staged, Path place) {
        var options = new Options();
        boolean fakeRoot = isolation != Isolation.SANDBOX_ROOT;
        if (fakeRoot) {
            options.add("--unshare-user", "--uid", "0", "--gid", "0", "--cap-drop", "ALL");
            if (lockUsers) {
                options.add("--disable-userns");
            }
        }
        options.add("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--hostname", box.hostname());
        if (box.alone()) {
            options.add("--unshare-net");
        }
        for (String folder : List.of("/opt", "/run", "/var")) {
            options.folder(folder);
        }
        options.add("--perms", "1777", "--tmpfs", "/var/tmp");
        options.add("--ro-bind", "/usr", "/usr", "--ro-bind", "/etc", "/etc");
        for (String name : List.of("bin", "sbin", "lib", "lib32", "lib64", "libx32")) {
            Path path = Path.of("/", name);
            if (Files.isSymbolicLink(path)) {
                options.add("--symlink", "usr/" + name, path.toString());
            } else if (Files.isDirectory(path)) {
                options.add("--ro-bind", path.toString(), path.toString());
            }
        }
        options.add("--perms", "0644", "--ro-bind-data", "8", "/etc/hosts");
        options.add("--perms", "0644", "--ro-bind-data", "9", "/etc/hostname");
        resolver(options, box.gateway());
        String half = Long.toString(Math.max(64L << 20, box.memoryBytes() / 2));
        options.add("--dev", "/dev", "--perms", "1777", "--size", half, "--tmpfs", "/dev/shm");
        for (Path device : box.devices()) {
            options.add("--dev-bind", device.toString(), "/dev/" + device.getFileName());
        }
        options.add("--proc", "/proc", "--ro-bind", "/sys", "/sys");
        options.add("--perms", "1777", "--size", half, "--tmpfs", "/tmp");
        options.add("--perms", fakeRoot ? "0700" : "1777", "--size", half, "--tmpfs", "/root");
        for (Path folder : outsideSystem(box.readOnly())) {
            options.parents(folder);
            int index = staged.indexOf(folder);
            options.add(
                    "--ro-bind",
                    index < 0 ? folder.toString() : place.resolve("" + index).toString(),
                    folder.toString());
        }
        int index = staged.indexOf(box.ml());
        options.add(
                "--bind",
                index < 0 ? box.ml().toString() : place.resolve("" + index).toString(),
                "/opt/ml");
        options.add("--remount-ro", "/", "--chdir", "/opt/ml", "--new-session", "--die-with-parent");
        options.add("--json-status-fd", "3", "--clearenv");
        box.environment().forEach((name, value) -> options.add("--setenv", name, value));
        return options.words;
    }

    /// systemd-resolved and others keep the real file outside `/etc`.
    private static void resolver(Options options, boolean gateway) {
        Path file = Path.of("/etc/resolv.conf");
        try {
            Path real = file.toRealPath();
            if (gateway) {
                if (!real.startsWith("/etc") && !real.startsWith("/usr")) {
                    options.parents(real);
                }
                options.add("--perms", "0644", "--ro-bind-data", "6", real.toString());
            } else if (Files.isSymbolicLink(file) && !real.startsWith("/etc") && !real.startsWith("/usr")) {
                options.parents(real);
                options.add("--ro-bind-try", real.toString(), real.toString());
            }
        } catch (java.io.IOException dangling) {
            // no resolver on the machine, none in the host
        }
    }

    /// The folders that `/usr` and `/etc` do not show already, parents first.
    private static List<Path> outsideSystem(List<Path> folders) {
        var outside = new TreeSet<Path>();
        for (Path folder : folders) {
            Path path = folder.toAbsolutePath().normalize();
            if (!path.startsWith("/usr") && !path.startsWith("/etc")) {
                outside.add(path);
            }
        }
        return List.copyOf(outside);
    }

    /// A folder of the machine that can be covered for a moment because nothing needed lies below it.
    private static Path place(List<Path> sources) {
        return List.of("/mnt", "/media", "/srv", "/var/tmp", "/run", "/home", "/tmp").stream()
                .map(Path::of)
                .filter(Files::isDirectory)
                .filter(place -> sources.stream().noneMatch(source -> source.startsWith(place)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no folder to stage a host's mounts in"));
    }

    private static final class Options {
        private final List<String> words = new ArrayList<>();

        void add(String... more) {
            words.addAll(List.of(more));
        }

        /// bubblewrap makes missing parents with mode 0700, closed to the programs inside.
        void folder(String path) {
            add("--perms", "0755", "--dir", path);
        }

        void parents(Path path) {
            for (int names = 1; names < path.getNameCount(); names++) {
                folder("/" + path.subpath(0, names));
            }
        }
    }
}
