package dev.rein.server.backend.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A Docker daemon of a test's own, to be stopped or to stand on another file system, with all of it in one folder.
/// Only root can start one.
final class OwnDaemon {
    private static final String TOOLKIT = "toolkit";

    private final Path folder;
    private final Engine engine;
    private Process daemon;

    private OwnDaemon(Path folder) throws IOException {
        this.folder = folder;
        this.engine = new Engine(folder.resolve("docker.sock"));
        this.daemon = launched(folder);
    }

    /// Starts it, with the test's image; its data are in the folder's `docker`.
    static OwnDaemon in(Path folder) throws Exception {
        assumeTrue(
                "root".equals(System.getProperty("user.name"))
                        && List.of("/usr/sbin/dockerd", "/usr/bin/dockerd").stream()
                                .map(Path::of)
                                .anyMatch(Files::exists),
                "only root can start a Docker daemon, where one is installed (docker.io)");
        var daemon = new OwnDaemon(folder);
        daemon.await();
        TestDocker.makeImage(daemon.engine.client());
        return daemon;
    }

    /// As [#in], where the daemon takes this machine for one with GPUs and NVIDIA's container toolkit: containers
    /// are told theirs in `NVIDIA_VISIBLE_DEVICES`, and a program that does nothing stands for what gives devices.
    static OwnDaemon withGpus(Path folder) throws Exception {
        Path toolkit = Files.createDirectory(folder.resolve(TOOLKIT));
        for (String program : List.of("nvidia-container-runtime-hook", "nvidia-container-runtime")) {
            Path file = Files.writeString(toolkit.resolve(program), "#!/bin/sh\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return in(folder);
    }

    Path socket() {
        return engine.socket();
    }

    Engine engine() {
        return engine;
    }

    void start() throws Exception {
        daemon = launched(folder);
        await();
    }

    private static Process launched(Path folder) throws IOException {
        Path toolkit = folder.resolve(TOOLKIT);
        var builder = new ProcessBuilder(
                        "dockerd",
                        "--host=unix://" + folder.resolve("docker.sock"),
                        "--data-root=" + folder.resolve("docker"),
                        "--exec-root=" + folder.resolve("exec"),
                        "--pidfile=" + folder.resolve("pid"),
                        "--bridge=none",
                        "--iptables=false",
                        "--shutdown-timeout=2",
                        "--add-runtime=nvidia=" + toolkit.resolve("nvidia-container-runtime"))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("daemon.log").toFile());
        builder.environment().merge("PATH", toolkit.toString(), (path, first) -> first + ":" + path);
        return builder.start();
    }

    private void await() throws InterruptedException {
        eventually("the daemon", () -> {
            assertThat(daemon.isAlive())
                    .as(() -> read(folder.resolve("daemon.log")))
                    .isTrue();
            try {
                engine.client().pingCmd().exec();
                return true;
            } catch (RuntimeException notYet) {
                return false;
            }
        });
    }

    void stop() throws Exception {
        daemon.destroy();
        assertThat(daemon.waitFor(60, TimeUnit.SECONDS)).as("the daemon ends").isTrue();
    }

    /// With the containerd it started, and that one's pid file: until somebody reaps the dead, the next daemon would
    /// take it for alive and wait for its socket.
    void kill() throws Exception {
        List<ProcessHandle> started = daemon.descendants().toList();
        daemon.destroyForcibly().waitFor();
        started.forEach(ProcessHandle::destroyForcibly);
        Files.deleteIfExists(folder.resolve("exec/containerd/containerd.pid"));
    }

    /// Stops it, and leaves nothing mounted.
    void end() throws Exception {
        engine.close();
        stop();
        // a daemon that was killed leaves its own mount of its folder
        new ProcessBuilder(
                        "sh",
                        "-c",
                        "while umount -l \"$0\" 2>/dev/null; do :; done",
                        folder.resolve("docker").toString())
                .start()
                .waitFor();
    }

    static void eventually(String what, BooleanSupplier isSo) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!isSo.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain for " + what).isLessThan(until);
            Thread.sleep(50);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
