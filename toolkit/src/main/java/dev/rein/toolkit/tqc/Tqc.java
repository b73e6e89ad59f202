package dev.rein.toolkit.tqc;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.EpisodeStatistics;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.environment.VectorOptions;
import dev.rein.toolkit.kernel.Kernels;
import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Adam;
import dev.rein.toolkit.nn.Architecture;
import dev.rein.toolkit.nn.Initialisation;
import dev.rein.toolkit.nn.Normalizer;
import dev.rein.toolkit.nn.Sequential;
import dev.rein.toolkit.nn.Team;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.replay.Batch;
import dev.rein.toolkit.replay.Experience;
import dev.rein.toolkit.replay.ReplayBuffer;
import dev.rein.toolkit.sac.SoftActor;
import dev.rein.toolkit.training.Algorithm;
import dev.rein.toolkit.training.Opened;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Truncated quantile critics (Kuznetsov et al. 2020, "Controlling Overestimation Bias with Truncated Mixture of
/// Continuous Distributional Quantile Critics", algorithm 1). Details follow sb3-contrib, whose figures the presets
/// reproduce. The actor is SAC's.
public final class Tqc implements Algorithm {
    /// Steps between which a run can be watched.
    private static final int ROUND = 250;

    private final TqcHyperParameters hp;
    private final VectorEnvironment environments;
    private final EpisodeRandom random;
    private final @Nullable Normalizer normalizer;
    private final Experience experience;
    private final Batch batch;
    private final int features;
    private final int actionSize;

    private final SoftActor actor;
    private final Critic[] critics;

    // What the critics do at the same time, each on its own.
    private final Team team;
    private final Runnable[] askSlow;
    private final Runnable[] learn;
    private final Runnable[] findSlopes;
    private final Runnable[] follow;

    private final float[] pool;
    private final int kept;

    private final float[] unit;
    private final float[] actions;
    private final float[] target;
    private final float[] byUnit;

    private long steps;
    private long updates;
    private double actorLoss = Double.NaN;
    private double criticLoss = Double.NaN;
    private float learningRate = Float.NaN;

    /// A network of quantiles of the return with its slow copy. Inputs are features, then actions between -1 and 1.
    private final class Critic {
        final Sequential online;
        final Sequential slow;
        final Adam optimizer;
        final float[] input;
        final float[] value;
        final float[] valueGradient;
        final float[] inputGradient;
        double loss;

        Critic(Architecture shape, EpisodeRandom random) {
            online = shape.network(features + actionSize, hp.nQuantiles(), Activation.IDENTITY)
                    .initialise(random, Initialisation.UNIFORM, 1);
            slow = online.copy();
            optimizer = new Adam(online.parameters().length, 1e-8f);
            input = new float[hp.batchSize() * (features + actionSize)];
            value = new float[hp.batchSize() * hp.nQuantiles()];
            valueGradient = new float[value.length];
            inputGradient = new float[input.length];
        }

        void ask(Sequential network, float[] observations, float[] acts) {
            int width = features + actionSize;
            for (int row = 0; row < hp.batchSize(); row++) {
                System.arraycopy(observations, row * features, input, row * width, features);
                System.arraycopy(acts, row * actionSize, input, row * width + features, actionSize);
            }
            network.forward(input, 0, hp.batchSize(), value, 0);
        }

        void askSlow() {
            ask(slow, batch.next(), actor.unit());
        }

        /// Down the slope of `-mean Q` by the drawn actions, and no further: parameters stay.
        void findSlope() {
            ask(online, batch.observation(), actor.unit());
            Arrays.fill(valueGradient, -1f / (hp.batchSize() * pool.length));
            online.backwardInput(valueGradient, inputGradient);
        }

        void follow() {
            slow.follow(online, hp.tau());
        }

        /// The quantile Huber loss (Dabney et al. 2018, equation 10) of every quantile against every kept target,
        /// mean over all.
        void learn() {
            ask(online, batch.observation(), batch.action());
            int quantiles = hp.nQuantiles();
            float share = 1f / ((float) hp.batchSize() * critics.length * quantiles * kept);
            loss = 0;
            for (int row = 0; row < hp.batchSize(); row++) {
                loss += share
                        * Kernels.active()
                                .quantileHuber(
                                        value,
                                        row * quantiles,
                                        quantiles,
                                        target,
                                        row * kept,
                                        kept,
                                        0,
                                        1,
                                        valueGradient,
                                        row * quantiles);
            }
            for (int i = 0; i < valueGradient.length; i++) {
                valueGradient[i] *= share;
            }
            online.zeroGradient();
            online.backward(valueGradient, null);
            optimizer.step(online.parameters(), online.gradient(), 1, learningRate);
        }

        void state(Checkpoint checkpoint) {
            checkpoint.floats("online", online.parameters());
            checkpoint.floats("slow", slow.parameters());
            optimizer.state(checkpoint.part("optimizer"));
        }
    }

    /// @param maker makes one environment, whose actions must be a `Box` with finite bounds
    /// @param seed  of everything: episodes, initial weights, actions, batches
    /// @throws IllegalArgumentException if the actions are of another kind, or the buffer does not fit into memory
    public Tqc(TqcHyperParameters hp, Supplier<? extends Environment> maker, long seed) {
        this(hp, maker, seed, 1);
    }

    /// @param threads that share an update, the caller's among them; results are the same for any number. More than
    ///     there are critics find nothing to do
    public Tqc(TqcHyperParameters hp, Supplier<? extends Environment> maker, long seed, int threads) {
        this(hp, maker, seed, threads, VectorOptions.defaults());
    }

    /// @param threads that share an update, as above; the environments have their own
    /// @param options of stepping: threads, which change no result, and how long a step may take; their autoreset
    ///     must be [dev.rein.toolkit.environment.Autoreset#SAME_STEP]
    public Tqc(
            TqcHyperParameters hp,
            Supplier<? extends Environment> maker,
            long seed,
            int threads,
            VectorOptions options) {
        this.hp = requireNonNull(hp, "hp");
        try (var opened = new Opened()) {
            team = opened.own(new Team(threads));
            environments = opened.own(VectorEnvironment.of(maker, hp.nEnvs(), seed, options.forTraining()));
            random = new EpisodeRandom(seed, -1, 0);
            features = environments.observationSpace().features();
            actionSize = environments.actionSpace().size();
            var shape = Architecture.mlp(hp.activation(), hp.netArch(), hp.layerNorm());
            actor = new SoftActor(
                    features,
                    environments.actionSpace(),
                    shape,
                    Math.max(hp.batchSize(), hp.nEnvs()),
                    hp.entCoef(),
                    hp.autoEntropy(),
                    hp.targetEntropy(),
                    new SoftActor.Exploration(hp.useSde(), hp.logStdInit(), hp.sdeSampleFreq()),
                    random,
                    team);
            critics = new Critic[hp.nCritics()];
            for (int i = 0; i < critics.length; i++) {
                critics[i] = new Critic(shape, random);
            }
            askSlow = byCritic(critic -> critic::askSlow);
            learn = byCritic(critic -> critic::learn);
            findSlopes = byCritic(critic -> critic::findSlope);
            follow = byCritic(critic -> critic::follow);
            pool = new float[critics.length * hp.nQuantiles()];
            kept = pool.length - critics.length * hp.topQuantilesToDropPerNet();
            var buffer = new ReplayBuffer(environments.observationSpace(), actionSize, 0, hp.bufferSize());
            batch = buffer.batch(hp.batchSize());
            unit = new float[hp.nEnvs() * actionSize];
            actions = new float[unit.length];
            target = new float[hp.batchSize() * kept];
            byUnit = new float[hp.batchSize() * actionSize];
            environments.reset();
            normalizer = hp.normalizeObservations()
                    ? new Normalizer(environments.observationSpace().features())
                    : null;
            experience = new Experience(environments, buffer, hp.gamma(), hp.nSteps(), normalizer);
            opened.keep();
        }
    }

    private Runnable[] byCritic(Function<Critic, Runnable> piece) {
        return Arrays.stream(critics).map(piece).toArray(Runnable[]::new);
    }

    @Override
    public void round(double done) {
        learningRate = hp.learningRate().at(done);
        for (long until = steps + ROUND; steps < until; ) {
            for (int i = 0; i < hp.trainFreq(); i++) {
                act(i);
            }
            if (steps > hp.learningStarts()) {
                int due = hp.gradientSteps() < 0 ? hp.trainFreq() * hp.nEnvs() : hp.gradientSteps();
                for (int i = 0; i < due; i++) {
                    update();
                }
            }
        }
    }

    /// @param step since the latest update
    private void act(int step) {
        if (steps < hp.learningStarts()) {
            for (int i = 0; i < unit.length; i++) {
                unit[i] = 2 * random.nextFloat() - 1;
            }
        } else {
            actor.explore(experience.features(), hp.nEnvs(), step, random);
            System.arraycopy(actor.unit(), 0, unit, 0, unit.length);
        }
        actor.head().stretch(unit, hp.nEnvs(), actions);
        experience.step(actions, unit);
        steps += hp.nEnvs();
    }

    private void update() {
        int rows = hp.batchSize();
        experience.sample(random, 0, batch);
        float alpha = actor.temperature();
        actor.renew(random);
        softTargets(rows, alpha);
        team.run(learn);
        criticLoss = 0;
        for (Critic critic : critics) {
            criticLoss += critic.loss;
        }

        actor.draw(batch.observation(), rows, random);
        actorLoss = towardsValue(rows, alpha);
        actor.adjustTemperature(rows, learningRate);
        actor.improve(rows, alpha, byUnit, learningRate);

        if (++updates % hp.targetUpdateInterval() == 0) {
            team.run(follow);
        }
    }

    /// The pooled quantiles of all slow critics at an action drawn anew, the largest left out (equations 7 to 9):
    /// `y = r + γ (z − α log π(a'|s'))`.
    private void softTargets(int rows, float alpha) {
        actor.draw(batch.next(), rows, random);
        team.run(askSlow);
        int quantiles = hp.nQuantiles();
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < critics.length; c++) {
                System.arraycopy(critics[c].value, row * quantiles, pool, c * quantiles, quantiles);
            }
            sort(pool);
            float entropy = alpha * actor.logProb()[row];
            for (int k = 0; k < kept; k++) {
                target[row * kept + k] = batch.reward()[row] + batch.discount()[row] * (pool[k] - entropy);
            }
        }
    }

    /// Shell's sort. `Arrays.sort` allocates where it finds runs that are sorted already, which is what the quantiles
    /// of critics become.
    private static void sort(float[] values) {
        int gap = values.length;
        while (gap > 1) {
            gap = gap < 3 ? 1 : gap * 5 / 11;
            for (int i = gap; i < values.length; i++) {
                float value = values[i];
                int j = i;
                for (; j >= gap && values[j - gap] > value; j -= gap) {
                    values[j] = values[j - gap];
                }
                values[j] = value;
            }
        }
    }

    /// The gradient of `-mean Q(s, a)` by the drawn actions, Q the mean of all quantiles of all critics.
    private double towardsValue(int rows, float alpha) {
        float share = 1f / (rows * pool.length);
        Arrays.fill(byUnit, 0);
        double loss = 0;
        int width = features + actionSize;
        team.run(findSlopes);
        for (Critic critic : critics) {
            for (float value : critic.value) {
                loss -= value * share;
            }
            for (int row = 0; row < rows; row++) {
                for (int j = 0; j < actionSize; j++) {
                    byUnit[row * actionSize + j] += critic.inputGradient[row * width + features + j];
                }
            }
        }
        for (int row = 0; row < rows; row++) {
            loss += alpha * actor.logProb()[row] / rows;
        }
        return loss;
    }

    @Override
    public Policy policy() {
        return new Policy(
                environments.observationSpace(), environments.actionSpace(), actor.network(), actor.head(), normalizer);
    }

    @Override
    public long steps() {
        return steps;
    }

    /// `actor_loss`, `critic_loss` (sum over the critics), `ent_coef` and `learning_rate` of the latest update.
    @Override
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("actor_loss", actorLoss);
        metrics.put("critic_loss", criticLoss);
        metrics.put("ent_coef", (double) actor.temperature());
        metrics.put("learning_rate", (double) learningRate);
        return metrics;
    }

    @Override
    public EpisodeStatistics statistics() {
        return environments.statistics();
    }

    @Override
    public void state(Checkpoint checkpoint) {
        checkpoint.same("algorithm", "tqc");
        checkpoint.same("hyperparameters", hp.values().toString());
        steps = checkpoint.integer("steps", steps);
        updates = checkpoint.integer("updates", updates);
        random.restore(checkpoint.integer("random", random.state()));
        actor.state(checkpoint.part("actor"));
        for (int i = 0; i < critics.length; i++) {
            critics[i].state(checkpoint.part("critic_" + i));
        }
        environments.state(checkpoint.part("environments"));
        experience.state(checkpoint.part("experience"));
    }

    @Override
    public void close() {
        team.close();
        environments.close();
    }
}
