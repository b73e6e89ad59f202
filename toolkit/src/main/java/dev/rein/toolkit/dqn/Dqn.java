package dev.rein.toolkit.dqn;

import static java.util.Objects.requireNonNull;

import dev.rein.toolkit.checkpoint.Checkpoint;
import dev.rein.toolkit.distribution.Greedy;
import dev.rein.toolkit.environment.Discrete;
import dev.rein.toolkit.environment.Environment;
import dev.rein.toolkit.environment.EpisodeRandom;
import dev.rein.toolkit.environment.EpisodeStatistics;
import dev.rein.toolkit.environment.VectorEnvironment;
import dev.rein.toolkit.environment.VectorOptions;
import dev.rein.toolkit.kernel.Kernels;
import dev.rein.toolkit.nn.Activation;
import dev.rein.toolkit.nn.Adam;
import dev.rein.toolkit.nn.Architecture;
import dev.rein.toolkit.nn.Expectation;
import dev.rein.toolkit.nn.Initialisation;
import dev.rein.toolkit.nn.Layer;
import dev.rein.toolkit.nn.Linear;
import dev.rein.toolkit.nn.Normalizer;
import dev.rein.toolkit.nn.Optimizer;
import dev.rein.toolkit.nn.Sequential;
import dev.rein.toolkit.policy.Policy;
import dev.rein.toolkit.replay.Batch;
import dev.rein.toolkit.replay.Experience;
import dev.rein.toolkit.replay.ReplayBuffer;
import dev.rein.toolkit.training.Algorithm;
import dev.rein.toolkit.training.Opened;
import dev.rein.toolkit.training.Schedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Deep Q-learning (Mnih et al. 2015, algorithm 1), with double estimates, dueling outputs, n-step returns,
/// prioritised replay, noisy networks and distributions of returns (C51) as options, whose sum is Rainbow (Hessel et
/// al. 2018, [DqnHyperParameters#rainbow]). Details follow Stable-Baselines3, whose figures the presets reproduce.
/// Masked actions are neither taken nor hoped for.
public final class Dqn implements Algorithm {
    /// Steps between which a run can be watched.
    private static final int ROUND = 250;

    private final DqnHyperParameters hp;
    private final ReturnModel model;
    private final VectorEnvironment environments;
    private final EpisodeRandom random;
    private final Kernels kernels = Kernels.active();
    private final @Nullable Normalizer normalizer;
    private final Experience experience;
    private final ReplayBuffer buffer;
    private final Batch batch;
    private final int choices;
    private final int width;

    private final @Nullable Dueling dueling;
    private final Sequential online;
    private final Sequential slow;
    private final Adam optimizer;

    private final float[] actions;
    private final float[] raw;
    private final float[] byRaw;
    private final float[] values;
    private final float[] nextValues;
    private final float[] byValues;
    private final int[] nextAction;
    private final float[] errors;

    private long steps;
    private double loss = Double.NaN;
    private double meanValue = Double.NaN;
    private double epsilon = 1;
    private double beta;
    private float learningRate = Float.NaN;

    /// @param maker makes one environment, whose actions must be [Discrete]
    /// @param seed  of everything: episodes, initial weights, actions, batches
    /// @throws IllegalArgumentException if the actions are of another kind, or the buffer does not fit into memory
    public Dqn(DqnHyperParameters hp, Supplier<? extends Environment> maker, long seed) {
        this(hp, model(hp), maker, seed, VectorOptions.defaults());
    }

    /// @param maker   makes one environment; called `hp.nEnvs()` times
    /// @param seed    of everything: episodes, initial weights, actions, batches
    /// @param options of stepping: threads, which change no result, and how long a step may take; their autoreset
    ///     must be [dev.rein.toolkit.environment.Autoreset#SAME_STEP]
    /// @throws IllegalArgumentException as above
    public Dqn(DqnHyperParameters hp, Supplier<? extends Environment> maker, long seed, VectorOptions options) {
        this(hp, model(hp), maker, seed, options);
    }

    private static ReturnModel model(DqnHyperParameters hp) {
        return hp.nAtoms() == 1
                ? new ReturnModel.Expected()
                : new ReturnModel.Categorical(hp.nAtoms(), hp.vMin(), hp.vMax());
    }

