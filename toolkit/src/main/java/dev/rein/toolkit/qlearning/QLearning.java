package dev.rein.toolkit.qlearning;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.EpisodeStatistics;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.environment.VectorOptions;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.table.ActionValues;
import dev.rein.toolkit.training.Algorithm;
import dev.rein.toolkit.training.Opened;
import dev.rein.toolkit.training.Schedule;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/// Q-learning (Watkins & Dayan 1992, equation 1; Sutton & Barto 2018, section 6.5) on a table: act ε-greedily, and
/// move the value of what was done towards the reward and the best value of what came. So it learns to act greedily
/// whatever it does meanwhile.
public final class QLearning implements Algorithm {
    /// Steps between which a run can be watched.
    private static final int ROUND = 250;

    private final QLearningHyperParameters hp;
    private final VectorEnvironment environments;
    private final EpisodeRandom random;
    private final ActionValues table;
    private final int size;
    private final int[] state;
    private final float[] action;

    private long steps;
    private double epsilon;
    private double error = Double.NaN;

    /// @param maker makes one environment, whose observations are choices and whose actions are `Discrete`
    /// @param seed  of everything: episodes and actions
    /// @throws IllegalArgumentException if the spaces are of another kind, or the table does not fit into memory
    public QLearning(QLearningHyperParameters hp, Supplier<? extends Environment> maker, long seed) {
        this(hp, maker, seed, VectorOptions.defaults());
    }

    /// @param maker makes one environment, whose observations are choices and whose actions are `Discrete`
    /// @param seed  of everything: episodes and actions
    /// @param options of stepping: threads, which change no result, and how long a step may take; their autoreset
    ///     must be [dev.rein.toolkit.environment.Autoreset#SAME_STEP]
    /// @throws IllegalArgumentException as above
    public QLearning(
            QLearningHyperParameters hp, Supplier<? extends Environment> maker, long seed, VectorOptions options) {
        this.hp = requireNonNull(hp, "hp");
        try (var opened = new Opened()) {
            environments = opened.own(VectorEnvironment.of(maker, hp.nEnvs(), seed, options.forTraining()));
            random = new EpisodeRandom(seed, -1, 0);
            table = new ActionValues(environments.observationSpace(), environments.actionSpace(), hp.initialValue());
            size = environments.observationSpace().size();
            state = new int[hp.nEnvs()];
            action = new float[hp.nEnvs()];
            environments.reset();
            opened.keep();
        }
    }

    @Override
    public void round(double done) {
        epsilon = Schedule.early(hp.explorationFraction(), hp.explorationInitialEps(), hp.explorationFinalEps(), done);
        float rate = hp.learningRate().at(done);
        error = 0;
        for (long until = steps + ROUND; steps < until; steps += hp.nEnvs()) {
            act();
            for (int e = 0; e < hp.nEnvs(); e++) {
                learn(e, rate);
            }
        }
    }

    private void act() {
        for (int e = 0; e < hp.nEnvs(); e++) {
            state[e] = table.state(environments.observations(), e * size);
            action[e] = table.choose(state[e], environments.masks(), e * table.actions(), epsilon, random);
        }
        environments.step(action);
    }

    /// `Q(s, a) ← Q(s, a) + α (r + γ^Δt max Q(s', ·) − Q(s, a))`; nothing comes after an end, and of an episode that
    /// was cut off what would have.
    private void learn(int e, float rate) {
        double target = environments.rewards()[e];
        if (!environments.terminated()[e]) {
            boolean cut = environments.truncated()[e];
            int next = table.state(cut ? environments.finalObservations() : environments.observations(), e * size);
            float best = table.best(next, cut ? environments.finalMasks() : environments.masks(), e * table.actions());
            target += Math.pow(hp.gamma(), environments.elapsed()[e]) * best;
        }
        int at = table.at(state[e], (int) action[e]);
        double difference = target - table.values()[at];
        table.values()[at] += (float) (rate * difference);
        error += Math.abs(difference) / ROUND;
    }

    @Override
    public Policy policy() {
        return table.policy();
    }

    @Override
    public long steps() {
        return steps;
    }

    /// `td_error` (mean size of the latest round's) and `exploration_rate`.
    @Override
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("td_error", error);
        metrics.put("exploration_rate", epsilon);
        return metrics;
    }

    @Override
    public EpisodeStatistics statistics() {
        return environments.statistics();
    }

    @Override
    public void state(Checkpoint checkpoint) {
        checkpoint.same("algorithm", "qlearning");
        checkpoint.same("hyperparameters", hp.values().toString());
        steps = checkpoint.integer("steps", steps);
        random.restore(checkpoint.integer("random", random.state()));
        table.state(checkpoint.part("table"));
        environments.state(checkpoint.part("environments"));
    }

    @Override
    public void close() {
        environments.close();
    }
}
