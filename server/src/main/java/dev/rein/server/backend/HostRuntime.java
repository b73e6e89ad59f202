package dev.rein.server.backend;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a host runs an entry point in, and which images it stands for.
///
/// @param name        for messages, for example `rein-toolkit`
/// @param images      image names it answers for; `*` stands for any text
/// @param train       the command line that runs a training job's host
/// @param serve       the command line of a model server's replica
/// @param readOnly    folders the command needs beside the system's own, shown read-only at the same path
/// @param environment added below the caller's own
/// @param preparation makes what is not there before the first use
/// @param container   whether hosts are containers of the very image that was asked for, rather than processes
public record HostRuntime(
        String name,
        List<String> images,
        List<String> train,
        List<String> serve,
        List<Path> readOnly,
        Map<String, String> environment,
        Preparation preparation,
        boolean container) {
    public HostRuntime {
        requireNonNull(name, "name");
        images = List.copyOf(images);
        train = List.copyOf(train);
        serve = List.copyOf(serve);
        readOnly = List.copyOf(readOnly);
        environment = Map.copyOf(environment);
        requireNonNull(preparation, "preparation");
    }

    /// A runtime of processes.
    public HostRuntime(
            String name,
            List<String> images,
            List<String> train,
            List<String> serve,
            List<Path> readOnly,
            Map<String, String> environment,
            Preparation preparation) {
        this(name, images, train, serve, readOnly, environment, preparation, false);
    }

    /// A runtime of processes that is there.
    public HostRuntime(
            String name,
            List<String> images,
            List<String> train,
            List<String> serve,
            List<Path> readOnly,
            Map<String, String> environment) {
        this(name, images, train, serve, readOnly, environment, Preparation.NONE);
    }

    /// The runtime of every image: what it is to do is the first argument of the image's own entry point, as
    /// SageMaker's containers have it.
    ///
    /// @param preparation brings the image, which is the runtime's name, to this machine
    public static HostRuntime containers(Preparation preparation) {
        return new HostRuntime(
                "Docker", List.of("*"), List.of("train"), List.of("serve"), List.of(), Map.of(), preparation, true);
    }

    /// This runtime for one of the images it stands for: a container's is named after it.
    public HostRuntime asked(String image) {
        return container
                ? new HostRuntime(image, images, train, serve, readOnly, environment, preparation, true)
                : this;
    }

    /// This runtime, with all it needs in place.
    ///
    /// @param progress told how far that is, in words; not at all if nothing is missing
    /// @return fails with a message for the user
    public CompletableFuture<HostRuntime> prepared(Consumer<String> progress) {
        return preparation.prepare(this, progress);
    }

    /// With more folders and variables.
    public HostRuntime with(List<Path> folders, Map<String, String> variables) {
        var shown = new ArrayList<Path>(readOnly);
        shown.addAll(folders);
        var all = new TreeMap<String, String>(environment);
        all.putAll(variables);
        return new HostRuntime(name, images, train, serve, shown, all, preparation, container);
    }

    /// Whether this runtime stands for the image.
    public boolean runs(String image) {
        return images.stream().anyMatch(pattern -> matches(pattern, image));
    }

    private static boolean matches(String pattern, String image) {
        return Pattern.matches(
                Stream.of(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")), image);
    }
}
