package dev.rein.sdk;

import java.util.List;

/// What learns inside the job.
public enum RLToolkit {
    COACH("coach"),
    RAY("ray"),
    /// Rein's own, on the JVM.
    REIN("rein");

    private static final String NUMBER = "([-+]?[0-9]*[.]?[0-9]+([eE][-+]?[0-9]+)?)";

    private final String wireName;

    RLToolkit(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    /// What is read off the job's log when the estimator names no metrics.
    public List<MetricDefinition> defaultMetricDefinitions() {
        return switch (this) {
            case COACH ->
                List.of(
                        new MetricDefinition("reward-training", "^Training>.*Total reward=(.*?),"),
                        new MetricDefinition("reward-testing", "^Testing>.*Total reward=(.*?),"));
            case RAY ->
                List.of(
                        new MetricDefinition("episode_reward_mean", "episode_reward_mean: " + NUMBER),
                        new MetricDefinition("episode_reward_max", "episode_reward_max: " + NUMBER));
            case REIN ->
                List.of(
                        new MetricDefinition("episode_return_mean", "episode_return_mean=" + NUMBER),
                        new MetricDefinition("evaluation_return_mean", "evaluation_return_mean=" + NUMBER),
                        new MetricDefinition("steps_per_second", "steps_per_second=" + NUMBER));
        };
    }
}
