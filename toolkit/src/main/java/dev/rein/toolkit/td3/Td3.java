package dev.rein.toolkit.td3;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.distribution.Bounded;
import dev.rein.toolkit.environment.Box;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.EpisodeStatistics;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.environment.VectorOptions;
import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Adam;
import dev.rein.toolkit.nn.Architecture;
import dev.rein.toolkit.nn.Halved;
import dev.rein.toolkit.nn.Initialisation;
import dev.rein.toolkit.nn.Network;
import dev.rein.toolkit.nn.Normalizer;
import dev.rein.toolkit.nn.Sequential;
import dev.rein.toolkit.nn.Team;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.replay.Batch;
import dev.rein.toolkit.replay.Experience;
import dev.rein.toolkit.replay.ReplayBuffer;
import dev.rein.toolkit.training.Algorithm;
import dev.rein.toolkit.training.Opened;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Twin delayed deep deterministic policy gradient (Fujimoto et al. 2018, "Addressing Function Approximation Error
/// in Actor-Critic Methods", algorithm 1). Details follow Stable-Baselines3, whose figures the presets reproduce.
public final class Td3 implements Algorithm {
    /// Steps between which a run can be watched.
    private static final int ROUND = 250;

    private final Td3HyperParameters hp;
    private final VectorEnvironment environments;
    private final EpisodeRandom random;
    private final @Nullable Normalizer normalizer;
    private final Experience experience;
    private final Batch batch;
    private final int features;
    private final int actionSize;

    private final Bounded head;
    private final Sequential actor;
    private final Sequential slowActor;
    private final Adam actorOptimizer;
    private final Critic[] critics;

    // What threads share: the critics each do their own, an actor and its critic halve their batches.
    private final Team team;
    private final Runnable[] askSlow;
    private final Runnable[] learn;
    private final Runnable[] follow;
    private final Network halvedActor;
    private final Network halvedSlowActor;
    private final Network halvedCritic;

    private final float[] unit;
    private final float[] actions;
    private final float[] batchUnit;
    private final float[] byUnit;
    private final float[] target;

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

        Critic(Architecture shape) {
            online = shape.network(features + actionSize, 1, Activation.IDENTITY)
                    .initialise(random, Initialisation.UNIFORM, 1);
            slow = online.copy();
            optimizer = new Adam(online.parameters().length, 1e-8f);
            input = new float[hp.batchSize() * (features + actionSize)];
            value = new float[hp.batchSize()];
            valueGradient = new float[hp.batchSize()];
            inputGradient = new float[input.length];
        }

        void ask(Network network, float[] observations, float[] acts) {
            int width = features + actionSize;
            for (int row = 0; row < hp.batchSize(); row++) {
                System.arraycopy(observations, row * features, input, row * width, features);
                System.arraycopy(acts, row * actionSize, input, row * width + features, actionSize);
            }
            network.forward(input, 0, hp.batchSize(), value, 0);
        }

        void askSlow() {
            ask(slow, batch.next(), batchUnit);
        }

        void learn() {
            ask(online, batch.observation(), batch.action());
            loss = 0;
            for (int row = 0; row < value.length; row++) {
                float error = value[row] - target[row];
                loss += (double) error * error / value.length;
                valueGradient[row] = 2 * error / value.length;
            }
            online.zeroGradient();
            online.backward(valueGradient, null);
            optimizer.step(online.parameters(), online.gradient(), 1, learningRate);
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
    public Td3(Td3HyperParameters hp, Supplier<? extends Environment> maker, long seed) {
        this(hp, maker, seed, 1);
    }

    /// @param threads that share an update, the caller's among them; results are the same for any number. More than
    ///     two find nothing to do
    public Td3(Td3HyperParameters hp, Supplier<? extends Environment> maker, long seed, int threads) {
        this(hp, maker, seed, threads, VectorOptions.defaults());
    }

    /// @param threads that share an update, as above; the environments have their own
    /// @param options of stepping: threads, which change no result, and how long a step may take; their autoreset
    ///     must be [dev.rein.toolkit.environment.Autoreset#SAME_STEP]
    public Td3(
            Td3HyperParameters hp,
            Supplier<? extends Environment> maker,
            long seed,
            int threads,
            VectorOptions options) {
        this.hp = requireNonNull(hp, "hp");
        try (var opened = new Opened()) {
            environments = opened.own(VectorEnvironment.of(maker, hp.nEnvs(), seed, options.forTraining()));
            if (!(environments.actionSpace() instanceof Box box)) {
                throw new IllegalArgumentException(
                        "actions: %s (expected: a Box; for one Discrete choice take DQN or PPO, for others PPO or A2C)"
                                .formatted(environments.actionSpace()));
            }
            random = new EpisodeRandom(seed, -1, 0);
            features = environments.observationSpace().features();
            actionSize = box.size();
            head = new Bounded(box);
            var shape = Architecture.mlp(hp.activation(), hp.netArch(), hp.layerNorm());
            actor = shape.network(features, actionSize, Activation.TANH).initialise(random, Initialisation.UNIFORM, 1);
            slowActor = actor.copy();
            actorOptimizer = new Adam(actor.parameters().length, 1e-8f);
            critics = new Critic[hp.nCritics()];
            for (int i = 0; i < critics.length; i++) {
                critics[i] = new Critic(shape);
            }
            team = opened.own(new Team(threads));
            askSlow = byCritic(critic -> critic::askSlow);
            learn = byCritic(critic -> critic::learn);
            follow = byCritic(critic -> critic::follow);
            halvedActor = new Halved(actor, team);
            halvedSlowActor = new Halved(slowActor, team);
            halvedCritic = new Halved(critics[0].online, team);
            var buffer = new ReplayBuffer(environments.observationSpace(), actionSize, 0, hp.bufferSize());
            batch = buffer.batch(hp.batchSize());
            unit = new float[hp.nEnvs() * actionSize];
            actions = new float[unit.length];
            batchUnit = new float[hp.batchSize() * actionSize];
            byUnit = new float[batchUnit.length];
            target = new float[hp.batchSize()];
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
                act();
            }
            if (steps > hp.learningStarts()) {
                int due = hp.gradientSteps() < 0 ? hp.trainFreq() * hp.nEnvs() : hp.gradientSteps();
                for (int i = 0; i < due; i++) {
                    update();
                }
            }
        }
    }

    private void act() {
        if (steps < hp.learningStarts()) {
            for (int i = 0; i < unit.length; i++) {
                unit[i] = 2 * random.nextFloat() - 1;
            }
        } else {
            actor.forward(experience.features(), 0, hp.nEnvs(), unit, 0);
            for (int i = 0; i < unit.length; i++) {
                unit[i] = Math.clamp(unit[i] + hp.actionNoiseStd() * (float) random.nextGaussian(), -1, 1);
            }
        }
        head.mode(unit, new boolean[0], hp.nEnvs(), actions);
        experience.step(actions, unit);
        steps += hp.nEnvs();
    }

    private void update() {
        experience.sample(random, 0, batch);
        targets();
        team.run(learn);
        criticLoss = 0;
        for (Critic critic : critics) {
            criticLoss += critic.loss;
        }
        if (++updates % hp.policyDelay() == 0) { // section 5.2
            improveActor();
            slowActor.follow(actor, hp.tau());
            team.run(follow);
        }
    }

    /// `y = r + γ min Q'(s', a')` (section 4.2), a' the slow actor's with clipped noise, so that a target is not
    /// one action's luck (section 5.3).
    private void targets() {
        int rows = hp.batchSize();
        halvedSlowActor.forward(batch.next(), 0, rows, batchUnit, 0);
        for (int i = 0; i < batchUnit.length; i++) {
            float noise = hp.targetPolicyNoise() * (float) random.nextGaussian();
            noise = Math.clamp(noise, -hp.targetNoiseClip(), hp.targetNoiseClip());
            batchUnit[i] = Math.clamp(batchUnit[i] + noise, -1, 1);
        }
        team.run(askSlow);
        for (int row = 0; row < rows; row++) {
            float least = Float.POSITIVE_INFINITY;
            for (Critic critic : critics) {
                least = Math.min(least, critic.value[row]);
            }
            target[row] = batch.reward()[row] + batch.discount()[row] * least;
        }
    }

    /// One step down `-mean Q1(s, π(s))`, the deterministic policy gradient (Silver et al. 2014).
    private void improveActor() {
        int rows = hp.batchSize();
        Critic first = critics[0];
        halvedActor.forward(batch.observation(), 0, rows, batchUnit, 0);
        first.ask(halvedCritic, batch.observation(), batchUnit);
        actorLoss = 0;
        for (int row = 0; row < rows; row++) {
            actorLoss -= (double) first.value[row] / rows;
            first.valueGradient[row] = -1f / rows;
        }
        halvedCritic.backwardInput(first.valueGradient, first.inputGradient);
        int width = features + actionSize;
        for (int row = 0; row < rows; row++) {
            System.arraycopy(first.inputGradient, row * width + features, byUnit, row * actionSize, actionSize);
        }
        actor.zeroGradient();
        halvedActor.backward(byUnit, null);
        actorOptimizer.step(actor.parameters(), actor.gradient(), 1, learningRate);
    }

    @Override
    public Policy policy() {
        return new Policy(environments.observationSpace(), environments.actionSpace(), actor, head, normalizer);
    }

    @Override
    public long steps() {
        return steps;
    }

    /// `actor_loss`, `critic_loss` (sum over the critics) and `learning_rate` of the latest update.
    @Override
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("actor_loss", actorLoss);
        metrics.put("critic_loss", criticLoss);
        metrics.put("learning_rate", (double) learningRate);
        return metrics;
    }

    @Override
    public EpisodeStatistics statistics() {
        return environments.statistics();
    }

    @Override
    public void state(Checkpoint checkpoint) {
        checkpoint.same("algorithm", "td3");
        checkpoint.same("hyperparameters", hp.values().toString());
        steps = checkpoint.integer("steps", steps);
        updates = checkpoint.integer("updates", updates);
        random.restore(checkpoint.integer("random", random.state()));
        checkpoint.floats("actor", actor.parameters());
        checkpoint.floats("slow_actor", slowActor.parameters());
        actorOptimizer.state(checkpoint.part("actor_optimizer"));
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
