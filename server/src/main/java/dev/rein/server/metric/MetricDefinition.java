package dev.rein.server.metric;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;

/// A metric that a job prints.
///
/// @param regex its first group is the number
public record MetricDefinition(String name, Pattern regex) {
    public MetricDefinition {
        requireNonNull(name, "name");
        requireNonNull(regex, "regex");
    }
}
