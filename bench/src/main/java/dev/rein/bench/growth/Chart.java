package dev.rein.bench.growth;

import java.util.List;
import java.util.Locale;

/// Series side by side as SVG, both axes logarithmic: cost in proportion to size is the dashed line, which goes through
/// the largest size.
final class Chart {
    private static final int WIDTH = 280;
    private static final int HEIGHT = 240;
    private static final int LEFT = 52;
    private static final int RIGHT = 16;
    private static final int TOP = 34;
    private static final int BOTTOM = 40;

    private final StringBuilder svg = new StringBuilder();
    private final Series series;
    private final int left;
    private final double smallest;
    private final double largest;
    private final double cheapest;
    private final double dearest;

    private Chart(Series series, int number) {
        this.series = series;
        left = number * WIDTH + LEFT;
        smallest = series.points().getFirst().size();
        largest = series.points().getLast().size();
        dearest = series.points().getLast().seconds();
        double least = series.points().stream()
                .mapToDouble(Series.Point::seconds)
                .min()
                .orElseThrow();
        cheapest = Math.min(least, dearest * smallest / largest);
    }

    static String draw(List<Series> all) {
        var svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"11\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
                all.size() * WIDTH,
                HEIGHT));
        for (int i = 0; i < all.size(); i++) {
            svg.append(new Chart(all.get(i), i).panel());
        }
        return svg.append("</svg>\n").toString();
    }

    private String panel() {
        append("<text x=\"%d\" y=\"18\" font-size=\"13\" font-weight=\"bold\">%s</text>%n", left, series.title());
        for (double cost = Math.pow(10, Math.ceil(Math.log10(cheapest))); cost <= dearest; cost *= 10) {
            append(
                    "<path d=\"M%d %.1fH%d\" stroke=\"#e4e4e4\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
                    left, y(cost), left - LEFT + WIDTH - RIGHT, left - 6, y(cost) + 4, time(cost));
        }
        append(
                "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#b03a0b\" stroke-dasharray=\"5 4\"/>%n",
                x(smallest), y(dearest * smallest / largest), x(largest), y(dearest));
        var line = new StringBuilder("M");
        for (Series.Point point : series.points()) {
            line.append(String.format(Locale.ROOT, "%.1f %.1f ", x(point.size()), y(point.seconds())));
            append("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"#0b63b0\"/>%n", x(point.size()), y(point.seconds()));
        }
        append("<path d=\"%s\" fill=\"none\" stroke=\"#0b63b0\" stroke-width=\"2\"/>%n", line);
        append(
                "<text x=\"%d\" y=\"%d\">%,.0f</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\">%,.0f %s</text>%n",
                left,
                HEIGHT - BOTTOM + 16,
                smallest,
                left - LEFT + WIDTH - RIGHT,
                HEIGHT - BOTTOM + 16,
                largest,
                series.unit());
        append("<text x=\"%d\" y=\"%d\">cost ~ size^%.2f</text>%n", left, HEIGHT - 8, series.exponent());
        return svg.toString();
    }

    private double x(double size) {
        return left + (WIDTH - LEFT - RIGHT) * Math.log(size / smallest) / Math.log(largest / smallest);
    }

    private double y(double cost) {
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * Math.log(cost / cheapest) / Math.log(dearest / cheapest);
    }

    private static String time(double seconds) {
        if (seconds > 0.999) {
            return String.format(Locale.ROOT, "%.0f s", seconds);
        }
        return seconds > 0.999e-3
                ? String.format(Locale.ROOT, "%.0f ms", 1e3 * seconds)
                : String.format(Locale.ROOT, "%.0f µs", 1e6 * seconds);
    }

    @SuppressWarnings("AnnotateFormatMethod") // every format is a constant of this class
    private void append(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }
}
