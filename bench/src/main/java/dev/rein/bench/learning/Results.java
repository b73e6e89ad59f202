package dev.rein.bench.learning;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// What was measured of one cell, in a file of lines `seed,steps,seconds,episodes,return_mean,return_std` under
/// comments that hold the settings. A seed's lines are appended together when it has ended, so a file holds whole
/// seeds only. Safe for any number of threads.
final class Results {
    private static final String HEADER = "seed,steps,seconds,episodes,return_mean,return_std";

    /// An evaluation of a seed's policy after so many steps and seconds.
    record Point(long steps, double seconds, int episodes, double returnMean, double returnStd) {}

    private final Path file;
    private final Map<Integer, List<Point>> seeds;

    private Results(Path file, Map<Integer, List<Point>> seeds) {
        this.file = file;
        this.seeds = seeds;
    }

    /// Reads the file, where there is one.
    static Results read(Path file) throws IOException {
        Map<Integer, List<Point>> seeds = new TreeMap<>();
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                if (!line.startsWith("#") && !line.equals(HEADER)) {
                    String[] values = line.split(",", -1);
                    seeds.computeIfAbsent(Integer.valueOf(values[0]), _ -> new ArrayList<>())
                            .add(new Point(
                                    Long.parseLong(values[1]),
                                    Double.parseDouble(values[2]),
                                    Integer.parseInt(values[3]),
                                    Double.parseDouble(values[4]),
                                    Double.parseDouble(values[5])));
                }
            }
        }
        return new Results(file, seeds);
    }

    /// Begins the file, or makes sure that the one there is of these settings. One that the algorithm has learned to
    /// take since then counts as what it is by default: so what it does if nobody says otherwise.
    ///
    /// @param settings all of them, by name
    /// @param defaults likewise
    /// @throws IllegalStateException if it is of others: its seeds and new ones do not belong together
    void begin(Cell cell, Map<String, String> settings, Map<String, String> defaults) throws IOException {
        String begins = "# %s on %s for %d steps; ".formatted(cell.algorithm(), cell.environment(), cell.steps());
        if (!Files.exists(file)) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, begins + settings + "\n" + HEADER + "\n");
            return;
        }
        String comment = Files.readAllLines(file).getFirst();
        Map<String, String> then = new TreeMap<>(defaults);
        if (comment.startsWith(begins)) {
            then.putAll(settings(comment.substring(begins.length())));
        }
        if (!comment.startsWith(begins) || !then.equals(new TreeMap<>(settings))) {
            throw new IllegalStateException(
                    "%s: measured with other settings (expected: %s). Delete the file to measure the cell anew."
                            .formatted(file, begins + settings));
        }
    }

    /// Reads `{name=value, …}`.
    private static Map<String, String> settings(String text) {
        Map<String, String> settings = new TreeMap<>();
        for (String setting : text.substring(1, text.length() - 1).split(", ", -1)) {
            int equals = setting.indexOf('=');
            settings.put(setting.substring(0, equals), setting.substring(equals + 1));
        }
        return settings;
    }

    synchronized boolean has(int seed) {
        return seeds.containsKey(seed);
    }

    synchronized void add(int seed, List<Point> points) {
        var lines = new StringBuilder();
        for (Point point : points) {
            lines.append(String.format(
                    Locale.ROOT,
                    "%d,%d,%.1f,%d,%.4f,%.4f%n",
                    seed,
                    point.steps,
                    point.seconds,
                    point.episodes,
                    point.returnMean,
                    point.returnStd));
        }
        try {
            Files.writeString(file, lines, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        seeds.put(seed, List.copyOf(points));
    }

    /// The curves, by seed.
    synchronized List<List<Point>> curves() {
        return List.copyOf(seeds.values());
    }

    /// Mean return of each seed's final policy.
    double[] finals() {
        return curves().stream()
                .mapToDouble(points -> points.getLast().returnMean)
                .toArray();
    }

    /// Wall time of a seed, mean over seeds.
    double seconds() {
        return curves().stream()
                .mapToDouble(points -> points.getLast().seconds)
                .average()
                .orElse(Double.NaN);
    }
}
