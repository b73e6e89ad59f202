package dev.rein.toolkit.training;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// How far a training run is. Metric names are API: see [ProgressLine].
///
/// @param steps      environment steps taken, over all environments and all sessions of the run
/// @param budget     environment steps to take
/// @param begun      steps that were taken before this session: 0 unless it resumed
/// @param seconds    since this session began
/// @param episodes   ended so far
/// @param returnMean mean undiscounted return of the latest 100 episodes; NaN before the first
/// @param lengthMean their mean length in steps; NaN before the first
/// @param metrics    what the algorithm says of its latest update, such as `value_loss`; unmodifiable
public record Progress(
        long steps,
        long budget,
        long begun,
        double seconds,
        long episodes,
        double returnMean,
        double lengthMean,
        Map<String, Double> metrics) {

    public Progress {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics)); // keeps their order, unlike Map.copyOf
    }

    Progress withMetrics(Map<String, Double> other) {
        return new Progress(steps, budget, begun, seconds, episodes, returnMean, lengthMean, other);
    }

    /// Every number by name, in an order that stays: `step`, `seconds`, `steps_per_second`, `episodes`,
    /// `episode_return_mean`, `episode_length_mean`, then the metrics. NaN where nothing is known.
    public Map<String, Double> numbers() {
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("step", (double) steps);
        numbers.put("seconds", seconds);
        numbers.put("steps_per_second", stepsPerSecond());
        numbers.put("episodes", (double) episodes);
        numbers.put("episode_return_mean", returnMean);
        numbers.put("episode_length_mean", lengthMean);
        numbers.putAll(metrics);
        return numbers;
    }

    public double stepsPerSecond() {
        return seconds == 0 ? 0 : (steps - begun) / seconds;
    }

    /// 0 at the end, also when the last rollout went beyond the budget; NaN before the first step.
    public double secondsLeft() {
        return steps == begun ? Double.NaN : Math.max(0, budget - steps) * seconds / (steps - begun);
    }

    public boolean isLast() {
        return steps >= budget;
    }

    /// A metric of the algorithm.
    ///
    /// @throws IllegalArgumentException if it has none of that name
    public double metric(String name) {
        Double value = metrics.get(name);
        if (value == null) {
            throw new IllegalArgumentException("metric: %s (expected: one of %s)".formatted(name, metrics.keySet()));
        }
        return value;
    }
}
