package dev.rein.toolkit.sac;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.EpisodeStatistics;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.environment.VectorOptions;
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
import dev.rein.toolkit.training.Algorithm;
import dev.rein.toolkit.training.Opened;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Soft actor-critic (Haarnoja et al. 2018, "Soft Actor-Critic Algorithms and Applications", algorithm 1): two
/// critics with targets, a squashed Gaussian actor, and a temperature learned towards an entropy. Details follow
/// Stable-Baselines3, whose figures the presets reproduce.
public final class Sac implements Algorithm {
    /// Steps between which a run can be watched.
    private static final int ROUND = 250;

    private final SacHyperParameters hp;
    private final VectorEnvironment environments;
    private final EpisodeRandom random;
    private final @Nullable Normalizer normalizer;
    private final Experience experience;
    private final Batch batch;
    private final int features;
    private final int actionSize;

    private final SoftActor actor;
    private final Critic[] critics = new Critic[2];

    // What both critics do at the same time, each on its own.
    private final Team team;
    private final Runnable[] askSlow;
    private final Runnable[] askOnline;
    private final Runnable[] learn;
    private final Runnable[] findSlopes;
    private final Runnable[] follow;

    private final float[] unit;
    private final float[] actions;
    private final float[] target;
    private final float[] byUnit;

    private long steps;
    private long updates;
    private double actorLoss = Double.NaN;
    private double criticLoss = Double.NaN;
    private float learningRate = Float.NaN;

    /// An action-value network with its slow copy. Inputs are features, then actions between -1 and 1.
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
            online = shape.network(features + actionSize, 1, Activation.IDENTITY)
                    .initialise(random, Initialisation.UNIFORM, 1);
            slow = online.copy();
            optimizer = new Adam(online.parameters().length, 1e-8f);
            input = new float[hp.batchSize() * (features + actionSize)];
            value = new float[hp.batchSize()];
            valueGradient = new float[hp.batchSize()];
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

        void askOnline() {
            ask(online, batch.observation(), actor.unit());
        }

        /// Half the mean squared error, as Stable-Baselines3 weighs it.
        void learn() {
            ask(online, batch.observation(), batch.action());
            loss = 0;
            for (int row = 0; row < value.length; row++) {
                float error = value[row] - target[row];
                loss += 0.5 * error * error / value.length;
                valueGradient[row] = error / value.length;
            }
            online.zeroGradient();
            online.backward(valueGradient, null);
            optimizer.step(online.parameters(), online.gradient(), 1, learningRate);
        }

        void findSlope() {
            online.backwardInput(valueGradient, inputGradient);
        }

        void follow() {
            slow.follow(online, hp.tau());
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
    public Sac(SacHyperParameters hp, Supplier<? extends Environment> maker, long seed) {
        this(hp, maker, seed, 1);
    }

    /// @param threads that share an update, the caller's among them; results are the same for any number. More than
    ///     two find nothing to do
    public Sac(SacHyperParameters hp, Supplier<? extends Environment> maker, long seed, int threads) {
        this(hp, maker, seed, threads, VectorOptions.defaults());
    }

    /// @param threads that share an update, as above; the environments have their own
    /// @param options of stepping: threads, which change no result, and how long a step may take; their autoreset
    ///     must be [dev.rein.toolkit.environment.Autoreset#SAME_STEP]
    public Sac(
            SacHyperParameters hp,
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
            critics[0] = new Critic(shape, random);
            critics[1] = new Critic(shape, random);
            askSlow = new Runnable[] {critics[0]::askSlow, critics[1]::askSlow};
            askOnline = new Runnable[] {critics[0]::askOnline, critics[1]::askOnline};
            learn = new Runnable[] {critics[0]::learn, critics[1]::learn};
            findSlopes = new Runnable[] {critics[0]::findSlope, critics[1]::findSlope};
            follow = new Runnable[] {critics[0]::follow, critics[1]::follow};
            var buffer = new ReplayBuffer(environments.observationSpace(), actionSize, 0, hp.bufferSize());
            batch = buffer.batch(hp.batchSize());
            unit = new float[hp.nEnvs() * actionSize];
            actions = new float[unit.length];
            target = new float[hp.batchSize()];
            byUnit = new float[hp.batchSize() * actionSize];
            environments.reset();
            normalizer = hp.normalizeObservations()
                    ? new Normalizer(environments.observationSpace().features())
                    : null;
            experience = new Experience(environments, buffer, hp.gamma(), hp.nSteps(), normalizer);
            opened.keep();
        }
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
        criticLoss = critics[0].loss + critics[1].loss;

        actor.draw(batch.observation(), rows, random);
        actorLoss = towardsValue(rows, alpha);
        actor.adjustTemperature(rows, learningRate);
        actor.improve(rows, alpha, byUnit, learningRate);

        if (++updates % hp.targetUpdateInterval() == 0) {
            team.run(follow);
        }
    }

    /// `y = r + γ (min Q'(s', a') − α log π(a'|s'))`, a' drawn anew (equations 5 and 6).
    private void softTargets(int rows, float alpha) {
        actor.draw(batch.next(), rows, random);
        team.run(askSlow);
        for (int row = 0; row < rows; row++) {
            float least = Math.min(critics[0].value[row], critics[1].value[row]);
            target[row] = batch.reward()[row] + batch.discount()[row] * (least - alpha * actor.logProb()[row]);
        }
    }

    /// The gradient of `-mean min Q(s, a)` by the drawn actions: each row asks the critic that thinks less of it.
    private double towardsValue(int rows, float alpha) {
        team.run(askOnline);
        double loss = 0;
        for (int row = 0; row < rows; row++) {
            boolean first = critics[0].value[row] <= critics[1].value[row];
            critics[0].valueGradient[row] = first ? -1f / rows : 0;
            critics[1].valueGradient[row] = first ? 0 : -1f / rows;
            loss += (alpha * actor.logProb()[row] - critics[first ? 0 : 1].value[row]) / rows;
        }
        team.run(findSlopes);
        int width = features + actionSize;
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < actionSize; j++) {
                int at = row * width + features + j;
                byUnit[row * actionSize + j] = critics[0].inputGradient[at] + critics[1].inputGradient[at];
            }
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

    /// `actor_loss`, `critic_loss` (sum over both), `ent_coef` and `learning_rate` of the latest update.
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
        checkpoint.same("algorithm", "sac");
        checkpoint.same("hyperparameters", hp.values().toString());
        steps = checkpoint.integer("steps", steps);
        updates = checkpoint.integer("updates", updates);
        random.restore(checkpoint.integer("random", random.state()));
        actor.state(checkpoint.part("actor"));
        critics[0].state(checkpoint.part("critic_0"));
        critics[1].state(checkpoint.part("critic_1"));
        environments.state(checkpoint.part("environments"));
        experience.state(checkpoint.part("experience"));
    }

    @Override
    public void close() {
        team.close();
        environments.close();
    }
}