    /// @param model what the network says of each action, in place of what `hp` says of it
    public Dqn(
            DqnHyperParameters hp,
            ReturnModel model,
            Supplier<? extends Environment> maker,
            long seed,
            VectorOptions options) {
        this.hp = requireNonNull(hp, "hp");
        this.model = requireNonNull(model, "model");
        try (var opened = new Opened()) {
            environments = opened.own(VectorEnvironment.of(maker, hp.nEnvs(), seed, options.forTraining()));
            if (!(environments.actionSpace() instanceof Discrete(int n))) {
                throw new IllegalArgumentException(
                        "actions: %s (expected: Discrete; for a Box take SAC or PPO, for others PPO or A2C)"
                                .formatted(environments.actionSpace()));
            }
            choices = n;
            width = choices * model.width();
            random = new EpisodeRandom(seed, -1, 0);
            dueling = hp.dueling() ? new Dueling(choices, model.width()) : null;
            var observed = environments.observationSpace();
            int features = observed.features();
            Sequential quiet = Architecture.of(observed, hp.filters(), hp.netArch(), hp.activation(), hp.layerNorm())
                    .network(features, dueling == null ? width : dueling.inputs(), Activation.IDENTITY);
            online = (hp.noisy() ? quiet.noisy(hp.noisySigma()) : quiet).initialise(random, Initialisation.UNIFORM, 1);
            slow = online.copy();
            optimizer = new Adam(online.parameters().length, hp.adamEps());
            int maskSize = environments.masks().length / hp.nEnvs();
            buffer = hp.prioritized()
                    ? ReplayBuffer.prioritised(observed, 1, maskSize, hp.bufferSize(), hp.priorityAlpha())
                    : new ReplayBuffer(observed, 1, maskSize, hp.bufferSize());
            batch = buffer.batch(hp.batchSize());
            int rows = Math.max(hp.batchSize(), hp.nEnvs());
            actions = new float[hp.nEnvs()];
            raw = new float[rows * online.outputSize()];
            byRaw = new float[raw.length];
            values = new float[rows * width];
            nextValues = new float[rows * width];
            byValues = new float[rows * width];
            nextAction = new int[hp.batchSize()];
            errors = new float[hp.batchSize()];
            environments.reset();
            normalizer = hp.rescaleObservations()
                    ? Normalizer.ofBounds(observed)
                    : hp.normalizeObservations() ? new Normalizer(features) : null;
            experience = new Experience(environments, buffer, hp.gamma(), hp.nSteps(), normalizer);
            opened.keep();
        }
    }

    @Override
    public void round(double done) {
        // Schedules move with every step: what one is worth of the budget is known as soon as some were taken, so
        // that the first round is a short one.
        double worth = steps == 0 ? 0 : done / steps;
        long until = steps == 0 ? 1 : steps + ROUND;
        while (steps < until) {
            for (int i = 0; i < hp.trainFreq(); i++) {
                explore(worth * steps);
                act();
            }
            if (steps > hp.learningStarts()) {
                learningRate = hp.learningRate().at(worth * steps);
                beta = hp.priorityBeta() + Math.min(1, worth * steps) * (1 - hp.priorityBeta());
                int due = hp.gradientSteps() < 0 ? hp.trainFreq() * hp.nEnvs() : hp.gradientSteps();
                for (int i = 0; i < due; i++) {
                    update();
                }
            }
        }
    }

    private void explore(double done) {
        epsilon = Schedule.early(hp.explorationFraction(), hp.explorationInitialEps(), hp.explorationFinalEps(), done);
    }

    /// ε-greedy over what is allowed.
    private void act() {
        online.draw(random);
        int count = hp.nEnvs();
        ask(online, experience.features(), count, values);
        boolean[] masks = environments.masks();
        for (int e = 0; e < count; e++) {
            actions[e] = random.nextDouble() < epsilon || steps < hp.learningStarts()
                    ? anyAllowed(masks, e * choices)
                    : best(values, e, masks);
        }
        experience.step(actions, actions);
        for (int e = 0; e < count; e++) {
            if (++steps % hp.targetUpdateInterval() == 0) {
                slow.follow(online, hp.tau());
            }
        }
    }

    /// @param out `[rows × choices × model width]`, overwritten
    private void ask(Sequential network, float[] features, int rows, float[] out) {
        if (dueling == null) {
            network.forward(features, 0, rows, out, 0);
        } else {
            network.forward(features, 0, rows, raw, 0);
            dueling.forward(raw, rows, out);
        }
    }

    private int anyAllowed(boolean[] masks, int from) {
        if (masks.length == 0) {
            return random.nextInt(choices);
        }
        int allowed = 0;
        for (int a = 0; a < choices; a++) {
            allowed += masks[from + a] ? 1 : 0;
        }
        int left = random.nextInt(allowed);
        int action = 0;
        while (!masks[from + action] || left-- > 0) {
            action++;
        }
        return action;
    }

    private int best(float[] outputs, int row, boolean[] masks) {
        int best = -1;
        float most = Float.NEGATIVE_INFINITY;
        for (int a = 0; a < choices; a++) {
            if (masks.length == 0 || masks[row * choices + a]) {
                float value = model.value(outputs, row * width + a * model.width());
                if (best < 0 || value > most) {
                    best = a;
                    most = value;
                }
            }
        }
        return best;
    }

