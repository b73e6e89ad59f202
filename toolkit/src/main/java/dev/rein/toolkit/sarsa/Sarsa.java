package dev.rein.toolkit.sarsa;

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

/// SARSA(λ) (Rummery & Niranjan 1994; Sutton & Barto 2018, section 12.7) on a table: act ε-greedily, and move the
/// values of what was done lately towards the reward and the value of what is done next. So it learns what its own
/// actions are worth, the random ones among them: near a cliff it keeps away from the edge (Example 6.6).
///
/// One environment: a trace is the memory of one episode.
public final class Sarsa implements Algorithm {
    /// Steps between which a run can be watched.
    private static final int ROUND = 250;

    /// Credit below this is forgotten.
    private static final float FORGOTTEN = 1e-6f;

    private final SarsaHyperParameters hp;
    private final VectorEnvironment environment;
    private final EpisodeRandom random;
    private final ActionValues table;
    private final float[] action = new float[1];

    /// Credit by place in the table, and the places that have some, in the first [#remembered].
    private final float[] trace;
    private final int[] places;
    private int remembered;

    private int state;
    private int chosen = -1;

    private long steps;
    private double epsilon;
    private double error = Double.NaN;

    /// @param maker makes the one environment, whose observations are choices and whose actions are `Discrete`
    /// @param seed  of everything: episodes and actions
    /// @throws IllegalArgumentException if the spaces are of another kind, or the table does not fit into memory
    public Sarsa(SarsaHyperParameters hp, Supplier<? extends Environment> maker, long seed) {
        this(hp, maker, seed, VectorOptions.defaults());
    }

    /// @param maker makes the one environment, whose observations are choices and whose actions are `Discrete`
    /// @param seed  of everything: episodes and actions
    /// @param options of stepping: how long a step may take; their autoreset must be
    ///     [dev.rein.toolkit.environment.Autoreset#SAME_STEP]
    /// @throws IllegalArgumentException as above
    public Sarsa(SarsaHyperParameters hp, Supplier<? extends Environment> maker, long seed, VectorOptions options) {
        this.hp = requireNonNull(hp, "hp");
        try (var opened = new Opened()) {
            environment = opened.own(VectorEnvironment.of(maker, 1, seed, options.forTraining()));
            random = new EpisodeRandom(seed, -1, 0);
            table = new ActionValues(environment.observationSpace(), environment.actionSpace(), hp.initialValue());
            trace = new float[table.values().length];
            places = new int[trace.length];
            environment.reset();
            opened.keep();
        }
    }

    @Override
    public void round(double done) {
        epsilon = Schedule.early(hp.explorationFraction(), hp.explorationInitialEps(), hp.explorationFinalEps(), done);
        float rate = hp.learningRate().at(done);
        error = 0;
        for (int i = 0; i < ROUND; i++) {
            step(rate);
        }
        steps += ROUND;
    }

    private void step(float rate) {
        if (chosen < 0) {
            state = table.state(environment.observations(), 0);
            chosen = table.choose(state, environment.masks(), 0, epsilon, random);
        }
        action[0] = chosen;
        environment.step(action);
        boolean terminated = environment.terminated()[0];
        boolean cut = environment.truncated()[0];
        double discount = Math.pow(hp.gamma(), environment.elapsed()[0]);
        int at = table.at(state, chosen);
        double difference = environment.rewards()[0] - table.values()[at];
        if (!terminated) {
            state = table.state(cut ? environment.finalObservations() : environment.observations(), 0);
            chosen = table.choose(state, cut ? environment.finalMasks() : environment.masks(), 0, epsilon, random);
            difference += discount * table.values()[table.at(state, chosen)];
        }
        remember(at);
        learn((float) (rate * difference), (float) (discount * hp.lambda()));
        error += Math.abs(difference) / ROUND;
        if (terminated || cut) {
            forget();
            chosen = -1;
        }
    }

    private void remember(int at) {
        if (trace[at] == 0) {
            places[remembered++] = at;
        }
        trace[at] = hp.traces() == Traces.ACCUMULATING ? trace[at] + 1 : 1;
    }

    /// `Q ← Q + α δ z`, `z ← γ^Δt λ z`.
    private void learn(float by, float decay) {
        int kept = 0;
        for (int i = 0; i < remembered; i++) {
            int at = places[i];
            table.values()[at] += by * trace[at];
            trace[at] *= decay;
            if (trace[at] < FORGOTTEN) {
                trace[at] = 0;
            } else {
                places[kept++] = at;
            }
        }
        remembered = kept;
    }

    private void forget() {
        for (int i = 0; i < remembered; i++) {
            trace[places[i]] = 0;
        }
        remembered = 0;
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
        return environment.statistics();
    }

    @Override
    public void state(Checkpoint checkpoint) {
        checkpoint.same("algorithm", "sarsa");
        checkpoint.same("hyperparameters", hp.values().toString());
        steps = checkpoint.integer("steps", steps);
        random.restore(checkpoint.integer("random", random.state()));
        table.state(checkpoint.part("table"));
        checkpoint.floats("trace", trace);
        remembered = (int) checkpoint.integer("remembered", remembered);
        checkpoint.integers("places", places, remembered);
        state = (int) checkpoint.integer("state", state);
        chosen = (int) checkpoint.integer("chosen", chosen);
        environment.state(checkpoint.part("environment"));
    }

    @Override
    public void close() {
        environment.close();
    }
}
