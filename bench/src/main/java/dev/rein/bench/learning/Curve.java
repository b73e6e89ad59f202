package dev.rein.bench.learning;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/// A learning curve drawn as SVG: the interquartile mean of the evaluations over steps in a band of its interval, a
/// dashed line at the bar, and the peer's in grey.
final class Curve {
    private static final int WIDTH = 420;
    private static final int HEIGHT = 240;
    private static final int LEFT = 58;
    private static final int RIGHT = 14;
    private static final int TOP = 28;
    private static final int BOTTOM = 34;
    private static final int GRID = 20;

    private final StringBuilder svg = new StringBuilder();
    private final double steps;
    private final double lowest;
    private final double highest;

    private Curve(double steps, double lowest, double highest) {
        this.steps = steps;
        this.lowest = lowest;
        this.highest = highest;
    }

    /// @param ours  the seeds' evaluations, at least one seed
    /// @param peers of the same settings in Stable-Baselines3; may be empty
    static String draw(Cell cell, List<List<Results.Point>> ours, List<List<Results.Point>> peers) {
        List<Score> our = scores(cell, ours);
        List<Score> their = peers.isEmpty() ? List.of() : scores(cell, peers);
        List<Score> all = new ArrayList<>(our);
        all.addAll(their);
        double lowest = Math.min(cell.bar(), extreme(all, Score::low, false));
        double highest = Math.max(cell.bar(), extreme(all, Score::high, true));
        double margin = Math.max(1e-6, 0.05 * (highest - lowest));
        var curve = new Curve(cell.steps(), lowest - margin, highest + margin);
        curve.frame(cell);
        if (!their.isEmpty()) {
            curve.line(their, "#8a8a8a");
        }
        curve.line(our, "#0b63b0");
        return curve.svg.append("</svg>\n").toString();
    }

    private static double extreme(List<Score> scores, ToDoubleFunction<Score> end, boolean highest) {
        var ends = scores.stream().mapToDouble(end);
        return highest ? ends.max().orElseThrow() : ends.min().orElseThrow();
    }

    /// A score at each twentieth of the budget, of each seed's latest evaluation by then.
    private static List<Score> scores(Cell cell, List<List<Results.Point>> seeds) {
        List<Score> scores = new ArrayList<>();
        for (int i = 1; i <= GRID; i++) {
            long by = i == GRID ? Long.MAX_VALUE : cell.steps() * i / GRID + cell.steps() / (2 * GRID);
            scores.add(Score.of(
                    seeds.stream().mapToDouble(points -> latest(points, by)).toArray()));
        }
        return scores;
    }

    private static double latest(List<Results.Point> points, long by) {
        double value = points.getFirst().returnMean();
        for (Results.Point point : points) {
            if (point.steps() <= by) {
                value = point.returnMean();
            }
        }
        return value;
    }

    private void frame(Cell cell) {
        append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
                        + "font-family=\"sans-serif\" font-size=\"11\">%n",
                WIDTH, HEIGHT, WIDTH, HEIGHT);
        append("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>%n", WIDTH, HEIGHT);
        append(
                "<text x=\"%d\" y=\"17\" font-size=\"13\" font-weight=\"bold\">%s on %s</text>%n",
                LEFT, cell.algorithm(), cell.environment());
        for (int i = 0; i <= 4; i++) {
            double value = lowest + (highest - lowest) * i / 4;
            append(
                    "<path d=\"M%d %.1fH%d\" stroke=\"#e4e4e4\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
                    LEFT, y(value), WIDTH - RIGHT, LEFT - 6, y(value) + 4, number(value));
        }
        append(
                "<text x=\"%d\" y=\"%d\">0</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\">%,d steps</text>%n",
                LEFT, HEIGHT - 12, WIDTH - RIGHT, HEIGHT - 12, cell.steps());
        append(
                "<path d=\"M%d %.1fH%d\" stroke=\"#b03a0b\" stroke-dasharray=\"5 4\"/>%n",
                LEFT, y(cell.bar()), WIDTH - RIGHT);
    }

    private void line(List<Score> scores, String colour) {
        var band = new StringBuilder("M");
        var line = new StringBuilder("M");
        for (int i = 0; i < scores.size(); i++) {
            band.append(point(i, scores.get(i).high()));
            line.append(point(i, scores.get(i).iqm()));
        }
        for (int i = scores.size() - 1; i >= 0; i--) {
            band.append(point(i, scores.get(i).low()));
        }
        append("<path d=\"%sZ\" fill=\"%s\" fill-opacity=\"0.18\"/>%n", band, colour);
        append("<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n", line, colour);
    }

    private String point(int i, double value) {
        return String.format(Locale.ROOT, "%.1f %.1f ", x(steps * (i + 1) / GRID), y(value));
    }

    private double x(double step) {
        return LEFT + (WIDTH - LEFT - RIGHT) * step / steps;
    }

    private double y(double value) {
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - lowest) / (highest - lowest);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : "%.0f", value);
    }

    @SuppressWarnings("AnnotateFormatMethod") // every format is a constant of this class
    private void append(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }
}
