package dev.rein.sdk;

import static java.util.Objects.requireNonNull;

/// Some of a job's hosts, of one type: a job of several groups has hosts of several kinds.
///
/// @param name  by which inputs are directed to the group
/// @param type  for example `ml.m5.large`
/// @param count of hosts, at least 1
public record InstanceGroup(String name, String type, int count) {
    public InstanceGroup {
        requireNonNull(name, "name");
        requireNonNull(type, "type");
        if (count < 1) {
            throw new IllegalArgumentException("count: %d (expected: at least 1)".formatted(count));
        }
    }
}
