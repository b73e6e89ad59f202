package dev.rein.server.metric;

import static java.util.Objects.requireNonNull;

/// One reading of a metric.
///
/// @param name      as the metric's definition calls it
/// @param timestamp of the log line it was read from, milliseconds since 1970
/// @param value     finite
public record MetricValue(String name, long timestamp, double value) {
    public MetricValue {
        requireNonNull(name, "name");
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("value of %s: %s (expected: a finite number)".formatted(name, value));
        }
    }
}
