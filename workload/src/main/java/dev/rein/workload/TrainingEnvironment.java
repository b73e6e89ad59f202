package dev.rein.workload;

import static java.util.Objects.requireNonNull;

import dev.rein.workload.json.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a training script is told, typed: the `SM_*` variables of the SageMaker containers contract.
///
/// The same script runs outside any job too: then folders are below the working directory, and hyperparameters come
/// from the command line.
///
/// @param modelDir      what is written here becomes the job's model
/// @param outputDataDir other results worth keeping
/// @param channels      folder of each input channel by name
/// @param hosts         names of all hosts of the job, sorted; the first is the head
/// @param currentHost   this host's name
public record TrainingEnvironment(
        Hyperparameters hyperparameters,
        Path modelDir,
        Path outputDataDir,
        Map<String, Path> channels,
        List<String> hosts,
        String currentHost) {
    public TrainingEnvironment {
        requireNonNull(hyperparameters, "hyperparameters");
        requireNonNull(modelDir, "modelDir");
        requireNonNull(outputDataDir, "outputDataDir");
        channels = Map.copyOf(channels);
        hosts = List.copyOf(hosts);
        requireNonNull(currentHost, "currentHost");
    }

    /// @param arguments of `main`: outside a job they give the hyperparameters as `--name value`; inside one they
    ///     were made from the hyperparameters, and are not looked at
    public static TrainingEnvironment current(String... arguments) {
        return from(System.getenv(), List.of(arguments));
    }

    static TrainingEnvironment from(Map<String, String> environment, List<String> arguments) {
        String hyperparameters = environment.get("SM_HPS");
        return new TrainingEnvironment(
                new Hyperparameters(hyperparameters == null ? parsed(arguments) : object("SM_HPS", hyperparameters)),
                Path.of(environment.getOrDefault("SM_MODEL_DIR", "model")),
                Path.of(environment.getOrDefault("SM_OUTPUT_DATA_DIR", "output")),
                channels(environment),
                Json.parse(environment.getOrDefault("SM_HOSTS", "[\"algo-1\"]")).texts(),
                environment.getOrDefault("SM_CURRENT_HOST", "algo-1"));
    }

    /// Whether this host is the one that speaks for all: the first by name.
    public boolean isHead() {
        return hosts.isEmpty() || hosts.getFirst().equals(currentHost);
    }

    /// @throws IllegalArgumentException if the job has no such channel
    public Path channel(String name) {
        Path folder = channels.get(name);
        if (folder == null) {
            throw new IllegalArgumentException("channel %s: the job has none of that name (expected: one of %s)"
                    .formatted(name, channels.keySet()));
        }
        return folder;
    }

    private static Map<String, Json> parsed(List<String> arguments) {
        Map<String, Json> values = new LinkedHashMap<>();
        for (int i = 0; i < arguments.size(); i += 2) {
            String name = arguments.get(i).replaceFirst("^--?", "");
            if (name.isEmpty() || name.equals(arguments.get(i)) || i + 1 == arguments.size()) {
                throw new IllegalArgumentException("argument %s (expected: --name value)".formatted(arguments.get(i)));
            }
            values.put(name, Json.of(arguments.get(i + 1)));
        }
        return values;
    }

    private static Map<String, Path> channels(Map<String, String> environment) {
        Map<String, Path> channels = new LinkedHashMap<>();
        for (String name :
                Json.parse(environment.getOrDefault("SM_CHANNELS", "[]")).texts()) {
            String variable = "SM_CHANNEL_" + name.toUpperCase(Locale.ROOT);
            channels.put(name, Path.of(requireNonNull(environment.get(variable), variable)));
        }
        return channels;
    }

    private static Map<String, Json> object(String name, String text) {
        if (Json.parse(text) instanceof Json.Obj(Map<String, Json> members)) {
            return members;
        }
        throw new IllegalArgumentException("%s: %s (expected: a JSON object)".formatted(name, text));
    }
}
