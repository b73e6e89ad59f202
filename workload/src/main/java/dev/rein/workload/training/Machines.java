package dev.rein.workload.training;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Looks at what a host has to compute with.
final class Machines {
    private Machines() {}

    /// Cores are those this process may use: its affinity and its quota count.
    static Variables.Machine here() {
        return new Variables.Machine(Runtime.getRuntime().availableProcessors(), gpus());
    }

    private static int gpus() {
        boolean tool = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "nvidia-smi")));
        if (!tool) {
            return 0;
        }
        try {
            Process list = new ProcessBuilder("nvidia-smi", "--list-gpus")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String lines = new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return (int) lines.lines().filter(line -> line.startsWith("GPU ")).count();
        } catch (IOException noDriver) {
            return 0;
        }
    }
}
