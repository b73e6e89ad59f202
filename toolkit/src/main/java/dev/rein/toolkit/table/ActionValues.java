package dev.rein.toolkit.table;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.distribution.Greedy;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.MultiDiscrete;
import dev.rein.toolkit.environment.Part;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.nn.Lookup;
import dev.rein.toolkit.nn.Sequential;
import dev.rein.toolkit.policy.Policy;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/// A number for each action in each state, where states are what can be told apart: combinations of the choices that
/// are observed. One thread at a time.
public final class ActionValues {
    private final Space observations;
    private final Space actions;
    private final Lookup layer;
    private final Sequential network;
    private final float[] features;
    private final int choices;

    /// @param observations one or several choices: [Discrete], [MultiDiscrete], or made of such parts
    /// @param actions      must be [Discrete]
    /// @param initial      of every action in every state; above what can be earned, it has all of them tried
    ///     (Sutton & Barto 2018, section 2.6)
    /// @throws IllegalArgumentException if the spaces are others, or the table does not fit into memory, with the
    ///     arithmetic
    public ActionValues(Space observations, Space actions, float initial) {
        this.observations = observations;
        this.actions = actions;
        if (!(actions instanceof Discrete(int n))) {
            throw new IllegalArgumentException(
                    "actions: %s (expected: Discrete, as a table has a number for each choice; for others take PPO)"
                            .formatted(actions));
        }
        choices = n;
        layer = new Lookup(parts(observations), n);
        long bytes = 3 * 4L * layer.parameterCount();
        long heap = Runtime.getRuntime().maxMemory();
        if (bytes > heap) {
            throw new IllegalArgumentException(
                    "table: %,d states × %d actions, kept with a gradient and a copy, are %,d MB (expected: at most the heap's %,d MB). Observe less, or give the JVM more with -Xmx."
                            .formatted(layer.rows(), n, bytes >> 20, heap >> 20));
        }
        network = new Sequential(List.of(layer));
        Arrays.fill(network.parameters(), initial);
        features = new float[observations.features()];
    }

    private static int[] parts(Space observations) {
        int[] choices = new int[0];
        for (Part leaf : observations.leaves()) {
            int[] more = switch (leaf.space()) {
                case Discrete(int n) -> new int[] {n};
                case MultiDiscrete multi -> multi.n();
                default ->
                    throw new IllegalArgumentException(
                            "observations: %s (expected: choices, Discrete or MultiDiscrete; for numbers take DQN or PPO, or round them to choices)"
                                    .formatted(observations));
            };
            int before = choices.length;
            choices = Arrays.copyOf(choices, before + more.length);
            System.arraycopy(more, 0, choices, before, more.length);
        }
        return choices;
    }

    /// How many states there are.
    public int states() {
        return layer.rows();
    }

    /// How many actions a state has.
    public int actions() {
        return choices;
    }

    /// The number of the state observed.
    ///
    /// @param observation the value, from element `from`
    public int state(float[] observation, int from) {
        observations.encode(observation, from, features, 0);
        return layer.row(features, 0);
    }

    /// `[states × actions]`, live.
    public float[] values() {
        return network.parameters();
    }

    /// Where an action's value lies in [#values].
    public int at(int state, int action) {
        return state * choices + action;
    }

    /// The best value of a state.
    ///
    /// @param masks which actions are allowed, from element `mask0`; empty allows all
    public float best(int state, boolean[] masks, int mask0) {
        float best = Float.NEGATIVE_INFINITY;
        for (int a = 0; a < choices; a++) {
            if (masks.length == 0 || masks[mask0 + a]) {
                best = Math.max(best, values()[at(state, a)]);
            }
        }
        return best;
    }

    /// A random action with probability epsilon, else one of the best, each as likely (ε-greedy, Sutton & Barto 2018,
    /// section 2.2).
    ///
    /// @param masks which actions are allowed, from element `mask0`; empty allows all
    public int choose(int state, boolean[] masks, int mask0, double epsilon, RandomGenerator random) {
        boolean any = random.nextDouble() < epsilon;
        float best = any ? Float.NEGATIVE_INFINITY : best(state, masks, mask0);
        int candidates = 0;
        int chosen = -1;
        for (int a = 0; a < choices; a++) {
            boolean allowed = masks.length == 0 || masks[mask0 + a];
            if (allowed && (any || values()[at(state, a)] == best) && random.nextInt(++candidates) == 0) {
                chosen = a; // one of those so far, each as likely
            }
        }
        return chosen;
    }

    /// Takes the best action everywhere; the first of several.
    public Policy policy() {
        return new Policy(observations, actions, network, new Greedy(actions), null);
    }

    public void state(Checkpoint checkpoint) {
        checkpoint.floats("values", network.parameters());
    }
}
