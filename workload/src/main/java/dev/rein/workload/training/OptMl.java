package dev.rein.workload.training;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Map;

/// The tree a host and its platform share.
///
/// @param base `/opt/ml`, or `$SAGEMAKER_BASE_DIR` where the machine has no private one
public record OptMl(Path base) {
    public OptMl {
        requireNonNull(base, "base");
    }

    public static OptMl from(Map<String, String> environment) {
        return new OptMl(Path.of(environment.getOrDefault("SAGEMAKER_BASE_DIR", "/opt/ml")));
    }

    public Path code() {
        return base.resolve("code");
    }

    public Path model() {
        return base.resolve("model");
    }

    Path input() {
        return base.resolve("input");
    }

    Path inputConfig() {
        return input().resolve("config");
    }

    Path channel(String name) {
        return input().resolve("data").resolve(name);
    }

    Path output() {
        return base.resolve("output");
    }

    Path outputData() {
        return output().resolve("data");
    }

    Path outputIntermediate() {
        return output().resolve("intermediate");
    }

    Path failure() {
        return output().resolve("failure");
    }

    Path success() {
        return output().resolve("success");
    }
}
