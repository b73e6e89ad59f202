package dev.rein.toolkit.ars;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.distribution.ActionHead;
import dev.rein.toolkit.distribution.Bounded;
import dev.rein.toolkit.distribution.Distribution;
import dev.rein.toolkit.distribution.Gaussian;
import dev.rein.toolkit.distribution.Greedy;
import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.EpisodeStatistics;
import dev.rein.toolkit.environment.Space;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.environment.VectorOptions;
import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Architecture;
import dev.rein.toolkit.nn.Initialisation;
import dev.rein.toolkit.nn.Normalizer;
import dev.rein.toolkit.nn.Sequential;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.training.Algorithm;
import dev.rein.toolkit.training.Opened;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Augmented random search (Mania, Guy & Recht 2018, "Simple random search provides a competitive approach to
/// reinforcement learning", algorithm 2): move the policy's parameters a little along random directions, forth and
/// back, let each candidate play whole episodes, and step along the directions by what they earned. No gradient is
/// ever taken.
///
/// Candidates play on several threads if asked to; what comes out is the same bit for bit for any number of them,
/// for each has an environment, chance and observations of its own, gathered in order.
public final class Ars implements Algorithm {
    private final ArsHyperParameters hp;
    private final EpisodeRandom random;
    private final Space observations;
    private final Space actions;
    private final ActionHead head;
    private final Sequential network;
    private final boolean linear;
    private final @Nullable Normalizer normalizer;
    private final Candidate[] candidates;
    private final Playground playground;
    private final EpisodeStatistics statistics = new EpisodeStatistics(1);

    /// `[n_delta × parameters]`, from a standard normal (δ of the paper).
    private final float[] delta;
    private final Integer[] order;

    private long steps;
    private double returnDeviation = Double.NaN;
    private double bestReturn = Double.NaN;
    private double stepSize = Double.NaN;

    /// On one thread.
    ///
    /// @param maker makes one environment; called twice for each direction
    /// @param seed  of everything: episodes, initial parameters, directions
    public Ars(ArsHyperParameters hp, Supplier<? extends Environment> maker, long seed) {
        this(hp, maker, seed, 1);
    }

    /// @param maker   makes one environment; called twice for each direction
    /// @param seed    of everything: episodes, initial parameters, directions
    /// @param threads that candidates play on, at least 1; more than there are candidates are not used
    public Ars(ArsHyperParameters hp, Supplier<? extends Environment> maker, long seed, int threads) {
        this(hp, maker, seed, threads, VectorOptions.defaults());
    }

    /// @param threads that candidates play on, as above
    /// @param options of stepping one candidate's environment: how long a step may take; their autoreset must be
    ///     [dev.rein.toolkit.environment.Autoreset#SAME_STEP]
    public Ars(
            ArsHyperParameters hp,
            Supplier<? extends Environment> maker,
            long seed,
            int threads,
            VectorOptions options) {
        this.hp = requireNonNull(hp, "hp");
        try (var opened = new Opened()) {
            random = new EpisodeRandom(seed, -1, 0);
            playground = opened.own(new Playground(2 * hp.nDelta(), threads, maker, seed, options.forTraining()));
            observations = playground.environment(0).observationSpace();
            actions = playground.environment(0).actionSpace();
            linear = hp.netArch().isEmpty();
            head = head();
            network = Architecture.mlp(hp.activation(), hp.netArch())
                    .network(
                            observations.features(),
                            head.outputs(),
                            head instanceof Bounded ? Activation.TANH : Activation.IDENTITY);
            if (!hp.zeroPolicy()) {
                network.initialise(random, Initialisation.UNIFORM, 1);
            }
            normalizer = hp.normalizeObservations() ? new Normalizer(observations.features()) : null;
            candidates = new Candidate[playground.count()];
            Arrays.setAll(candidates, i -> new Candidate(playground.environment(i)));
            delta = new float[Math.multiplyExact(hp.nDelta(), network.parameters().length)];
            order = IntStream.range(0, hp.nDelta()).boxed().toArray(Integer[]::new);
            opened.keep();
        }
    }

    /// A linear policy's numbers are taken as they are, as in the paper; with hidden layers they are squashed and
    /// stretched to their bounds, as in sb3-contrib. Of choices the likeliest is taken.
    private ActionHead head() {
        if (actions instanceof Box box) {
            return linear ? Gaussian.certain(box.size()) : new Bounded(box);
        }
        return actions instanceof Discrete ? new Greedy(actions) : Distribution.of(actions);
    }

    @Override
    public void round(double done) {
        float deviation = hp.deltaStd().at(done);
        draw();
        for (int k = 0; k < hp.nDelta(); k++) {
            candidates[2 * k].move(k, deviation);
            candidates[2 * k + 1].move(k, -deviation);
        }
        playground.play(i -> candidates[i].play());
        gather();
        step(hp.learningRate().at(done));
    }

    private void draw() {
        int biases = linear ? observations.features() * head.outputs() : network.parameters().length;
        for (int i = 0; i < delta.length; i++) {
            // the paper's linear policy is a matrix: its biases stay 0
            delta[i] = i % network.parameters().length < biases ? (float) random.nextGaussian() : 0;
        }
    }

    /// One moved policy with the environment it is tried in; its episodes meet one thread at a time.
    private final class Candidate {
        private final VectorEnvironment environment;
        private final Sequential moved = network.copy();
        private final ActionHead own = head.copy();
        private final float[] features = new float[observations.features()];
        private final float[] outputs = new float[head.outputs()];
        private final float[] action = new float[actions.size()];
        /// Features as they were before they were normalised, for all to learn from afterwards.
        private float[] seen = new float[0];

        private int length;
        private double earned;
        private final double[] returns = new double[hp.nEvalEpisodes()];
        private final int[] lengths = new int[returns.length];

        Candidate(VectorEnvironment environment) {
            this.environment = environment;
            environment.reset();
        }

        void move(int direction, float by) {
            int size = network.parameters().length;
            for (int i = 0; i < size; i++) {
                moved.parameters()[i] = network.parameters()[i] + by * delta[direction * size + i];
            }
        }

        void play() {
            length = 0;
            earned = 0;
            for (int episode = 0; episode < returns.length; episode++) {
                int began = length;
                returns[episode] = 0;
                do {
                    act();
                    environment.step(action);
                    length++;
                    returns[episode] += environment.rewards()[0];
                } while (!environment.terminated()[0] && !environment.truncated()[0]);
                lengths[episode] = length - began;
                earned += returns[episode] + (double) hp.aliveBonusOffset() * lengths[episode];
            }
        }

        private void act() {
            observations.encode(environment.observations(), 0, features, 0);
            if (normalizer != null) {
                if ((length + 1) * features.length > seen.length) {
                    seen = Arrays.copyOf(seen, Math.max(1024, 2 * seen.length) + features.length);
                }
                System.arraycopy(features, 0, seen, length * features.length, features.length);
                normalizer.apply(features, 0, 1);
            }
            moved.forward(features, 0, 1, outputs, 0);
            own.mode(outputs, environment.masks(), 1, action);
            actions.clip(action, 0);
        }
    }

    /// What all candidates saw and earned, one after the other. Mean and variance of observations change between
    /// updates only (section 3.2): all candidates of one see the same.
    private void gather() {
        for (Candidate candidate : candidates) {
            steps += candidate.length;
            for (int episode = 0; episode < candidate.returns.length; episode++) {
                statistics.add(candidate.returns[episode], candidate.lengths[episode]);
            }
            if (normalizer != null) {
                normalizer.update(candidate.seen, 0, candidate.length);
            }
        }
    }

    /// Lines 6 and 7 of the algorithm: the best directions, each by the better of its two candidates, and a step by
    /// the differences of what they earned, in units of that earning's deviation.
    private void step(float learningRate) {
        Arrays.sort(order, Comparator.comparingDouble((Integer k) -> -better(k)).thenComparing(k -> k));
        int best = hp.nTop();
        double mean = 0;
        for (int i = 0; i < best; i++) {
            mean += (forth(order[i]) + back(order[i])) / (2 * best);
        }
        double squares = 0;
        for (int i = 0; i < best; i++) {
            squares += Math.pow(forth(order[i]) - mean, 2) + Math.pow(back(order[i]) - mean, 2);
        }
        returnDeviation = Math.sqrt(squares / (2 * best - 1));
        bestReturn = better(order[0]);
        stepSize = learningRate / (best * returnDeviation + 1e-6);
        float[] parameters = network.parameters();
        for (int i = 0; i < best; i++) {
            float along = (float) (stepSize * (forth(order[i]) - back(order[i])));
            for (int p = 0; p < parameters.length; p++) {
                parameters[p] += along * delta[order[i] * parameters.length + p];
            }
        }
    }

    private double forth(int direction) {
        return candidates[2 * direction].earned;
    }

    private double back(int direction) {
        return candidates[2 * direction + 1].earned;
    }

    private double better(int direction) {
        return Math.max(forth(direction), back(direction));
    }

    @Override
    public Policy policy() {
        return new Policy(observations, actions, network, head, normalizer);
    }

    @Override
    public long steps() {
        return steps;
    }

    /// `best_return` (of the best candidate), `return_std` (over the candidates that counted) and `step_size`.
    @Override
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("best_return", bestReturn);
        metrics.put("return_std", returnDeviation);
        metrics.put("step_size", stepSize);
        return metrics;
    }

    @Override
    public EpisodeStatistics statistics() {
        return statistics;
    }

    @Override
    public void state(Checkpoint checkpoint) {
        checkpoint.same("algorithm", "ars");
        checkpoint.same("hyperparameters", hp.values().toString());
        steps = checkpoint.integer("steps", steps);
        random.restore(checkpoint.integer("random", random.state()));
        checkpoint.floats("parameters", network.parameters());
        if (normalizer != null) {
            normalizer.state(checkpoint.part("normalizer"));
        }
        statistics.state(checkpoint.part("statistics"));
        playground.state(checkpoint);
    }

    @Override
    public void close() {
        playground.close();
    }
}
