package dev.rein.bench.learning;

import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.TimeLimit;
import dev.rein.toolkit.environment.registry.Environments;
import dev.rein.toolkit.training.Algorithm;
import dev.rein.toolkit.training.Evaluation;
import dev.rein.toolkit.training.Training;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Trains the cells of the table and writes the report; what `bench/learning` calls.
///
/// - `list`: every cell, and how many of its seeds are there
/// - `names [word …]`: the cells that are called so, else those whose names contain a word, or all
/// - `run [word …]`: trains what is missing of these cells
/// - `settings cell`: the hyperparameters of a cell, a line each
/// - `report`: writes the tables and curves from what was measured
final class Learning {
    private static final int POINTS = 20;
    private static final int EPISODES_OF_A_POINT = 10;
    private static final int EPISODES_AT_THE_END = 100;
    /// No environment of the table has longer ones, but for those without a limit: there a policy that stands still
    /// would be played for ever.
    private static final int LONGEST_EPISODE = 1_000;

    private final Path folder;
    private final List<Cell> cells;

    private Learning(Path folder, List<Cell> cells) {
        this.folder = folder;
        this.cells = cells;
    }

    /// `Learning <table> <folder> <command> [word …]`.
    static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length < 3) {
            fail("arguments: %s (expected: <table> <folder> list|names|run|settings|report [word …])"
                    .formatted(List.of(arguments)));
        }
        try {
            var learning = new Learning(Path.of(arguments[1]), Cell.read(Path.of(arguments[0])));
            List<String> words = List.of(arguments).subList(3, arguments.length);
            switch (arguments[2]) {
                case "list" -> learning.list();
                case "names" -> learning.chosen(words).forEach(cell -> System.out.println(cell.name()));
                case "run" -> learning.run(words);
                case "settings" -> learning.settings(words);
                case "report" -> new Report(learning.folder, learning.cells).write();
                default -> fail("command: %s (expected: list, names, run, settings or report)".formatted(arguments[2]));
            }
        } catch (IllegalArgumentException | IllegalStateException e) {
            fail(String.valueOf(e.getMessage()));
        }
    }

    private static void fail(String message) {
        System.err.println(message);
        System.exit(2);
    }

    private void list() throws IOException {
        for (Cell cell : cells) {
            int there = results(cell).curves().size();
            System.out.printf("%-40s %2d of %2d seeds %s%n", cell.name(), there, cell.seeds(), cell.reason());
        }
    }

    private Results results(Cell cell) throws IOException {
        return Results.read(folder.resolve(cell.name() + ".csv"));
    }

    private List<Cell> chosen(List<String> words) {
        List<Cell> chosen =
                cells.stream().filter(cell -> words.contains(cell.name())).toList();
        if (chosen.isEmpty()) {
            chosen = cells.stream()
                    .filter(cell -> words.isEmpty() || words.stream().anyMatch(cell.name()::contains))
                    .toList();
        }
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException("no cell's name contains one of %s (expected: part of one of %s)"
                    .formatted(words, cells.stream().map(Cell::name).toList()));
        }
        return chosen;
    }

    private void settings(List<String> words) {
        for (Cell cell : chosen(words)) {
            System.out.printf("steps=%d%n", cell.steps());
            Learner.of(cell.algorithm())
                    .settings(cell.environment())
                    .forEach((name, value) -> System.out.printf("%s=%s%n", name, value));
        }
    }

    private void run(List<String> words) throws IOException, InterruptedException {
        for (Cell cell : chosen(words)) {
            run(cell);
        }
    }

    private void run(Cell cell) throws IOException, InterruptedException {
        if (cell.seeds() == 0) {
            System.out.printf("%s: not run, %s%n", cell.name(), cell.reason());
            return;
        }
        Learner<?> learner = Learner.of(cell.algorithm());
        Results results = results(cell);
        results.begin(cell, learner.settings(cell.environment()), learner.base().values());
        try (var seeds = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
            List<Future<?>> running = new ArrayList<>();
            IntStream.rangeClosed(1, cell.seeds())
                    .filter(seed -> !results.has(seed))
                    .forEach(seed -> running.add(seeds.submit(() -> train(cell, learner, seed, results))));
            for (Future<?> one : running) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(cell.name() + ": " + e.getCause(), e.getCause());
        }
        Score score = Score.of(results.finals());
        System.out.printf(
                "%s: IQM %.1f [%.1f, %.1f] over %d seeds, bar %.1f: %s%n",
                cell.name(),
                score.iqm(),
                score.low(),
                score.high(),
                cell.seeds(),
                cell.bar(),
                score.iqm() >= cell.bar() ? "reached" : "MISSED");
    }

    private static Void train(Cell cell, Learner<?> learner, int seed, Results results) throws IOException {
        Supplier<Environment> maker = Environments.maker(cell.environment());
        Supplier<Environment> held = () -> new TimeLimit(maker.get(), LONGEST_EPISODE);
        List<Results.Point> points = new ArrayList<>();
        long began = System.nanoTime();
        try (Algorithm algorithm = learner.start(cell.environment(), maker, seed)) {
            var result = Training.of(algorithm)
                    .budget(cell.steps())
                    .evaluation(held, Math.max(1, cell.steps() / POINTS), EPISODES_OF_A_POINT)
                    .listener(progress -> {
                        double mean = progress.metric("evaluation_return_mean");
                        if (!Double.isNaN(mean)) {
                            points.add(new Results.Point(
                                    progress.steps(), progress.seconds(), EPISODES_OF_A_POINT, mean, Double.NaN));
                        }
                    })
                    .run();
            double seconds = (System.nanoTime() - began) / 1e9;
            var last = Evaluation.of(result.last(), held, EPISODES_AT_THE_END, seed);
            points.add(new Results.Point(
                    result.steps(), seconds, EPISODES_AT_THE_END, last.returnMean(), last.returnDeviation()));
            results.add(seed, points);
            System.out.printf("%s seed %d: %.1f after %.0f s%n", cell.name(), seed, last.returnMean(), seconds);
        }
        return null;
    }
}
