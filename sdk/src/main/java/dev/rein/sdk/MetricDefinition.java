package dev.rein.sdk;

import static java.util.Objects.requireNonNull;

/// A number read off the job's log.
///
/// @param name  of the metric
/// @param regex searched for in every line; its first group is the number
public record MetricDefinition(String name, String regex) {
    public MetricDefinition {
        requireNonNull(name, "name");
        requireNonNull(regex, "regex");
    }
}