    private void update() {
        int rows = hp.batchSize();
        experience.sample(random, beta, batch);
        online.draw(random);
        slow.draw(random);
        chooseNext(rows);
        ask(slow, batch.next(), rows, nextValues);
        if (!hp.doubleDqn()) {
            for (int row = 0; row < rows; row++) {
                nextAction[row] = best(nextValues, row, batch.nextMask());
            }
        }
        ask(online, batch.observation(), rows, values);
        Arrays.fill(byValues, 0, rows * width, 0);
        loss = 0;
        meanValue = 0;
        for (int row = 0; row < rows; row++) {
            int at = row * width + ((int) batch.action()[row]) * model.width();
            int next = row * width + nextAction[row] * model.width();
            float reward = batch.reward()[row];
            float discount = batch.discount()[row];
            float value = model.value(values, at);
            float weight = batch.weight()[row] / rows;
            float error = reward + discount * model.value(nextValues, next) - value;
            double wrong = model.learn(values, at, nextValues, next, reward, discount, weight, byValues);
            errors[row] = model.surprise(error, wrong);
            meanValue += (double) value / rows;
            loss += weight * wrong;
        }
        descend(rows);
        buffer.prioritise(batch, errors);
    }

    /// Double DQN: the learning network chooses, the slow one says what the choice is worth.
    private void chooseNext(int rows) {
        if (hp.doubleDqn()) {
            ask(online, batch.next(), rows, values);
            for (int row = 0; row < rows; row++) {
                nextAction[row] = best(values, row, batch.nextMask());
            }
        }
    }

    private void descend(int rows) {
        online.zeroGradient();
        if (dueling == null) {
            online.backward(byValues, null);
        } else {
            dueling.backward(byValues, rows, byRaw);
            online.backward(byRaw, null);
        }
        double norm = Math.sqrt(kernels.sumOfSquares(online.gradient(), 0, online.gradient().length));
        optimizer.step(online.parameters(), online.gradient(), Optimizer.clip(norm, hp.maxGradNorm()), learningRate);
    }

    /// A policy whose network gives each action's mean return, without noise: what stands behind the last layer,
    /// advantages and quantiles, is linear and folded into it; the mean of atoms is a layer of its own.
    @Override
    public Policy policy() {
        return new Policy(
                environments.observationSpace(),
                environments.actionSpace(),
                folded(online.means()),
                new Greedy(environments.actionSpace()),
                normalizer);
    }

    private Sequential folded(Sequential network) {
        List<Layer> layers = new ArrayList<>(network.layers());
        int last = layers.size() - 1;
        int from = network.offset(last);
        int inputs = layers.get(last).inputs();
        int outputs = layers.get(last).outputs();
        boolean atoms = model instanceof ReturnModel.Categorical;
        int folds = atoms ? width : choices;
        layers.set(last, new Linear(inputs, folds, Activation.IDENTITY));
        if (model instanceof ReturnModel.Categorical(int count, float low, float high)) {
            layers.add(new Expectation(choices, count, low, high));
        }
        Sequential folded = new Sequential(layers);
        System.arraycopy(network.parameters(), 0, folded.parameters(), 0, from);
        float[] row = new float[outputs];
        float[] said = new float[width];
        for (int i = 0; i <= inputs; i++) { // weights row by row, then the biases
            System.arraycopy(network.parameters(), from + i * outputs, row, 0, outputs);
            if (dueling == null) {
                System.arraycopy(row, 0, said, 0, width);
            } else {
                dueling.forward(row, 1, said);
            }
            for (int j = 0; j < folds; j++) {
                folded.parameters()[from + i * folds + j] = atoms ? said[j] : model.value(said, j * model.width());
            }
        }
        return folded;
    }

    @Override
    public long steps() {
        return steps;
    }

    /// `loss`, `value_mean` (of the actions taken), `exploration_rate` and `learning_rate` of the latest update.
    @Override
    public Map<String, Double> metrics() {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("loss", loss);
        metrics.put("value_mean", meanValue);
        metrics.put("exploration_rate", epsilon);
        metrics.put("learning_rate", (double) learningRate);
        return metrics;
    }

    @Override
    public EpisodeStatistics statistics() {
        return environments.statistics();
    }

    @Override
    public void state(Checkpoint checkpoint) {
        checkpoint.same("algorithm", "dqn " + model);
        checkpoint.same("hyperparameters", hp.values().toString());
        steps = checkpoint.integer("steps", steps);
        random.restore(checkpoint.integer("random", random.state()));
        checkpoint.floats("online", online.parameters());
        checkpoint.floats("slow", slow.parameters());
        optimizer.state(checkpoint.part("optimizer"));
        environments.state(checkpoint.part("environments"));
        experience.state(checkpoint.part("experience"));
    }

    @Override
    public void close() {
        environments.close();
    }
}
