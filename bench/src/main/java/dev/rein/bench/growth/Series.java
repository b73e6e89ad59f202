package dev.rein.bench.growth;

import java.util.List;

/// What something cost at sizes that grow.
///
/// @param unit   that sizes are counted in
/// @param points by size, two at least
record Series(String title, String unit, List<Point> points) {
    /// @param seconds of processor time
    record Point(double size, double seconds) {
        double perUnit() {
            return seconds / size;
        }
    }

    Series {
        points = List.copyOf(points);
    }

    /// Slope of the logarithms' least squares: 1 is in proportion, 2 square.
    double exponent() {
        double x = 0;
        double y = 0;
        double xx = 0;
        double xy = 0;
        for (Point point : points) {
            double size = Math.log(point.size());
            double cost = Math.log(point.seconds());
            x += size / points.size();
            y += cost / points.size();
            xx += size * size / points.size();
            xy += size * cost / points.size();
        }
        return (xy - x * y) / (xx - x * x);
    }
}
