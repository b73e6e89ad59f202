package dev.rein.bench.learning;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Writes `README.md` (the table), `index.html` (the table with its curves) and a curve for each cell beside the
/// data, and what every algorithm's page says of its hyperparameters and results.
final class Report {
    private final Path folder;
    private final List<Cell> cells;

    Report(Path folder, List<Cell> cells) {
        this.folder = folder;
        this.cells = cells;
    }

    /// @param columns algorithm, environment, steps, bar, our score, the peer's, seeds, seconds a seed, verdict
    private record Row(Cell cell, List<String> columns, boolean hasCurve) {}

    private static final List<String> TITLES = List.of(
            "algorithm",
            "environment",
            "steps",
            "bar",
            "IQM [95 %]",
            "Stable-Baselines3",
            "seeds",
            "s a seed",
            "verdict");

    void write() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (Cell cell : cells) {
            rows.add(row(cell));
        }
        Files.writeString(folder.resolve("README.md"), markdown(rows));
        Files.writeString(folder.resolve("index.html"), html(rows));
        for (String algorithm : Learner.names()) {
            page(algorithm).write(Learner.of(algorithm).base(), results(algorithm, rows));
        }
        System.out.printf(
                "%s: %d cells, %d measured%n",
                folder.resolve("index.html"),
                rows.size(),
                rows.stream().filter(Row::hasCurve).count());
    }

    private AlgorithmPage page(String algorithm) {
        Path root = folder.resolve("../..").toAbsolutePath().normalize();
        return new AlgorithmPage(
                root.resolve("docs").resolve("algorithms"), root.resolve("toolkit/src/main/java"), algorithm);
    }

    /// The lines of the table that are this algorithm's, and its curves.
    private static List<String> results(String algorithm, List<Row> rows) {
        List<Row> own = rows.stream()
                .filter(row -> row.cell.algorithm().equals(algorithm))
                .toList();
        List<String> lines = new ArrayList<>();
        lines.add("| " + String.join(" | ", TITLES.subList(1, TITLES.size())) + " |");
        lines.add("|---".repeat(TITLES.size() - 1) + "|");
        own.forEach(row -> lines.add("| " + String.join(" | ", row.columns.subList(1, TITLES.size())) + " |"));
        lines.add("");
        own.stream()
                .filter(Row::hasCurve)
                .map(row ->
                        "![%s on %s](../learning/%s.svg)".formatted(algorithm, row.cell.environment(), row.cell.name()))
                .forEach(lines::add);
        lines.add("");
        lines.add("Final policies over seeds; [docs/learning](../learning/README.md) tells how they were measured.");
        return lines;
    }

    private Row row(Cell cell) throws IOException {
        Results ours = Results.read(folder.resolve(cell.name() + ".csv"));
        Results peers = Results.read(folder.resolve("sb3").resolve(cell.name() + ".csv"));
        List<String> columns = new ArrayList<>(List.of(
                cell.algorithm(),
                cell.environment(),
                String.format(Locale.ROOT, "%,d", cell.steps()),
                "≥ " + number(cell.bar())));
        int seeds = ours.curves().size();
        if (seeds == 0) {
            String why = cell.reason().isEmpty() ? "not run" : "not run: " + cell.reason();
            columns.addAll(List.of("", "", "0", "", why));
            return new Row(cell, columns, false);
        }
        Score score = Score.of(ours.finals());
        boolean compared = !peers.curves().isEmpty();
        boolean reached = score.iqm() >= cell.bar();
        columns.add(text(score));
        columns.add(
                compared
                        ? text(Score.of(peers.finals())) + ", " + peers.curves().size() + " seeds"
                        : "");
        columns.add(seeds
                + (seeds < cell.seeds() ? " of " + cell.seeds() : "")
                + (cell.reason().isEmpty() ? "" : " (" + cell.reason() + ")"));
        columns.add(number(ours.seconds()));
        columns.add((seeds < cell.seeds() ? "so far " : "")
                + (reached ? "reached" : "**missed**")
                + (compared && Score.difference(ours.finals(), peers.finals()).high() < 0 ? ", below the peer" : ""));
        Files.writeString(folder.resolve(cell.name() + ".svg"), Curve.draw(cell, ours.curves(), peers.curves()));
        return new Row(cell, columns, true);
    }

    private static String text(Score score) {
        return "%s [%s, %s]".formatted(number(score.iqm()), number(score.low()), number(score.high()));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : "%.1f", value);
    }

    private static final String INTRODUCTION =
            "Final policies after a fixed budget, played deterministically for 100 episodes on seeds that training "
                    + "never sees; interquartile mean over seeds with its 95 % bootstrap interval. "
                    + "bench/README.md tells how to repeat it.";

    private static String markdown(List<Row> rows) {
        var text = new StringBuilder("# How well the algorithms learn\n\n")
                .append(INTRODUCTION)
                .append("\n\n");
        text.append("| ").append(String.join(" | ", TITLES)).append(" |\n");
        text.append("|---".repeat(TITLES.size())).append("|\n");
        for (Row row : rows) {
            List<String> columns = new ArrayList<>(row.columns);
            if (row.hasCurve) {
                columns.set(0, "[%s](%s.svg)".formatted(columns.getFirst(), row.cell.name()));
            }
            text.append("| ").append(String.join(" | ", columns)).append(" |\n");
        }
        return text.toString();
    }

    private String html(List<Row> rows) throws IOException {
        var text = new StringBuilder("""
                <!doctype html>
                <html lang="en"><head><meta charset="utf-8"><title>How well Rein's algorithms learn</title>
                <style>
                body { font: 15px sans-serif; margin: 2rem auto; max-width: 84rem; padding: 0 1rem }
                table { border-collapse: collapse } th, td { padding: .3rem .7rem; text-align: left; white-space: nowrap }
                th:last-child, td:last-child { white-space: normal }
                tr:nth-child(even) { background: #f4f4f4 } .missed { color: #b03a0b }
                .curves { display: flex; flex-wrap: wrap; gap: 1rem; margin-top: 2rem }
                </style></head><body>
                <h1>How well Rein's algorithms learn</h1>
                """);
        text.append("<p>").append(INTRODUCTION);
        text.append(" Curves: Rein blue, Stable-Baselines3 with the same settings grey, the bar dashed.</p>\n");
        text.append("<table><tr>");
        TITLES.forEach(title -> text.append("<th>").append(title).append("</th>"));
        text.append("</tr>\n");
        for (Row row : rows) {
            boolean missed = row.columns.getLast().contains("missed");
            text.append(missed ? "<tr class=\"missed\">" : "<tr>");
            row.columns.forEach(column -> text.append("<td>")
                    .append(column.replace("**", "").replace("<", "&lt;"))
                    .append("</td>"));
            text.append("</tr>\n");
        }
        text.append("</table>\n<div class=\"curves\">\n");
        for (Row row : rows) {
            if (row.hasCurve) {
                text.append(Files.readString(folder.resolve(row.cell.name() + ".svg")));
            }
        }
        return text.append("</div></body></html>\n").toString();
    }
}
