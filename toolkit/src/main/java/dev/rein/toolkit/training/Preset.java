package dev.rein.toolkit.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// Hyperparameters tuned for one environment.
///
/// They are data: beside each [HyperParameters] record lies a resource `presets.txt`, a line an environment,
/// `CartPole-v1 100000 n_envs=8 n_steps=32 …`, whose comment lines name the source. A record that serves a second
/// algorithm has another such resource for it.
///
/// @param environment    Gymnasium's id
/// @param steps          the budget the settings were tuned for
/// @param hyperParameters all of them
public record Preset<H>(String environment, long steps, H hyperParameters) {
    private static final String RESOURCE = "presets.txt";

    /// @param base what the preset's line does not name
    /// @throws IllegalArgumentException listing the environments that have one
    public static <H extends Record & HyperParameters<H>> Preset<H> of(H base, String environment) {
        return of(base, RESOURCE, environment);
    }

    /// The same from another resource beside the record.
    ///
    /// @throws IllegalArgumentException listing the environments that have one
    public static <H extends Record & HyperParameters<H>> Preset<H> of(H base, String resource, String environment) {
        Map<String, Preset<H>> all = all(base, resource);
        Preset<H> preset = all.get(environment);
        if (preset == null) {
            throw new IllegalArgumentException("%s: no preset for \"%s\" (expected: one of %s)"
                    .formatted(base.getClass().getSimpleName(), environment, all.keySet()));
        }
        return preset;
    }

    /// Every preset of a kind, by environment.
    public static <H extends Record & HyperParameters<H>> Map<String, Preset<H>> all(H base) {
        return all(base, RESOURCE);
    }

    /// Every preset of another resource beside the record.
    public static <H extends Record & HyperParameters<H>> Map<String, Preset<H>> all(H base, String resource) {
        Map<String, Preset<H>> presets = new LinkedHashMap<>();
        for (String line : text(base.getClass(), resource).split("\n", -1)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] words = line.strip().split(" +");
            Map<String, String> values = new LinkedHashMap<>();
            for (String word : Arrays.copyOfRange(words, 2, words.length)) {
                int equals = word.indexOf('=');
                values.put(word.substring(0, equals), word.substring(equals + 1));
            }
            presets.put(words[0], new Preset<>(words[0], Long.parseLong(words[1]), base.with(values)));
        }
        return presets;
    }

    private static String text(Class<?> type, String resource) {
        try (InputStream in = requireNonNull(type.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
