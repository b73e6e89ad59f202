package dev.rein.server.backend;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What a host runs an entry point in, and which images it stands for.
///
/// @param name        for messages, for example `rein-toolkit`
/// @param images      image names it answers for: exact, or with a trailing `*`
/// @param train       the command line that runs a training job's host
/// @param serve       the command line of a model server's replica
/// @param readOnly    folders the command needs beside the system's own, shown read-only at the same path
/// @param environment added below the caller's own
public record HostRuntime(
        String name,
        List<String> images,
        List<String> train,
        List<String> serve,
        List<Path> readOnly,
        Map<String, String> environment) {
    public HostRuntime {
        requireNonNull(name, "name");
        images = List.copyOf(images);
        train = List.copyOf(train);
        serve = List.copyOf(serve);
        readOnly = List.copyOf(readOnly);
        environment = Map.copyOf(environment);
    }

    /// Whether this runtime stands for the image.
    public boolean runs(String image) {
        return images.stream()
                .anyMatch(pattern -> pattern.endsWith("*")
                        ? image.startsWith(pattern.substring(0, pattern.length() - 1))
                        : image.equals(pattern));
    }
}
